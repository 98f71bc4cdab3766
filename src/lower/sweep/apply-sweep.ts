// The code of a sweep: everything that is not a contraction, elementwise maps, pools, reductions, scatters. It walks
// the written elements in the order of the schedule, whole vectors along the innermost axis, and folds the points of
// each in a register. In a strip several elements are folded side by side, point by point:
//
//   depthwise 3 x 3, two of x:    s0 += in[0] w[0]   s1 += in[1] w[0]   s0 += in[1] w[1]   s1 += in[2] w[1]  ...

import { invariant, present } from '../../base/invariant.ts';
import { get, set, type Expr, type Local, type Stmt, type TargetMachine } from '../../ir/kernel.ts';
import { accessesOf, coalesce, withExtent, writeNumber } from '../accesses/domain.ts';
import { offsetAlong, strideAlong } from '../accesses/resolve.ts';
import { combined, emitExpr, type EmitOptions } from '../code/emit-expr.ts';
import { loopsOver, piecesOver, type Loop } from '../code/loops.ts';
import { evenPieces } from '../code/pieces.ts';
import { pointerOf, rootScope, type PlacedDomain, type Scope } from '../code/scope.ts';
import { bestShares, pointsOfNest, sharesAlong, type Shares } from '../code/shares.ts';
import { codeOfTasks, type NestFunctions } from '../code/tasks.ts';
import type { Constants } from '../memory/constant-pool.ts';
import type { Strip, Sweep } from '../schedule/schedule.ts';
import { packLanes } from './pack-lanes.ts';
import { foldedAxes, foldedPoints, isScatter } from './sweep-candidates.ts';

/** @param cutFrom Points of a nest from which on its loops are cut into tasks. */
export function applySweep(name: string, original: PlacedDomain, schedule: Sweep, machine: TargetMachine, constants: Constants, cutFrom: number): NestFunctions {
  const { vectorAxis } = schedule;
  const walk = walkOf(vectorAxis === undefined ? original : packLanes(original, vectorAxis, machine.width, constants), schedule, machine.width);
  const numbers = [...accessesOf(walk.domain.nest).keys()];
  const { strip, vector } = walk;
  const isVector = (axis: number): boolean => axis === vector?.axis;
  const loops = (root: Scope, share: Shares | undefined): Stmt[] => {
    const inLoops = (order: readonly number[], scope: Scope, body: (scope: Scope) => Stmt[]): Stmt[] => loopsOver(order.map((axis) => loopIn(share, loopOf(walk, axis, machine.width))), scope, body);
    if (!strip) return inLoops(walk.order, root, (scope) => elements(walk, 1, scope));
    const inStrips = { axis: strip.axis, pieces: evenPieces(extentOf(walk, strip.axis), strip.points), points: 1, lastAlone: false };
    return inLoops(walk.order.filter((axis) => !isVector(axis)), root, (scope) =>
      piecesOver(inStrips, scope, (entered, { size }) => inLoops(walk.order.filter(isVector), entered, (inner) => elements(walk, size, inner))),
    );
  };
  const outermost = walk.order.map((axis) => loopOf(walk, axis, machine.width)).find(({ count }) => count > 1);
  const isCut = outermost !== undefined && !isScatter(walk.domain.nest) && pointsOfNest(walk.domain.nest) >= cutFrom;
  const shares = isCut ? bestShares([sharesAlong(walk.domain.nest, outermost.axis, outermost.count, outermost.points)]) : [];
  return codeOfTasks(name, shares, (builder, task) => rootScope(walk.domain, numbers, task, { machine, builder, constants }), loops);
}

/** What a task walks of a loop. */
function loopIn(share: Shares | undefined, loop: Loop): Loop {
  return loop.axis === share?.axis ? { ...loop, count: share.points / loop.points } : loop;
}

interface VectorAxis {
  readonly axis: number;
  /** Whole vectors that hold it. */
  readonly vectors: number;
}

/** A sweep whose loops are merged where they continue each other. */
interface Walk {
  readonly domain: PlacedDomain;
  readonly vector: VectorAxis | undefined;
  /** Axes of the loops around an element (or a vector of them), outermost first. */
  readonly order: readonly number[];
  readonly strip: Strip | undefined;
  readonly unrolled: boolean;
}

function extentOf({ domain }: Walk, axis: number): number {
  return present(domain.nest.axes[axis], 'axis').extent;
}

function loopOf(walk: Walk, axis: number, width: number): Loop {
  const { vector } = walk;
  return axis === vector?.axis ? { axis, count: vector.vectors, points: width } : { axis, count: extentOf(walk, axis), points: 1 };
}

/** A written element, or a vector of them. */
interface Element {
  /** Its point of the strip. */
  readonly fixed: EmitOptions['fixed'];
  /** Address units from the pointer of the write. */
  readonly offset: number;
}

/** What is done at so many written elements, or vectors of them, side by side. */
function elements(walk: Walk, count: number, scope: Scope): Stmt[] {
  const { domain, vector, strip } = walk;
  const { nest } = domain;
  const { unit } = scope.machine;
  const out: Stmt[] = [];
  const type = vector ? 'vec' : 'f32';
  const options: EmitOptions = { type, vectorAxis: vector?.axis, fixed: new Map(), ...(count > 1 && { loaded: new Map() }) };
  const at = pointerOf(scope, writeNumber);
  const side = Array.from({ length: count }, (_, i): Element => (strip ? { fixed: new Map([[strip.axis, i]]), offset: offsetAlong(nest.write, strip.axis, i) * unit } : { fixed: new Map(), offset: 0 }));
  const starts = side.map(({ offset }): Expr => (nest.initial === 'keep' ? { kind: 'load', as: type, at, offset } : { kind: 'float', type, value: nest.initial }));
  const totals =
    foldedAxes(domain).length === 0
      ? side.map(({ fixed }, i) => combined(nest.combine, type, present(starts[i], 'start'), emitExpr(nest.value, scope, { ...options, fixed }, out)))
      : folded(walk, side, starts, scope, options, out).map(get);
  const lane = vector ? (strideAlong(nest.write, vector.axis) ?? NaN) : 1;
  const apart = lane === 1 || scope.machine.width === 1 ? undefined : lane * unit;
  for (const [i, { fixed, offset }] of side.entries()) {
    const total = present(totals[i], 'total');
    const value = nest.finish ? emitExpr(nest.finish, scope, { ...options, fixed, accumulator: total }, out) : total;
    out.push({ kind: 'store', as: type, at, offset, value, ...(apart !== undefined && { apart }) });
  }
  return out;
}

/** Folds the points of the reduce axes into a local of each element, one after another or in loops. */
function folded(walk: Walk, side: readonly Element[], starts: readonly Expr[], scope: Scope, options: EmitOptions, out: Stmt[]): readonly Local[] {
  const { nest } = walk.domain;
  const reduceAxes = foldedAxes(walk.domain);
  const accumulators = side.map(() => scope.builder.local(options.type, 'sum'));
  const fold = (at: Scope, point: EmitOptions['fixed'], into: Stmt[]): void => {
    for (const [i, accumulator] of accumulators.entries()) {
      const value = emitExpr(nest.value, at, { ...options, fixed: new Map([...present(side[i], 'element').fixed, ...point]) }, into);
      into.push(set(accumulator, combined(nest.combine, options.type, get(accumulator), value)));
    }
  };
  out.push(...accumulators.map((accumulator, i) => set(accumulator, present(starts[i], 'start'))));
  if (walk.unrolled || foldedPoints(walk.domain) === 1) {
    for (const point of pointsOf(walk, reduceAxes)) fold(scope, point, out);
    return accumulators;
  }
  invariant(side.length === 1, 'the points of a strip are written out');
  const loops = reduceAxes.map((axis) => loopOf(walk, axis, scope.machine.width));
  out.push(...loopsOver(loops, scope, (inner) => {
    const body: Stmt[] = [];
    fold(inner, new Map(), body);
    return body;
  }));
  return accumulators;
}

/** Every point of some axes, the last axis fastest. */
function pointsOf(walk: Walk, axes: readonly number[]): readonly ReadonlyMap<number, number>[] {
  return axes.reduce<readonly ReadonlyMap<number, number>[]>(
    (points, axis) => points.flatMap((point) => Array.from({ length: extentOf(walk, axis) }, (_, i) => new Map(point).set(axis, i))),
    [new Map()],
  );
}

function walkOf(domain: PlacedDomain, { order, strip, vectorAxis, unrolled }: Sweep, width: number): Walk {
  const { nest } = domain;
  const vector = vectorAxis === undefined ? undefined : { axis: vectorAxis, vectors: Math.ceil(present(nest.axes[vectorAxis], 'axis').extent / width) };
  const loops = vector ? [...order, vector.axis] : order;
  if (isScatter(nest)) return { domain, vector, order: loops, strip, unrolled };
  const whole = vector ? { ...nest, axes: withExtent(nest.axes, vector.axis, vector.vectors * width) } : nest;
  const merged = coalesce(whole, loops);
  invariant(!vector || merged.order.at(-1) === vector.axis, 'the vector axis stays innermost');
  return {
    domain: { ...domain, nest: merged.nest },
    vector: vector && { axis: vector.axis, vectors: present(merged.nest.axes[vector.axis], 'axis').extent / width },
    order: merged.order,
    strip,
    unrolled,
  };
}
