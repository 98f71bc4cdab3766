// How far answers in float64 may be apart, of a model and of the network that it became or was.

/** Of the largest value of an output; and where one of both has constants of an operation as f32 holds them. */
export const tolerances = { exact: 1e-12, rounded: 1e-5 } as const;

export interface Compared {
  readonly difference: number;
  readonly largest: number;
  /** What is too much, in words. */
  readonly excess?: string;
}

/** @param tolerance Of the largest value that is wanted. */
export function compare(found: Float64Array, wanted: Float64Array, tolerance: number): Compared {
  if (found.length !== wanted.length) return { difference: 0, largest: 0, excess: `${found.length} numbers in place of ${wanted.length}` };
  const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  let difference = 0;
  for (const [i, value] of found.entries()) {
    const other = wanted[i] as number;
    if (Object.is(value, other)) continue;
    const apart = Math.abs(value - other);
    // Written so that NaN is too much, where the model gives none.
    if (!(apart <= tolerance * largest)) return { difference, largest, excess: `element ${i} is ${value} in place of ${other}, the largest being ${largest}` };
    difference = Math.max(difference, apart);
  }
  return { difference, largest };
}
