// A data set where every thread can read it: one copy in shared memory, bytes as bytes (value = byte / 255).

import { invariant } from '../base/invariant.ts';

export interface SharedSplit {
  readonly count: number;
  /** `[count, ...shape]`, row-major, images CHW. */
  readonly samples: Uint8Array<SharedArrayBuffer> | Float32Array<SharedArrayBuffer>;
  /** Class indices. */
  readonly labels: Uint16Array<SharedArrayBuffer>;
}

export type SplitName = 'training' | 'test';

export type SharedData = Readonly<Record<SplitName, SharedSplit>>;

/** Copies a split to shared memory; samples that lie there already stay where they are. */
export function shareSplit(split: { readonly count: number; readonly samples: Uint8Array | Float32Array; readonly labels: ArrayLike<number> }): SharedSplit {
  const { count, samples, labels } = split;
  invariant(labels.length === count, () => `${labels.length} labels for ${count} samples`);
  const shared = new Uint16Array(new SharedArrayBuffer(2 * count));
  shared.set(labels);
  return { count, samples: shareSamples(samples), labels: shared };
}

function shareSamples(samples: Uint8Array | Float32Array): SharedSplit['samples'] {
  const { buffer, byteOffset, byteLength, length } = samples;
  if (typeof SharedArrayBuffer !== 'undefined' && buffer instanceof SharedArrayBuffer) {
    return samples instanceof Uint8Array ? new Uint8Array(buffer, byteOffset, length) : new Float32Array(buffer, byteOffset, length);
  }
  const memory = new SharedArrayBuffer(byteLength);
  const shared = samples instanceof Uint8Array ? new Uint8Array(memory) : new Float32Array(memory);
  shared.set(samples);
  return shared;
}
