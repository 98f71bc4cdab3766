// Samples wherever they lie, one by one in any order, or all in theirs.

import { present } from '../base/invariant.ts';
import { numberType } from '../base/number-type.ts';
import { areBytes, areInFiles, elementCount, sampleCount, sourceInMemory } from '../base/samples.ts';
import type { FileSamples, MemorySamples, Samples, SampleSource } from '../base/samples.ts';
import { openFiles } from './sample-files.ts';
import type { SharedData, SplitName } from './shared-data.ts';

export interface SampleReader extends SampleSource {
  /** Fails with `data/changed` where a file is not as it was: what was read of it may be anything. */
  readonly check: () => void;
  readonly close: () => void;
}

/** Bytes that are read at once where samples are wanted in their order. */
const blockBytes = 2 ** 20;

/** In which samples are wanted. `ascending`: mostly those behind one are next, and are read with it. */
export type SampleOrder = 'any' | 'ascending';

/** @param size Elements of a sample. Fails, as `locate` does, with `data/changed`. */
export function openSamples(samples: Samples, size: number, order: SampleOrder): SampleReader {
  return areInFiles(samples) ? readerOf(samples, order === 'any' ? 1 : blockOf(samples)) : { ...sourceInMemory(samples, size), check: () => {}, close: () => {} };
}

export interface SplitReaders {
  /** The samples of a split, which are opened when they are first asked for. */
  readonly of: (split: SplitName) => SampleReader;
  readonly close: () => void;
}

export function splitReaders(data: SharedData): SplitReaders {
  const opened = new Map<SplitName, SampleReader>();
  return {
    of: (split) => {
      const { count, samples } = data[split];
      const reader = opened.get(split) ?? openSamples(samples, elementCount(samples) / count, 'any');
      opened.set(split, reader);
      return reader;
    },
    close: () => {
      for (const { close } of opened.values()) close();
    },
  };
}

/** Opens them for as long as `use` runs. Fails with `data/changed`. */
export function withSamples<T>(samples: Samples, size: number, order: SampleOrder, use: (source: SampleSource) => T): T {
  const reader = openSamples(samples, size, order);
  try {
    const result = use(reader);
    reader.check();
    return result;
  } finally {
    reader.close();
  }
}

/** All samples, in pieces that are overwritten by the next. Fails with `data/changed`. */
export function* sampleBlocks(samples: Samples): Generator<MemorySamples> {
  if (!areInFiles(samples)) return yield samples;
  const { size } = samples;
  const { held, locate, last, check, close } = readerOf(samples, blockOf(samples));
  try {
    for (let first = 0; first < sampleCount(samples); first = last()) {
      const from = locate(first);
      yield held.subarray(from, from + (last() - first) * size);
    }
    check();
  } finally {
    close();
  }
}

function blockOf({ files }: FileSamples): number {
  return Math.max(1, Math.floor(blockBytes / Math.max(1, ...files.map(({ stride }) => stride))));
}

interface BlockReader extends SampleReader {
  /** The number behind that of the last sample that is held. */
  readonly last: () => number;
}

function readerOf(samples: FileSamples, atOnce: number): BlockReader {
  const { type, size } = samples;
  const { bytes: width, read: convert } = present(numberType(type), type);
  const { bytes, read, check, close } = openFiles(samples, atOnce);
  const held = areBytes(samples) ? bytes : convert ? new Float32Array(atOnce * size) : new Float32Array(bytes.buffer);
  const view = new DataView(bytes.buffer);
  let [from, to] = [0, 0];
  const locate = (index: number): number => {
    if (index >= from && index < to) return (index - from) * size;
    [from, to] = [0, 0]; // nothing, should reading fail
    const count = read(index);
    // Absent for bytes and f32, which stay as they are.
    if (convert) for (let i = 0; i < count * size; i++) held[i] = convert(view, i * width);
    [from, to] = [index, index + count];
    return 0;
  };
  return { held, locate, last: () => to, check, close };
}
