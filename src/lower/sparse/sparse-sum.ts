// Recognises sums over compile-time weights most of which are zero: `out[..] = sum w[..] * b[..]`, where vectors lie
// along an axis that moves `b` and `out` but not the weights. Only the taps that are not zero are walked, each a weight
// for all lanes and an offset in `b`:
//
//   conv, one weight in twenty left, vectors along x:    row o:  (3, .25) (17, -.5) (40, .125) ...
//
//   row axes      move the weights: each of their points has taps of its own
//   vector axis   contiguous in b
//   tile axis     P points in registers
//   other axes    loops around
//
// Where no axis can hold vectors (a dense layer, one sample a run), rows are summed tap by tap.

import { present } from '../../base/invariant.ts';
import type { TargetMachine } from '../../ir/kernel.ts';
import type { Domain } from '../accesses/domain.ts';
import { loadOf, offsetAlong, strideAlong, type LoadNumber, type ResolvedNest } from '../accesses/resolve.ts';
import { factorsOf } from '../contraction/contraction.ts';
import { finishFits } from '../contraction/finish.ts';

/** The taps of a sparse sum by row. */
export interface SparseRows {
  /** The weights. */
  readonly a: LoadNumber;
  readonly b: LoadNumber;
  /** Outermost first; the task may be the first of them. */
  readonly rowAxes: readonly number[];
  /** The other parallel axes. */
  readonly freeAxes: readonly number[];
  /** By row, the last row axis fastest; each in the order in which `b` lies, so that it is walked forwards. */
  readonly rows: readonly (readonly Tap[])[];
  /** Where taps can be, in this order. */
  readonly window: ReadonlySet<number>;
}

/** A way to lay vectors and tiles over it. */
export interface SparseSum extends SparseRows {
  readonly vectorAxis: number;
  readonly tileAxis: number | undefined;
  readonly otherAxes: readonly number[];
}

export interface Tap {
  readonly weight: number;
  /** Elements that `b` is moved by. */
  readonly offset: number;
}

/** A nest as a sparse sum; undefined where it is none. */
export function sparseRowsOf({ nest, task }: Domain): SparseRows | undefined {
  const factors = factorsOf(nest);
  if (!factors || nest.initial === 'keep') return undefined;
  const [a, b] = loadOf(nest, factors[0]).data ? factors : [factors[1], factors[0]];
  const [{ access, data, sparse }, { access: spread, data: isConstant }] = [loadOf(nest, a), loadOf(nest, b)];
  if (!data || !sparse || isConstant) return undefined;
  const axes = [...nest.axes.keys()].filter((axis) => extentOf(nest, axis) > 1 || axis === task);
  const [stepAxes, outside] = [axes.filter((axis) => kindOf(nest, axis) === 'reduce'), axes.filter((axis) => kindOf(nest, axis) !== 'reduce')];
  const rowAxes = outside.filter((axis) => access.along.has(axis)).toSorted((p, q) => Number(q === task) - Number(p === task));
  if (outside.some((axis) => kindOf(nest, axis) !== 'parallel') || rowAxes.some((axis) => axis !== task && spread.along.has(axis))) return undefined;
  const points = (along: readonly number[], from: Move): readonly Move[] =>
    along.reduce<readonly Move[]>((moves, axis) => moves.flatMap((move) => Array.from({ length: extentOf(nest, axis) }, (_, i): Move => ({ a: move.a + offsetAlong(access, axis, i), b: move.b + offsetAlong(spread, axis, i) }))), [from]);
  const steps = points(stepAxes, { a: 0, b: 0 }).toSorted((p, q) => p.b - q.b);
  const window = new Set(steps.map(({ b: offset }) => offset));
  // Taps are known by where they are.
  if (window.size < steps.length) return undefined;
  const rows = points(rowAxes, { a: access.offset, b: 0 }).map((row) => tapsOf(data, row.a, steps));
  return { a, b, rowAxes, freeAxes: outside.filter((axis) => !rowAxes.includes(axis) && axis !== task), rows, window };
}

/** Every way to lay vectors over it. */
export function sparseSumsOf({ nest }: Domain, sparse: SparseRows, machine: TargetMachine): readonly SparseSum[] {
  const { access: spread } = loadOf(nest, sparse.b);
  const walked = sparse.freeAxes.filter((axis) => [spread, nest.write].every((each) => (strideAlong(each, axis) ?? 0) > 0));
  return walked.filter((axis) => machine.width === 1 || strideAlong(spread, axis) === 1).flatMap((vectorAxis) => {
    const others = walked.filter((axis) => axis !== vectorAxis);
    return (others.length > 0 ? others : [undefined])
      // Where a vector has more lanes than there are, the others are not there to be loaded one by one.
      .filter((tileAxis) => finishFits(nest, vectorAxis, tileAxis, extentOf(nest, vectorAxis) >= machine.width))
      .map((tileAxis): SparseSum => ({ ...sparse, vectorAxis, tileAxis, otherAxes: sparse.freeAxes.filter((axis) => axis !== vectorAxis && axis !== tileAxis) }));
  });
}

function tapsOf(data: Float64Array, row: number, steps: readonly Move[]): readonly Tap[] {
  return steps.flatMap(({ a, b }): readonly Tap[] => {
    const weight = present(data[row + a], 'weight');
    return weight === 0 ? [] : [{ weight, offset: b }];
  });
}

/** Elements that each factor is moved by. */
interface Move {
  readonly a: number;
  readonly b: number;
}

function extentOf(nest: ResolvedNest, axis: number): number {
  return present(nest.axes[axis], 'axis').extent;
}

function kindOf(nest: ResolvedNest, axis: number): string {
  return present(nest.axes[axis], 'axis').kind;
}
