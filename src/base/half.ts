// Half precision, IEEE 754 binary16, which DataView does not have everywhere: one sign bit, five of exponent, ten of
// fraction.

import { exponentOf } from './exponent.ts';

/** The largest finite half. */
export const largestHalf = 65504;
/** The exponent of the smallest normal half. */
const leastExponent = -14;

export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The distance between halves next to a finite number: a unit in the last place. */
export function halfStep(value: number): number {
  return 2 ** (Math.max(exponentOf(value), leastExponent) - 10);
}

/** The nearest half, of two the one whose last bit is 0; beyond the largest one infinity. */
export function roundToHalf(value: number): number {
  if (!Number.isFinite(value)) return value;
  const step = halfStep(value);
  const steps = value / step;
  const below = Math.floor(steps);
  const rest = steps - below;
  const rounded = (rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below) * step;
  if (rounded === 0) return Object.is(value, -0) || value < 0 ? -0 : 0;
  return Math.abs(rounded) > largestHalf ? Math.sign(value) * Infinity : rounded;
}

/** The bits of a finite number that is a half. */
export function halfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  // Steps from the start of its binade: the exponent counts binades, the fraction steps.
  const step = halfStep(magnitude);
  return sign | (magnitude / step + (Math.log2(step) + 24) * 1024);
}
