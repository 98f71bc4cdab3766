// Finds where numbers are small integers times a few scales. Schedules pack the filters of a layer side by side, so many
// lanes wide as their vectors, or leave one after the other; whatever they do, the numbers of one filter have a common
// divisor of which each is a small multiple, and numbers of two filters have none:
//
//   a0 b0 c0 d0  a1 b1 c1 d1  a2 b2 c2 d2 ...     4 lanes: scales a, b, c, d
//   a0 a1 a2 a3 ... b0 b1 b2 b3 ...               1 lane: scale a, then 1 lane: scale b
//
// So nothing has to be known of layouts: blocks are looked for, and are right wherever they are found. Divisors are exact:
// the remainder of two floats is one (Euclid's algorithm on multiples of a power of two).

import { isUpperHalf, upperHalf } from '../../base/bfloat16.ts';
import { headBytes } from './blocks.ts';
import type { Stretch } from './blocks.ts';

/** Numbers from `at` on, step by step, that are multiples of the scale of their lane. */
interface Found {
  readonly at: number;
  readonly lanes: number;
  readonly steps: number;
  readonly scales: Float64Array;
}

/** Widths of packed filters: a vector has four lanes. */
const laneCounts: readonly number[] = [1, ...Array.from({ length: 1024 }, (_, i) => 4 * (i + 1))];

/** @param most The largest integer, which a byte holds. */
export function scaledIn(numbers: Float32Array, most: number): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let [from, at, failures] = [0, 0, 0];
  /** Alike and one behind the other: one block. */
  let alike: Found[] = [];
  const endBlock = (): void => {
    const [first] = alike;
    if (first) stretches.push({ at: first.at, length: alike.length * first.lanes * first.steps, block: { lanes: first.lanes, steps: first.steps, more: alike.length, content: content(numbers, alike) } });
    alike = [];
  };
  const endRest = (): void => {
    if (at > from) stretches.push({ at: from, length: at - from });
  };
  while (at < numbers.length) {
    const found = bestAt(numbers, at, most);
    const before = alike.at(-1);
    if (before && !(found?.lanes === before.lanes && found.steps === before.steps)) endBlock();
    if (found) {
      endRest();
      alike.push(found);
      at += found.lanes * found.steps;
      [from, failures] = [at, 0];
    } else {
      // Where there was nothing for long, look less often.
      at = Math.min(numbers.length, at + 1 + Math.floor(failures++ / 64));
    }
  }
  endBlock();
  endRest();
  return stretches;
}

/** The block at `at` that saves the most bytes; undefined: none saves any. */
function bestAt(numbers: Float32Array, at: number, most: number): Found | undefined {
  let best: Found | undefined;
  for (const lanes of laneCounts) {
    if (at + 2 * lanes > numbers.length) break;
    if (!mayFit(numbers, at, lanes, most)) continue;
    const found = blockAt(numbers, at, lanes, most);
    if (saving(found) > (best ? saving(best) : 0)) best = found;
    // Multiples of its lanes would do as well, and one of them is the whole layer.
    if (lanes * found.steps >= headBytes * (lanes + 4)) break;
  }
  return best;
}

/** Bytes of the scale of a lane. */
const scaleBytes = 2;

function saving({ lanes, steps }: Found): number {
  return 3 * lanes * steps - scaleBytes * lanes - headBytes;
}

/** Whether the first two steps of a few lanes fit: most widths fail here. */
function mayFit(numbers: Float32Array, at: number, lanes: number, most: number): boolean {
  for (let lane = 0; lane < Math.min(lanes, 4); lane++) {
    const [a, b] = [Math.abs(numbers[at + lane] as number), Math.abs(numbers[at + lane + lanes] as number)];
    if (a > 0 && b > 0 && commonDivisor(a, b, Math.max(a, b) / most) === undefined) return false;
  }
  return true;
}

function blockAt(numbers: Float32Array, at: number, lanes: number, most: number): Found {
  const divisors = new Float64Array(lanes);
  const peaks = new Float64Array(lanes);
  let steps = 0;
  while (at + (steps + 1) * lanes <= numbers.length && takeStep(numbers.subarray(at + steps * lanes, at + (steps + 1) * lanes), divisors, peaks, most)) steps++;
  const scales = divisors.map((divisor, lane) => scaleIn(divisor, peaks[lane] as number, most));
  return { at, lanes, steps: scales.includes(NaN) ? 0 : steps, scales };
}

/** Makes the divisor of each lane one of its next number too; false, and nothing is changed: there is none that is large enough. */
function takeStep(step: Float32Array, divisors: Float64Array, peaks: Float64Array, most: number): boolean {
  const taken: { readonly lane: number; readonly divisor: number; readonly peak: number }[] = [];
  for (let lane = 0; lane < step.length; lane++) {
    const value = step[lane] as number;
    const magnitude = Math.abs(value);
    if (!Number.isFinite(value) || Object.is(value, -0)) return false;
    const [before, highest] = [divisors[lane] as number, peaks[lane] as number];
    // Most numbers change nothing.
    if (magnitude === 0 || (magnitude <= highest && magnitude % before === 0)) continue;
    const peak = Math.max(highest, magnitude);
    const divisor = before === 0 ? magnitude : commonDivisor(before, magnitude, peak / most);
    if (divisor === undefined) return false;
    taken.push({ lane, divisor, peak });
  }
  for (const { lane, divisor, peak } of taken) [divisors[lane], peaks[lane]] = [divisor, peak];
  return true;
}

/** The greatest common divisor of positive numbers; undefined: it is below `least`. */
function commonDivisor(a: number, b: number, least: number): number | undefined {
  let [divisor, rest] = [a, b % a];
  while (rest > 0) {
    if (rest < least) return undefined;
    [divisor, rest] = [rest, divisor % rest];
  }
  return divisor < least ? undefined : divisor;
}

/** The largest part of a divisor that can be stored, of which `peak` is no more than `most` times; 0 of a lane of zeros, NaN where there is none. */
function scaleIn(divisor: number, peak: number, most: number): number {
  if (divisor === 0) return 0;
  for (let parts = 1; (divisor / parts) * most >= peak; parts++) {
    const scale = divisor / parts;
    if (scale * parts === divisor && isUpperHalf(scale)) return scale;
  }
  return NaN;
}

/** Lane by lane the scale and, where that is not 0, the integers. */
function content(numbers: Float32Array, blocks: readonly Found[]): Uint8Array {
  const bytes = blocks.reduce((sum, { scales, steps }) => sum + scales.reduce((all, scale) => all + scaleBytes + (scale > 0 ? steps : 0), 0), 0);
  const view = new DataView(new ArrayBuffer(bytes));
  let byte = 0;
  for (const { at, lanes, steps, scales } of blocks) {
    for (const [lane, scale] of scales.entries()) {
      view.setUint16(byte, upperHalf(scale), true);
      byte += scaleBytes;
      if (scale > 0) for (let step = 0; step < steps; step++) view.setInt8(byte++, (numbers[at + lane + step * lanes] as number) / scale);
    }
  }
  return new Uint8Array(view.buffer);
}
