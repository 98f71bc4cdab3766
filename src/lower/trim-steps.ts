// Steps of a contraction that read nothing but padding are left out: where a window reaches past the first or
// the last rows of an image, its taps there meet zeros.
//
//   conv of 3 x 3 with padding 1 on 13 rows, steps in the order of rows of the window:
//     row 0          taps of window rows 1, 2
//     rows 1 to 11   all
//     row 12         taps of window rows 0, 1
//
// Whole turns of the unrolled loop are left out, so that all rows share their microkernels: what is taken too much
// adds zeros.

import { present } from '../base/invariant.ts';
import { termAt, type Index } from '../ir/nest.ts';
import type { StepPoints, StepSpan } from './contraction-steps.ts';
import type { Domain } from './domain.ts';
import type { Guard } from './resolve.ts';
import type { Piece } from './tile.ts';

/** Points of an axis, one after another, that take the same steps. */
export type StepPart = Piece & StepSpan;

/** An axis whose points do not all need every step; the parts in their order, pieces of one point. */
export interface Trim {
  readonly axis: number;
  readonly parts: readonly StepPart[];
  /** Of all points times all steps, the part that is left. */
  readonly share: number;
}

/**
 * The first of `axes` along which steps fall away; undefined where none does, or those left do not follow each other.
 * @param padding Where these do not hold, the operand that moves with the axis reads zeros.
 * @param unroll Steps in a turn of the loop.
 */
export function trimSteps({ nest, taskFactor }: Domain, axes: readonly number[], stepAxes: readonly number[], steps: StepPoints, padding: readonly Guard[], unroll: number): Trim | undefined {
  // Steps that follow a stride need no table, of which a microkernel could walk a part.
  if (steps.kind !== 'listed' || steps.aStep !== undefined) return undefined;
  for (const axis of axes) {
    const guards = padding.filter(({ index }) => index.terms.every((term) => term.axis === axis || stepAxes.includes(term.axis)));
    if (taskFactor.has(axis) || guards.length === 0) continue;
    const bounds = guards.map(({ index, extent }): Bound => ({
      extent,
      starts: Array.from({ length: present(nest.axes[axis], 'axis').extent }, (_, i) => index.offset + movedBy(index, axis, i)),
      moves: steps.list.map(({ point }) => stepAxes.reduce((sum, stepAxis, s) => sum + movedBy(index, stepAxis, present(point[s], 'point of a step')), 0)),
    }));
    const needed = present(bounds[0], 'bound').starts.map((_, i) => spanAt(i, steps.count, bounds));
    if (!needed.every((span) => span !== undefined)) continue;
    const spans = needed.map((span) => inWholeTurns(span, steps.count, unroll));
    const share = spans.reduce((sum, { first, end }) => sum + end - first, 0) / (spans.length * steps.count);
    if (share < 1) return { axis, parts: runsOf(spans), share };
  }
  return undefined;
}

/** An index that must lie in `0..extent - 1`: where it stands at each point of an axis, and how far each step moves it. */
interface Bound {
  readonly extent: number;
  readonly starts: readonly number[];
  readonly moves: readonly number[];
}

function movedBy({ terms }: Index, axis: number, i: number): number {
  return terms.reduce((sum, term) => (term.axis === axis ? sum + termAt(term, i) : sum), 0);
}

/** The steps at point `i` that stay within all bounds; undefined where others lie between them. */
function spanAt(i: number, count: number, bounds: readonly Bound[]): StepSpan | undefined {
  const isInside = (step: number): boolean =>
    bounds.every(({ extent, starts, moves }) => {
      const at = present(starts[i], 'start') + present(moves[step], 'move');
      return at >= 0 && at < extent;
    });
  const inside = Array.from({ length: count }, (_, step) => isInside(step));
  const first = inside.indexOf(true);
  if (first < 0) return { first: 0, end: 0 };
  const end = inside.lastIndexOf(true) + 1;
  return inside.slice(first, end).every(Boolean) ? { first, end } : undefined;
}

/** The span made longer until whole turns are left out of the loop, and one at least is left in. */
function inWholeTurns({ first, end }: StepSpan, count: number, unroll: number): StepSpan {
  const least = Math.max(end - first, Math.min(count, unroll));
  const length = count - Math.floor((count - least) / unroll) * unroll;
  const last = Math.min(count, first + length);
  return { first: last - length, end: last };
}

/** Neighbouring points of the same steps together. */
function runsOf(points: readonly StepSpan[]): readonly StepPart[] {
  const runs: StepPart[] = [];
  for (const { first, end } of points) {
    const last = runs.at(-1);
    if (last?.first === first && last.end === end) runs[runs.length - 1] = { ...last, count: last.count + 1 };
    else runs.push({ size: 1, count: 1, first, end });
  }
  return runs;
}
