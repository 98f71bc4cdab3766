// Reductions of known numbers along axes.

import { sizeOf, stridesOf } from '../../../base/tensor.ts';
import type { Shape } from '../../../base/tensor.ts';
import { axisOf, table } from '../arrangement.ts';
import { floatsOf, ofInts } from '../constant.ts';
import type { Constant } from '../constant.ts';
import { refuse } from '../refusal.ts';

const reductions: Readonly<Record<string, (values: readonly number[]) => number>> = {
  ReduceSum: (values) => values.reduce((sum, value) => sum + value, 0),
  ReduceMean: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  ReduceMax: (values) => values.reduce((most, value) => Math.max(most, value), -Infinity),
  ReduceMin: (values) => values.reduce((least, value) => Math.min(least, value), Infinity),
  ReduceProd: (values) => values.reduce((product, value) => product * value, 1),
};

export function isReduction(op: string): boolean {
  return op in reductions;
}

interface Reduced {
  readonly shape: Shape;
  /** Of each result, the places of what it is made of. */
  readonly groups: readonly (readonly number[])[];
}

function groupsOf(shape: Shape, axes: readonly number[], keepDims: boolean): Reduced {
  const gone = new Set(axes);
  const strides = stridesOf(shape);
  const kept = shape.map((extent, axis) => (gone.has(axis) ? 1 : extent));
  const within = shape.map((extent, axis) => (gone.has(axis) ? extent : 1));
  const place = (index: readonly number[]): number => index.reduce((sum, at, d) => sum + at * (strides[d] as number), 0);
  const offsets = [...table(within, place)];
  return { shape: keepDims ? kept : shape.filter((_, axis) => !gone.has(axis)), groups: [...table(kept, place)].map((first) => offsets.map((offset) => first + offset)) };
}

/** @param axes All where there are none. */
export function foldReduction(op: string, constant: Constant, axes: readonly number[] | undefined, keepDims: boolean): Constant {
  const { shape, data, type } = constant;
  const reduced = groupsOf(shape, (axes ?? shape.map((_, axis) => axis)).map((axis) => axisOf(axis, shape.length)), keepDims);
  const combine = reductions[op] ?? refuse('op', 'is no reduction');
  if (data instanceof Float64Array) return { kind: 'constant', type, shape: reduced.shape, data: Float64Array.from(reduced.groups, (group) => combine(group.map((place) => data[place] as number))) };
  if (op === 'ReduceMean') refuse('operand', `has ${type}, of which there is no mean`);
  return ofInts(reduced.shape, reduced.groups.map((group) => wholeReduction(op, group.map((place) => data[place] as bigint))), type);
}

function wholeReduction(op: string, values: readonly bigint[]): bigint {
  const [first = 0n, ...others] = values;
  switch (op) {
    case 'ReduceSum':
      return others.reduce((sum, value) => sum + value, first);
    case 'ReduceProd':
      return others.reduce((product, value) => product * value, first);
    case 'ReduceMax':
      return others.reduce((most, value) => (value > most ? value : most), first);
    default:
      return others.reduce((least, value) => (value < least ? value : least), first);
  }
}

/** The index of the largest element along an axis, or of the smallest; of equal ones the first, or the last. */
export function foldArg(constant: Constant, axis: number, keepDims: boolean, smallest: boolean, last: boolean): Constant {
  const { shape } = constant;
  const { shape: result, groups } = groupsOf(shape, [axisOf(axis, shape.length)], keepDims);
  const data = constant.data instanceof Float64Array ? floatsOf(constant, 'its operand') : constant.data;
  const found = groups.map((group) => {
    let best = 0;
    for (const [i, place] of group.entries()) {
      const [value, most] = [data[place] as number, data[group[best] as number] as number];
      if ((smallest ? value < most : value > most) || (last && value === most)) best = i;
    }
    return best;
  });
  return ofInts(result, found.slice(0, sizeOf(result)));
}
