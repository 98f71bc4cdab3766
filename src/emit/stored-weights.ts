// The constant memory of a module as bytes beside its code, and what `load` does with them: copies them to their places
// as they are, or widens them.

import type { KernelModule } from '../ir/kernel.ts';
import { splitPlanes } from './base64.ts';
import { buildIdLength } from './build-id.ts';
import { packSegments } from './segments.ts';
import type { PackedRange } from './segments.ts';
import type { WeightType } from './weight-types/weight-type.ts';

export interface StoredWeights {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same memory, with room behind it for the id of a build where they may become a file of their own. */
  readonly whole: Uint8Array<ArrayBuffer>;
  /** Which bytes go where, where they do not say so themselves. */
  readonly ranges?: readonly PackedRange[];
  /** As they stand in base64 in the text of a module, and how `load` has them back from the bytes of that. */
  readonly inText: () => Uint8Array;
  readonly fromText: { readonly call: (bytes: string) => string; readonly roots: readonly string[] };
  /** The line of `load` that fills memory. @param bytes As an expression. */
  readonly fill: (bytes: string) => string;
  /** The function of the runtime in it. */
  readonly root: string;
}

/** @param isFile They become a file of their own. */
export function placedWeights(kernels: KernelModule, isFile: boolean): StoredWeights {
  const { bytes, whole, ranges } = packSegments(kernels, isFile ? buildIdLength : 0);
  return {
    bytes,
    whole,
    ranges,
    ...inPlanes(bytes),
    fill: (from) => `placeWeights(memory, ${from}, ranges);`,
    root: 'placeWeights',
  };
}

/** Words of four bytes in text, exponents together: it is compressed on its way, and so compresses better. */
export function inPlanes(bytes: Uint8Array): Pick<StoredWeights, 'inText' | 'fromText'> {
  return { inText: () => splitPlanes(bytes), fromText: { call: (text) => `joinPlanes(${text})`, roots: ['joinPlanes'] } };
}

export function widenedWeights({ pack, widen }: WeightType, { segments }: Pick<KernelModule, 'segments'>): StoredWeights {
  const packed = pack(segments);
  const whole = new Uint8Array(packed.length + buildIdLength);
  whole.set(packed);
  return {
    bytes: packed,
    whole,
    inText: () => packed,
    fromText: { call: (text) => text, roots: [] },
    fill: (from) => `${widen}(memory, ${from});`,
    root: widen,
  };
}
