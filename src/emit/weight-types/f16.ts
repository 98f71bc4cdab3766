// Weights in half precision: 11 bits of significand, magnitudes from 6e-8 to 65504.

import { halfBits, halfStep, roundToHalf } from '../../base/half.ts';
import { headBytes, packBlocks } from './blocks.ts';
import type { Block, Stretch } from './blocks.ts';
import type { WeightType } from './weight-type.ts';

export const f16: WeightType<'f16'> = {
  name: 'f16',
  doc: 'half precision, rounded to the nearest',
  bytes: 2,
  instead: 'int8, whose scales follow the weights, or leave --weights-as out',
  unfit: (largest) => (Number.isFinite(roundToHalf(largest)) ? undefined : `${largest} is more than f16 holds, 65504`),
  roundRow: (row) => ({
    // No weight is -0: elimination and kernels have no use for it.
    weights: row.map((weight) => roundToHalf(weight) + 0),
    steps: row.map(halfStep),
  }),
  pack: (segments) => packBlocks(segments, halvesIn),
  widen: 'widenHalves',
};

/** Fewer in a row do not win back a head of their own and that of what follows. */
const fewest = headBytes;

/** Cuts numbers into those that are halves and those that are not. */
function halvesIn(numbers: Float32Array): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let [from, at] = [0, 0];
  while (at < numbers.length) {
    const to = endOfHalves(numbers, at);
    if (to - at >= fewest) {
      if (at > from) stretches.push({ at: from, length: at - from });
      stretches.push({ at, length: to - at, block: blockOf(numbers.subarray(at, to)) });
      from = to;
    }
    at = to === at ? at + 1 : to;
  }
  if (at > from) stretches.push({ at: from, length: at - from });
  return stretches;
}

function endOfHalves(numbers: Float32Array, from: number): number {
  let to = from;
  while (to < numbers.length && Number.isFinite(numbers[to]) && roundToHalf(numbers[to] as number) === numbers[to]) to++;
  return to;
}

/** Schedules fill up the last vector of a row of filters with zeros: those lanes are left out. */
function blockOf(numbers: Float32Array): Omit<Block, 'to'> {
  const { lanes, filled } = widths.reduce(
    (best, width) => {
      const kept = numbers.length % width === 0 ? width - zeroLanes(numbers, width) : width;
      return kept / width < best.filled / best.lanes ? { lanes: width, filled: kept } : best;
    },
    { lanes: 1, filled: 1 },
  );
  const steps = numbers.length / lanes;
  const view = new DataView(new ArrayBuffer(2 * filled * steps));
  for (let i = 0; i < filled * steps; i++) view.setUint16(2 * i, halfBits(numbers[Math.floor(i / steps) + lanes * (i % steps)] as number), true);
  return { lanes, steps, more: filled, content: new Uint8Array(view.buffer) };
}

const widths: readonly number[] = Array.from({ length: 16 }, (_, i) => 4 * (i + 1));

/** How many lanes at the end hold nothing but zeros. */
function zeroLanes(numbers: Float32Array, lanes: number): number {
  let zeros = lanes;
  for (let i = 0; i < numbers.length && zeros > 0; i++) if (!Object.is(numbers[i], 0)) zeros = Math.min(zeros, lanes - 1 - (i % lanes));
  return zeros;
}
