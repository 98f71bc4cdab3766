// Weights as integers from -127 to 127 times a scale, one a filter (or row of a dense layer): symmetric, so that zeros stay
// zeros. The scale is the largest magnitude / 127, rounded up to 8 significant bits, which is the upper half of an f32
// (bfloat16). Times an integer of 7 bits that is an f32: nothing is rounded but the weights themselves.

import { exponentOf } from '../../base/exponent.ts';
import { packBlocks } from './blocks.ts';
import { scaledIn } from './scaled-blocks.ts';
import type { WeightType } from './weight-type.ts';

/** The largest integer. */
export const most = 127;

export const int8: WeightType<'int8'> = {
  name: 'int8',
  doc: 'integers from -127 to 127 with a scale for each filter',
  bytes: 1,
  instead: 'f16, or leave --weights-as out',
  unfit: (largest) => {
    if (largest === 0) return undefined;
    const scale = Math.fround(largest / most);
    if (scale === 0 || !Number.isFinite(scale)) return `its scale, ${largest} / ${most}, is ${scale} in 32 bits`;
    return Number.isFinite(Math.fround(most * scaleOf(largest))) ? undefined : `${most} times its scale, ${scaleOf(largest)}, is more than 32 bits hold`;
  },
  roundRow: (row) => {
    const scale = scaleOf(row.reduce((largest, weight) => Math.max(largest, Math.abs(weight)), 0));
    return { weights: row.map((weight) => nearestMultiple(weight, scale)), steps: row.map(() => scale) };
  },
  pack: (segments) => packBlocks(segments, (numbers) => scaledIn(numbers, most)),
  widen: 'widenBytes',
};

const scaleBits = 8;
const smallestScale = 2 ** -133;

/** The least number of so few bits that is no less than `largest / 127`; of a row of zeros, any: 1. */
export function scaleOf(largest: number): number {
  if (largest === 0) return 1;
  const exact = largest / most;
  const step = Math.max(2 ** (exponentOf(exact) - scaleBits + 1), smallestScale);
  const scale = Math.ceil(exact / step) * step;
  // The quotient is rounded, the product is not.
  return scale * most < largest ? scale + step : scale;
}

/** The multiple of the scale that is nearest. Differences of neighbours are exact, quotients are not. */
function nearestMultiple(weight: number, scale: number): number {
  const below = Math.floor(Math.abs(weight) / scale) * scale;
  const above = below + scale;
  const magnitude = Math.abs(weight);
  const nearest = magnitude - below <= above - magnitude ? below : above;
  return nearest === 0 ? 0 : Math.sign(weight) * nearest;
}
