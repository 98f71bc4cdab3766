// Steps of a contraction that read nothing but padding are left out: where a window reaches past the first or
// the last rows of an image, its taps there meet zeros.
//
//   conv of 3 x 3 with padding 1 on 13 rows, steps in the order of rows of the window:
//     row 0          taps of window rows 1, 2
//     rows 1 to 11   all
//     row 12         taps of window rows 0, 1
//
// It may be the columns too, if they are what is looped over. The steps of a point are one after another, as many as
// leave out whole turns of the unrolled loop, so that all points share their microkernels: what is taken too much
// adds zeros.

import { present } from '../../base/invariant.ts';
import { termAt, type Index } from '../../ir/nest.ts';
import { isByTable, type StepPoints, type StepSpan } from './steps.ts';
import { accessesOf } from '../accesses/domain.ts';
import { strideAlong, type Guard, type ResolvedNest } from '../accesses/resolve.ts';
import type { Piece } from '../code/pieces.ts';

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
 * The first of `axes` along which steps fall away; undefined where none does.
 * @param padding Where these do not hold, the operand that moves with the axis reads zeros.
 * @param unroll Steps in a turn of the loop.
 */
export function trimSteps(nest: ResolvedNest, axes: readonly number[], stepAxes: readonly number[], steps: StepPoints, padding: readonly Guard[], unroll: number): Trim | undefined {
  // Steps that follow a stride need no table, of which a microkernel could walk a part.
  if (steps.kind !== 'listed' || !isByTable(steps)) return undefined;
  const { count } = steps;
  for (const axis of axes) {
    // Parts are walked by strides.
    if (accessesOf(nest).some((access) => strideAlong(access, axis) === undefined)) continue;
    const guards = padding.filter(({ index }) => index.terms.every((term) => term.axis === axis || stepAxes.includes(term.axis)));
    const bounds = guards.map(({ index, extent }) => {
      const moves = steps.list.map(({ point }) => stepAxes.reduce((sum, stepAxis, s) => sum + movedBy(index, stepAxis, present(point[s], 'point of a step')), index.offset));
      return { index, extent, spans: spansByMove(moves) };
    });
    const points = Array.from({ length: present(nest.axes[axis], 'axis').extent }, (_, i) => {
      const spans = bounds.map(({ index, extent, spans: byMove }) => spanInside(byMove, movedBy(index, axis, i), extent));
      return inWholeTurns({ first: Math.max(0, ...spans.map(({ first }) => first)), end: Math.min(count, ...spans.map(({ end }) => end)) }, count, unroll);
    });
    const share = points.reduce((sum, { first, end }) => sum + end - first, 0) / (points.length * count);
    if (share < 1) return { axis, parts: runsOf(points), share };
  }
  return undefined;
}

/** How far an index moves with one axis. */
function movedBy({ terms }: Index, axis: number, i: number): number {
  return terms.reduce((sum, term) => (term.axis === axis ? sum + termAt(term, i) : sum), 0);
}

/** The first and the last step that move an index so far. */
function spansByMove(moves: readonly number[]): ReadonlyMap<number, StepSpan> {
  const spans = new Map<number, StepSpan>();
  for (const [step, move] of moves.entries()) spans.set(move, { first: spans.get(move)?.first ?? step, end: step + 1 });
  return spans;
}

/** From the first to the last step for which an index that starts at `start` is in `0..extent - 1`; where none is, it ends before it begins. */
function spanInside(spans: ReadonlyMap<number, StepSpan>, start: number, extent: number): StepSpan {
  let [first, end] = [Infinity, 0];
  for (const [move, span] of spans) {
    if (start + move < 0 || start + move >= extent) continue;
    first = Math.min(first, span.first);
    end = Math.max(end, span.end);
  }
  return { first, end };
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
