// The form of packed constant memory: the number of blocks, then blocks one after the other, each a head of four words and what it counts, all
// little-endian. runtime/widen.ts reads it.
//
//   to, lanes, steps, more      numbers go to element `to` of memory and on
//     lanes = 0                 `steps` words of `more` bytes: of 4 as they are, of 1 or 2 as differences
//     lanes > 0                 of the type: element `lane` of each step is one lane, and what is stored is lane by lane

import type { Segment } from '../../ir/kernel.ts';

export interface Block {
  /** In elements of memory. */
  readonly to: number;
  readonly lanes: number;
  readonly steps: number;
  readonly more: number;
  /** What follows the head. */
  readonly content: Uint8Array;
}

/** Bytes of a head, which whoever looks for blocks has to win back. */
export const headBytes = 16;

/** Numbers of a segment that are stored in one way. */
export interface Stretch {
  /** From where on, in elements of the segment. */
  readonly at: number;
  readonly length: number;
  /** Absent: as they are. */
  readonly block?: Omit<Block, 'to'>;
}

/** @param stretchesOf Cuts numbers into stretches, in order, without gaps. */
export function packBlocks(segments: readonly Segment[], stretchesOf: (numbers: Float32Array) => readonly Stretch[]): Uint8Array<ArrayBuffer> {
  const ordered = segments.toSorted((a, b) => a.offset - b.offset);
  return written(
    ordered.flatMap(({ offset, data }): Block[] => {
      if (data instanceof Int32Array) return [table(offset, data)];
      return stretchesOf(data).map(({ at, length, block }) => ({ to: offset + at, ...(block ?? asTheyAre(data.subarray(at, at + length))) }));
    }),
  );
}

function asTheyAre(numbers: Float32Array): Omit<Block, 'to'> {
  // As words, so that every NaN stays what it is.
  const words = new Int32Array(numbers.buffer, numbers.byteOffset, numbers.length);
  const view = new DataView(new ArrayBuffer(4 * numbers.length));
  for (const [i, word] of words.entries()) view.setInt32(4 * i, word, true);
  return { lanes: 0, steps: numbers.length, more: 4, content: new Uint8Array(view.buffer) };
}

/** Tables of offsets mostly rise by little. */
function table(to: number, entries: Int32Array): Block {
  const differences = Array.from(entries, (entry, i) => entry - (entries[i - 1] ?? 0));
  const most = differences.reduce((largest, difference) => Math.max(largest, Math.abs(difference)), 0);
  const size = most < 2 ** 7 ? 1 : most < 2 ** 15 ? 2 : 4;
  const view = new DataView(new ArrayBuffer(size * entries.length));
  for (const [i, entry] of entries.entries()) {
    if (size === 4) view.setInt32(size * i, entry, true);
    else if (size === 2) view.setInt16(size * i, differences[i] as number, true);
    else view.setInt8(i, differences[i] as number);
  }
  return { to, lanes: 0, steps: entries.length, more: size, content: new Uint8Array(view.buffer) };
}

function written(blocks: readonly Block[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(blocks.reduce((sum, { content }) => sum + headBytes + content.length, 4));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, blocks.length, true);
  let at = 4;
  for (const { to, lanes, steps, more, content } of blocks) {
    for (const [word, value] of [to, lanes, steps, more].entries()) view.setUint32(at + 4 * word, value, true);
    bytes.set(content, at + headBytes);
    at += headBytes + content.length;
  }
  return bytes;
}
