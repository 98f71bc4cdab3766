// Operators that reduce axes to one element, and those that tell where the largest is.

import { sizeOf } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import type { Operator, Run } from './operator.ts';
import { transposed } from './pick.ts';
import { axesOf, axisOf, fault, floats, integers } from './value.ts';
import type { Value } from './value.ts';

interface Reduction {
  readonly floats: (run: Float64Array) => number;
  readonly integers: (run: readonly bigint[], type: Value['type']) => bigint;
}

/** The value with the reduced axes last, and what is left of its shape. */
function gathered<V extends Value>(value: V, axes: readonly number[], keepsAxes: boolean): { readonly runs: V; readonly length: number; readonly shape: Shape } {
  const reduced = new Set(axes);
  const kept = value.shape.flatMap((_, axis) => (reduced.has(axis) ? [] : [axis]));
  return {
    runs: transposed(value, [...kept, ...axes]),
    length: sizeOf(axes.map((axis) => value.shape[axis] as number)),
    shape: value.shape.flatMap((extent, axis) => (reduced.has(axis) ? (keepsAxes ? [1] : []) : [extent])),
  };
}

function reduce(reduction: Reduction): Run {
  return (operands) => {
    const { attributes } = operands;
    const value = operands.value('data');
    const given = operands.mayNumbersOrInts('axes') ?? [];
    const isNothing = given.length === 0 && attributes.knows('noop_with_empty_axes') && attributes.int('noop_with_empty_axes') !== 0;
    if (isNothing) return value;
    const axes = given.length === 0 ? value.shape.map((_, axis) => axis) : axesOf(given, value.shape.length);
    const { runs, length, shape } = gathered(value, axes, attributes.int('keepdims') !== 0);
    const { data } = runs;
    if (data instanceof Float64Array) return floats(shape, Float64Array.from({ length: sizeOf(shape) }, (_, i) => reduction.floats(data.subarray(i * length, (i + 1) * length))), value.type);
    return integers(value.type, shape, (i) => reduction.integers([...data.subarray(i * length, (i + 1) * length)], value.type));
  };
}

const sum: Reduction = {
  floats: (run) => run.reduce((total, x) => total + x, 0),
  integers: (run) => run.reduce((total, x) => total + x, 0n),
};

/** The operand's last axis reduced to the place of an extreme. */
function arg(isBetter: (a: number | bigint, b: number | bigint) => boolean): Run {
  return (operands) => {
    const { attributes } = operands;
    const value = operands.value('data');
    const axis = axisOf(attributes.int('axis'), value.shape.length);
    const takesLast = attributes.knows('select_last_index') && attributes.int('select_last_index') !== 0;
    const { runs, length, shape } = gathered(value, [axis], attributes.int('keepdims') !== 0);
    if (length === 0) fault('looks for an extreme among no elements');
    return integers('int64', shape, (i) => {
      const at = (k: number): number | bigint => runs.data[i * length + k] as number | bigint;
      let best = 0;
      for (let k = 1; k < length; k++) if (isBetter(at(k), at(best)) || (takesLast && at(k) === at(best))) best = k;
      return BigInt(best);
    });
  };
}

/** Of no elements, the extreme of floats is infinite; integers have none. */
const extreme = (empty: number, ofFloats: (a: number, b: number) => number, isBetter: (a: bigint, b: bigint) => boolean): Operator => ({
  1: reduce({
    floats: (run) => run.reduce((best, x) => ofFloats(best, x), empty),
    integers: (run, type) => (run.length === 0 ? fault(`looks for an extreme among no elements of ${type}`) : run.reduce((best, x) => (isBetter(x, best) ? x : best))),
  }),
});

export const reductionOperators: Readonly<Record<string, Operator>> = {
  ArgMax: { 1: arg((a, b) => a > b) },
  ArgMin: { 1: arg((a, b) => a < b) },
  ReduceMax: extreme(-Infinity, Math.max, (a, b) => a > b),
  ReduceMin: extreme(Infinity, Math.min, (a, b) => a < b),
  ReduceMean: { 1: reduce({
    floats: (run) => sum.floats(run) / run.length,
    integers: (run, type) => (run.length === 0 ? fault(`takes the mean of no elements of ${type}`) : sum.integers(run, type) / BigInt(run.length)),
  }) },
  ReduceProd: { 1: reduce({ floats: (run) => run.reduce((total, x) => total * x, 1), integers: (run) => run.reduce((total, x) => total * x, 1n) }) },
  ReduceSum: { 1: reduce(sum) },
};
