// The mean of each window's elements, and what its sum is divided by.

import { zeros } from '../../base/tensor.ts';
import type { Value } from '../../ir/graph.ts';
import type { Nest, NestExpr } from '../../ir/nest.ts';
import type { F64Tensor } from '../../ir/op.ts';
import type { GradientContext } from '../../ir/training-rules.ts';
import { accumulator, constant, input, load, looked, mul, result, unary } from '../../ir/nest.ts';
import { forEachTap, poolNestAxes, pooledFromIndex, pooledIndex, pooledShape, reachesOutside } from './pools.ts';
import type { PoolAttrs, PoolGeometry } from './pools.ts';
import { operand } from './shapes.ts';

/**
 * - `inside`: the number of elements that the window holds.
 * - `padded`: places of the padding count too, but not what a last window has beyond it (Caffe, PyTorch).
 * - `window`: every place of the window counts.
 */
export const divisors = ['inside', 'padded', 'window'] as const;
export type Divisor = (typeof divisors)[number];

/** What counts of each output row's, and of each output column's, windows; a window's divisor is their product. */
function countsOf({ window, stride, dilation, before, after, input: extent, output }: PoolGeometry, divisor: Divisor): readonly [rows: readonly number[], columns: readonly number[]] {
  const counts = (d: 0 | 1): readonly number[] => {
    const least = divisor === 'inside' ? 0 : -Infinity;
    const end = { inside: extent[d], padded: extent[d] + after[d], window: Infinity }[divisor];
    const taps = Array.from({ length: window[d] }, (_, tap) => tap * dilation[d] - before[d]);
    return Array.from({ length: output[d] }, (_, at) => taps.filter((tap) => at * stride[d] + tap >= least && at * stride[d] + tap < end).length);
  };
  return [counts(0), counts(1)];
}

/** Divisors of the windows of one plane, row-major. */
export function windowDivisors(geometry: PoolGeometry, divisor: Divisor): readonly number[] {
  const [rows, columns] = countsOf(geometry, divisor);
  return rows.flatMap((row) => columns.map((column) => row * column));
}

export function windowMeans(geometry: PoolGeometry, divisor: Divisor, image: Float64Array): F64Tensor {
  const sums = zeros(pooledShape(geometry));
  forEachTap(geometry, (at, from) => {
    sums.data[at] = (sums.data[at] as number) + (image[from] as number);
  });
  const by = windowDivisors(geometry, divisor);
  return { shape: sums.shape, data: sums.data.map((sum, at) => sum / (by[at % by.length] as number)) };
}

/** @param attrs Of the pool, with its divisor. */
export function averageGradient({ builder, node, resultGradients: [g] }: GradientContext, attrs: PoolAttrs): readonly (Value | undefined)[] {
  return [g && builder.one('avg_pool_grad', [g], { ...attrs, extent: builder.shapeOf(operand(node.inputs, 0)).slice(2) }, { layer: node.layer })];
}

export function meansNest(name: string, geometry: PoolGeometry, divisor: Divisor): Nest {
  return {
    name,
    axes: poolNestAxes(geometry),
    write: { tensor: result(0), index: pooledIndex },
    combine: 'sum',
    initial: 0,
    value: load(input(0), pooledFromIndex(geometry), reachesOutside(geometry) ? 0 : undefined),
    finish: mul(accumulator, inverseDivisor(geometry, divisor, 2, 3)),
  };
}

/** A constant where all windows have the same divisor, else by tables over the axes of output rows and columns. */
export function inverseDivisor(geometry: PoolGeometry, divisor: Divisor, rowAxis: number, columnAxis: number): NestExpr {
  const [rows, columns] = countsOf(geometry, divisor);
  const [row = 1, column = 1] = [rows[0], columns[0]];
  if (rows.every((count) => count === row) && columns.every((count) => count === column)) return constant(1 / (row * column));
  return unary('reciprocal', mul({ kind: 'index', index: looked(rowAxis, rows) }, { kind: 'index', index: looked(columnAxis, columns) }));
}
