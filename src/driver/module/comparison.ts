// Computed numbers beside the float64 reference, each held to its own rounding bound.

import type { Bounded } from '../../ir/error-bound.ts';

/** f32 kernels against the float64 reference: a layer on what it has read, the module from its input on. */
export interface Comparison {
  readonly name: string;
  readonly maxAbsDifference: number;
  readonly maxAbsReference: number;
  /** The largest rounding bound of an element; every element is held to its own. */
  readonly bound: number;
}

/** The first element that is further from the reference than rounding explains. */
export interface Excess {
  readonly difference: number;
  readonly allowed: number;
}

export interface Tracker {
  readonly compare: (reference: Bounded, found: Float32Array) => void;
  readonly result: () => { readonly comparison: Comparison; readonly excess?: Excess };
}

export function tracker(name: string): Tracker {
  let [maxAbsDifference, maxAbsReference, bound] = [0, 0, 0];
  let excess: Excess | undefined;
  return {
    compare: ({ value, error }, found) => {
      for (const [i, expected] of value.data.entries()) {
        const difference = Math.abs((found[i] ?? NaN) - expected);
        const allowed = error.data[i] as number;
        // NaN is not within anything, and a bound without end would hold nobody to anything.
        if (!(difference <= allowed && allowed < Infinity)) excess ??= { difference, allowed };
        maxAbsDifference = Number.isNaN(difference) ? Infinity : Math.max(maxAbsDifference, difference);
        maxAbsReference = Math.max(maxAbsReference, Math.abs(expected));
        bound = Math.max(bound, allowed);
      }
    },
    result: () => ({ comparison: { name, maxAbsDifference, maxAbsReference, bound }, ...(excess && { excess }) }),
  };
}
