// Every sweep of a nest: along each axis that can hold vectors, or element by element; its window written out, in strips
// too, or looped over. Loops follow the order of the written memory.

import { present } from '../../base/invariant.ts';
import type { TargetMachine } from '../../ir/kernel.ts';
import { partsOf } from '../../ir/nest.ts';
import { accessesOf, countedAxes, type Domain } from '../accesses/domain.ts';
import { loadOf, offsetAlong, strideAlong, type ResolvedExpr, type ResolvedNest } from '../accesses/resolve.ts';
import { fillsVectors } from '../layouts/padding.ts';
import { loadsOf } from '../nests/nest-loads.ts';
import type { Candidate, Strip } from '../schedule/schedule.ts';
import { withPackedLanes } from './pack-lanes.ts';

/** Points up to which a window is written out by itself: 3 x 3. */
const unrolledPoints = 9;
/** Points up to which it may be: 5 x 5. */
const mostUnrolled = 25;
/** Cycles of a vector whose lanes are stored one by one. */
const apartCost = 2.5;
/** Elements of a strip: more would keep more values than there are registers. */
const stripSizes = [2, 4];

export function sweepCandidates(domain: Domain, machine: TargetMachine): readonly Candidate[] {
  const points = foldedPoints(domain);
  const byItself = points > 1 && points <= unrolledPoints;
  const unrolled = points > 1 && points <= mostUnrolled ? [byItself, !byItself] : [byItself];
  const apart = apartAxesOf(domain, machine.width).map((vectorAxis): Candidate => ({ schedule: { kind: 'sweep', order: orderOf(domain, vectorAxis), strip: undefined, vectorAxis, unrolled: false }, cost: points * apartCost }));
  const others = [...vectorAxesOf(domain, machine.width), undefined].flatMap((vectorAxis) => {
    const cost = points * (vectorAxis === undefined ? machine.width : 1);
    const order = orderOf(domain, vectorAxis);
    const strips = vectorAxis === undefined || !unrolled.includes(true) ? [] : stripsOf(domain, order);
    return unrolled.flatMap((each): Candidate[] => [
      { schedule: { kind: 'sweep', order, strip: undefined, vectorAxis, unrolled: each }, cost },
      ...(each ? strips : []).map(({ strip, share }): Candidate => ({ schedule: { kind: 'sweep', order: order.filter((axis) => axis !== strip.axis), strip, vectorAxis, unrolled: true }, cost: cost * share })),
    ]);
  });
  return [...apart, ...others];
}

interface SharingStrip {
  readonly strip: Strip;
  /** Of the loads of its elements one by one, what is left where each is loaded once. */
  readonly share: number;
}

/**
 * Strips of the innermost loop, of elements that are folded with the same weights: windows that overlap gain nothing by
 * themselves. Nothing may count points of its axis or walk them by a table.
 */
function stripsOf(domain: Domain, order: readonly number[]): readonly SharingStrip[] {
  const { nest } = domain;
  const extentOf = (axis: number): number => present(nest.axes[axis], 'axis').extent;
  const axis = order.findLast((each) => extentOf(each) > 1);
  if (axis === undefined || isScatter(nest) || countedAxes(nest).has(axis) || accessesOf(nest).some((access) => strideAlong(access, axis) === undefined)) return [];
  if (loadsOf(nest.value).every((load) => loadOf(nest, load).access.along.has(axis))) return [];
  return stripSizes
    .filter((points) => points <= extentOf(axis))
    .map((points): SharingStrip => ({ strip: { axis, points }, share: shareLoaded(domain, { axis, points }) }));
}

function shareLoaded(domain: Domain, { axis, points }: Strip): number {
  const { nest } = domain;
  const accesses = loadsOf(nest.value).map((load) => loadOf(nest, load).access);
  const loaded = accesses.map((access) => {
    const along = (from: readonly number[], each: number, count: number): readonly number[] => from.flatMap((offset) => Array.from({ length: count }, (_, i) => offset + offsetAlong(access, each, i)));
    const offsets = foldedAxes(domain).reduce((from, folded) => along(from, folded, present(nest.axes[folded], 'axis').extent), along([0], axis, points));
    return new Set(offsets).size;
  });
  return loaded.reduce((sum, count) => sum + count, 0) / (accesses.length * points * foldedPoints(domain));
}

/** The axes whose points are folded into an element. */
export function foldedAxes({ nest, task }: Domain): readonly number[] {
  return nest.combine === 'store' ? [] : [...nest.axes.keys()].filter((axis) => present(nest.axes[axis], 'axis').kind === 'reduce' && axis !== task);
}

export function foldedPoints(domain: Domain): number {
  return foldedAxes(domain).reduce((product, axis) => product * present(domain.nest.axes[axis], 'axis').extent, 1);
}

/** A scatter keeps its order; all else goes as the written elements lie. */
function orderOf({ nest, task }: Domain, vectorAxis: number | undefined): readonly number[] {
  const walked = [...nest.axes.keys()].filter((axis) => axis !== task && axis !== vectorAxis && present(nest.axes[axis], 'axis').kind !== 'reduce');
  if (isScatter(nest)) return walked;
  const stride = (axis: number): number => Math.abs(strideAlong(nest.write, axis) ?? Number.MAX_SAFE_INTEGER);
  return walked.toSorted((a, b) => stride(b) - stride(a));
}

export function isScatter({ axes }: Pick<ResolvedNest, 'axes'>): boolean {
  return axes.some(({ kind }) => kind === 'sequential');
}

/** Random numbers are drawn one by one. */
function drawsRandom(expr: ResolvedExpr): boolean {
  return expr.kind === 'random' || partsOf(expr).some(drawsRandom);
}

/**
 * The axes along which vectors can lie: contiguous in the write and in every load that they move, once compile-time data
 * is packed. The last vector may reach into padding where there is room for it everywhere, if zeros stay there.
 */
function vectorAxesOf({ nest, task, taskFactor }: Domain, width: number): readonly number[] {
  if (width === 1 || drawsRandom(nest.value) || (nest.finish !== undefined && drawsRandom(nest.finish))) return [];
  const counted = countedAxes(nest);
  return [...nest.axes.keys()].filter((axis) => {
    const { kind, extent } = present(nest.axes[axis], 'axis');
    if (kind !== 'parallel' || axis === task || extent === 1 || counted.has(axis)) return false;
    if (strideAlong(nest.write, axis) !== 1) return false;
    const packed = withPackedLanes(nest, axis, width);
    const moving = accessesOf(packed).filter((access) => access.along.has(axis));
    if (!moving.every((access) => strideAlong(access, axis) === 1)) return false;
    return extent % width === 0 || (!taskFactor.has(axis) && fillsVectors(packed, axis, Math.ceil(extent / width) * width));
  });
}

/**
 * The axes along which what is stored can be loaded in vectors, though it lies apart where it is written: a copy of an
 * image channel by channel, from one whose channels are neighbours. Whole vectors only.
 */
function apartAxesOf({ nest, task }: Domain, width: number): readonly number[] {
  if (width === 1 || nest.combine !== 'store' || isScatter(nest) || drawsRandom(nest.value) || (nest.finish !== undefined && drawsRandom(nest.finish))) return [];
  const counted = countedAxes(nest);
  return [...nest.axes.keys()].filter((axis) => {
    const { kind, extent } = present(nest.axes[axis], 'axis');
    if (kind !== 'parallel' || axis === task || extent % width !== 0 || counted.has(axis) || !((strideAlong(nest.write, axis) ?? 0) > 1)) return false;
    const moving = nest.loads.filter(({ access }) => access.along.has(axis));
    return moving.length > 0 && moving.every(({ access }) => strideAlong(access, axis) === 1);
  });
}
