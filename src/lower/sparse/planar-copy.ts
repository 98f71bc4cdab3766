// A copy of an image whose rows lie end to end, for sums whose vectors run along a row: images lie channel by channel
// otherwise. Where windows stride, each row lies in as many phases, so that neighbouring windows read neighbours:
//
//   x = 0 1 2 3 4 5 6 7, stride 2    =>    phase 0: 0 2 4 6    phase 1: 1 3 5 7
//   image[n, c, y, 2 x + kw]         =>    copy[n, c, y, kw mod 2, x + floor(kw / 2)]

import { present } from '../../base/invariant.ts';
import { termAt, along, index, load, type Axis, type Index, type IndexTerm } from '../../ir/nest.ts';
import { rangeOf } from '../accesses/resolve.ts';
import { orderedLayout } from '../layouts/tensor-layout.ts';
import type { SlotCopy } from '../schedule/schedule-nests.ts';
import type { PlacedNest, SlotLoad, SlotName } from '../nests/placed-nest.ts';

export interface PlanarCopy extends SlotCopy {
  /** The nest that reads it instead of the image. */
  readonly reader: PlacedNest;
}

/** @param weight The slot whose elements are the weights of the sum. @param shapeOf Of a slot. */
export function planarCopyFor(nest: PlacedNest, weight: SlotName, shapeOf: (slot: SlotName) => readonly number[]): PlanarCopy | undefined {
  const { value, axes } = nest;
  if (nest.combine !== 'sum' || value.kind !== 'binary' || value.op !== 'mul' || value.a.kind !== 'load' || value.b.kind !== 'load') return undefined;
  const [weights, image] = value.a.tensor === weight ? [value.a, value.b] : [value.b, value.a];
  const row = rowWalk(weights, image, axes);
  if (!row || (image.outside ?? 0) !== 0) return undefined;
  const { stride } = row;
  const shape = shapeOf(image.tensor);
  const extent = present(shape.at(-1), 'columns');
  const at = stride === 1 ? image.index : [...image.index.slice(0, -1), ...phased(row, axes)];
  const copyShape = stride === 1 ? shape : [...shape.slice(0, -1), stride, Math.ceil(extent / stride)];
  const halo = at.map((each, d) => {
    const [low, high] = rangeOf(each, axes);
    return { before: Math.max(0, -low), after: Math.max(0, high - (present(copyShape[d], 'extent') - 1)) };
  });
  const layout = orderedLayout(copyShape, copyShape.map((_, d) => d), 1, halo);
  const name = `${image.tensor}^rows${stride}${halo.map(({ before, after }) => `_${before}_${after}`).join('')}`;
  const read = load(name, at, image.outside) as SlotLoad;
  const reader: PlacedNest = { ...nest, value: { ...value, ...(value.a === image ? { a: read } : { b: read }) } };
  return { name, layout, reader, isHaloed: true, nests: Array.from({ length: Math.min(stride, extent) }, (_, phase) => phaseNest(`${nest.name}.rows`, image.tensor, name, shape, stride, phase)) };
}

interface RowWalk {
  /** Along the row, the axis that vectors can lie along. */
  readonly axis: number;
  readonly stride: number;
  /** The rest of the index: an offset, and what one other axis adds. */
  readonly offset: number;
  readonly other: IndexTerm | undefined;
}

/** How the last dimension of the image is walked, if by a parallel axis that moves no weight and one other axis at most. */
function rowWalk(weights: SlotLoad, image: SlotLoad, axes: readonly Axis[]): RowWalk | undefined {
  const last = image.index.at(-1);
  if (!last || image.index.length < 3) return undefined;
  const movesWeights = (axis: number): boolean => weights.index.some(({ terms }) => terms.some((term) => term.axis === axis));
  const walks = last.terms.filter((term) => axes[term.axis]?.kind === 'parallel' && !movesWeights(term.axis));
  const [walk, ...more] = walks;
  const [other, ...others] = last.terms.filter((term) => term !== walk);
  if (!walk || 'table' in walk || walk.factor < 1 || more.length > 0 || others.length > 0) return undefined;
  return { axis: walk.axis, stride: walk.factor, offset: last.offset, other };
}

function phased({ axis, stride, offset, other }: RowWalk, axes: readonly Axis[]): readonly [phase: Index, place: Index] {
  const places = Array.from({ length: other ? present(axes[other.axis], 'axis').extent : 1 }, (_, i) => offset + (other ? termAt(other, i) : 0));
  const table = (of: (place: number) => number): Index => {
    const values = places.map(of);
    return other ? { offset: 0, terms: [{ axis: other.axis, table: values }] } : index(present(values[0], 'place'));
  };
  const whole = table((place) => Math.floor(place / stride));
  return [table((place) => ((place % stride) + stride) % stride), { offset: whole.offset, terms: [{ axis, factor: 1 }, ...whole.terms] }];
}

/** Copies the columns of one phase. @param called After who wants it first, so that no other copy changes its name where this one is not wanted. */
function phaseNest(called: string, from: SlotName, to: SlotName, shape: readonly number[], stride: number, phase: number): PlacedNest {
  const last = shape.length - 1;
  const extents = shape.with(last, Math.ceil((present(shape[last], 'columns') - phase) / stride));
  const axes = extents.map((extent, d): Axis => ({ name: `d${d}`, extent, kind: 'parallel', ...(d === 0 && { role: 'batch' }) }));
  const outer = extents.slice(0, -1).map((_, d) => along(d));
  const write = stride === 1 ? [...outer, along(last)] : [...outer, index(phase), along(last)];
  return { name: called, axes, write: { tensor: to, index: write }, combine: 'store', initial: 0, value: load(from, [...outer, index(phase, [last, stride])]), op: 'copy', epilogue: false };
}
