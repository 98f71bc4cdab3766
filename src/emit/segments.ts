// The constant memory of a module as one run of bytes, for where it is not written by the code itself.

import type { KernelModule, Segment } from '../ir/kernel.ts';

/** Bytes `from`..`from + length` of the packed data, which belong at `to` in memory. */
export interface PackedRange {
  readonly to: number;
  readonly from: number;
  readonly length: number;
}

export interface PackedSegments {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same memory with the room behind it. */
  readonly whole: Uint8Array<ArrayBuffer>;
  /** Neighbouring segments are one range. */
  readonly ranges: readonly PackedRange[];
}

const elementBytes = 4;

const bytesOf = ({ data }: Segment): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

export function segmentBytes(module: KernelModule): number {
  return module.segments.reduce((sum, { data }) => sum + data.byteLength, 0);
}

/** @param room Bytes to leave free behind the packed ones. */
export function packSegments(module: KernelModule, room = 0): PackedSegments {
  const segments = module.segments.toSorted((a, b) => a.offset - b.offset);
  const whole = new Uint8Array(segmentBytes(module) + room);
  const bytes = whole.subarray(0, whole.length - room);
  const ranges: PackedRange[] = [];
  let from = 0;
  for (const segment of segments) {
    const to = segment.offset * elementBytes;
    const length = segment.data.byteLength;
    bytes.set(bytesOf(segment), from);
    const last = ranges.at(-1);
    if (last && last.to + last.length === to) ranges[ranges.length - 1] = { ...last, length: last.length + length };
    else ranges.push({ to, from, length });
    from += length;
  }
  return { bytes, whole, ranges };
}
