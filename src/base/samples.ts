// The samples of a split: in memory, or in files that hold them one behind the other, from which they are read as they
// are needed. Plain data, which threads can be sent; engine/sample-reader.ts reads both alike.

/** Row-major, one sample behind the other. Bytes stay bytes (value = byte / 255): a quarter of what floats take. */
export type MemorySamples = Uint8Array | Float32Array;

export type Samples = MemorySamples | FileSamples;

export interface FileSamples {
  /** Of the elements, as NumPy calls it. Of type `u1` they are bytes (value = byte / 255), all others become f32. */
  readonly type: string;
  /** Elements of a sample. */
  readonly size: number;
  /** In the order in which their samples are numbered. */
  readonly files: readonly SampleFile[];
  /** Of all elements, where they are not bytes. */
  readonly range?: ValueRange;
}

export interface SampleFile {
  readonly path: string;
  /** Its length when the data set was read. */
  readonly bytes: number;
  /** When it was last written to by then, in milliseconds since 1970. */
  readonly modified: number;
  /** Of the first element, in bytes. */
  readonly offset: number;
  /** Bytes from one sample to the next. */
  readonly stride: number;
  /** Of its samples. */
  readonly count: number;
}

/** Finite numbers, from `least` to `most`. */
export interface ValueRange {
  readonly least: number;
  readonly most: number;
  /** Whole numbers only. */
  readonly whole: boolean;
}

export function areInFiles(samples: Samples): samples is FileSamples {
  return 'files' in samples;
}

/** Whether an element is a byte and stands for byte / 255. */
export function areBytes(samples: Samples): boolean {
  return areInFiles(samples) ? isByte(samples.type) : samples instanceof Uint8Array;
}

/** Of all samples. */
export function elementCount(samples: Samples): number {
  return areInFiles(samples) ? samples.size * sampleCount(samples) : samples.length;
}

export function sampleCount({ files }: FileSamples): number {
  return files.reduce((sum, { count }) => sum + count, 0);
}

/** One byte has no order, though some programs write one. */
function isByte(type: string): boolean {
  return /^[<>=|]?u1$/.test(type);
}

/** Samples one by one, wherever they lie. */
export interface SampleSource {
  /** What samples are brought to; memory of their own, where they are in memory. */
  readonly held: MemorySamples;
  /** Brings sample `index`, and answers where in `held` it begins. It is there until the next call. */
  readonly locate: (index: number) => number;
}

/** @param size Elements of a sample. */
export function sourceInMemory(samples: MemorySamples, size: number): SampleSource {
  return { held: samples, locate: (index) => index * size };
}
