// Candidates of one case made ready, compared with a float64 value, and timed side by side: the same in Node and in a
// page.

import { invariant } from '../src/base/invariant.ts';
import { measure } from './measure.ts';
import type { Measurement, MeasureOptions } from './measure.ts';
import type { PreparedRun } from './peers/peer.ts';
import { relativeDifference } from './reference.ts';

export interface Contestant {
  readonly name: string;
  readonly prepare: () => Promise<PreparedRun>;
  /** Its own output, where it computes another network than the others. */
  readonly reference?: Float64Array;
}

export interface Contested extends Measurement {
  /** From the reference, at most, relative to its largest value. */
  readonly difference: number;
  readonly bytes?: number;
  readonly gzipBytes?: number;
}

/** f32 sums of a few thousand products in any order agree far better than this. */
const AGREEMENT = 1e-3;

/**
 * The first of the contestants is what the others are told in times of.
 * @param reference The output, CHW, in float64. Throws where a candidate's is another.
 */
export async function contest(name: string, contestants: readonly Contestant[], reference: Float64Array, options: MeasureOptions): Promise<readonly Contested[]> {
  const ready: PreparedRun[] = [];
  const differences: number[] = [];
  try {
    for (const { name: candidate, prepare, reference: own } of contestants) {
      const prepared = await prepare();
      ready.push(prepared);
      await prepared.run();
      const difference = relativeDifference(prepared.output(), own ?? reference);
      invariant(difference <= AGREEMENT, () => `${name}: ${candidate} is off by ${difference} of the largest value`);
      differences.push(difference);
    }
    const measured = await measure(contestants.map(({ name: candidate }, index) => ({ name: candidate, run: ready[index]?.run ?? (() => {}) })), options);
    return measured.map((measurement, index) => {
      const { bytes, gzipBytes } = ready[index] as PreparedRun;
      return { ...measurement, difference: differences[index] ?? NaN, ...(bytes !== undefined && { bytes }), ...(gzipBytes !== undefined && { gzipBytes }) };
    });
  } finally {
    for (const { release } of ready) await release();
  }
}
