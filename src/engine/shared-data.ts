// A data set where every thread can read it: one copy in shared memory, or files.

import { invariant } from '../base/invariant.ts';
import { areInFiles } from '../base/samples.ts';
import type { FileSamples, MemorySamples, Samples } from '../base/samples.ts';

export interface SharedSplit {
  readonly count: number;
  /** `[count, ...shape]`, row-major, images CHW; bytes stay bytes (value = byte / 255). */
  readonly samples: SharedSamples | FileSamples;
  /** Class indices; or numbers, those of a sample side by side. */
  readonly labels: Uint16Array<SharedArrayBuffer> | Float32Array<SharedArrayBuffer>;
}

type SharedSamples = Uint8Array<SharedArrayBuffer> | Float32Array<SharedArrayBuffer>;

export type SplitName = 'training' | 'test';

export type SharedData = Readonly<Record<SplitName, SharedSplit>>;

/**
 * Copies a split to shared memory; samples that lie there already, or in files, stay where they are.
 * @param numbers That each sample is to be answered with; undefined: a class.
 */
export function shareSplit(split: { readonly count: number; readonly samples: Samples; readonly labels: ArrayLike<number> }, numbers?: number): SharedSplit {
  const { count, samples, labels } = split;
  invariant(labels.length === count * (numbers ?? 1), () => `${labels.length} labels for ${count} samples`);
  const shared = numbers === undefined ? new Uint16Array(new SharedArrayBuffer(2 * count)) : new Float32Array(new SharedArrayBuffer(4 * labels.length));
  shared.set(labels);
  return { count, samples: areInFiles(samples) ? samples : shareSamples(samples), labels: shared };
}

function shareSamples(samples: MemorySamples): SharedSamples {
  const { buffer, byteOffset, byteLength, length } = samples;
  if (typeof SharedArrayBuffer !== 'undefined' && buffer instanceof SharedArrayBuffer) {
    return samples instanceof Uint8Array ? new Uint8Array(buffer, byteOffset, length) : new Float32Array(buffer, byteOffset, length);
  }
  const memory = new SharedArrayBuffer(byteLength);
  const shared = samples instanceof Uint8Array ? new Uint8Array(memory) : new Float32Array(memory);
  shared.set(samples);
  return shared;
}
