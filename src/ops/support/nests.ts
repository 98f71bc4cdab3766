// Shorthand for writing loop nests.

import { stridesOf } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import type { Batch, Node } from '../../ir/graph.ts';
import type { Axis, Index, IndexTerm, LoweredNode, Nest, NestExpr, TensorRef } from '../../ir/nest.ts';
import { along, result } from '../../ir/nest.ts';

export const parallel = (name: string, extent: number): Axis => ({ name, extent, kind: 'parallel' });
export const reduce = (name: string, extent: number): Axis => ({ name, extent, kind: 'reduce' });
export const sequential = (name: string, extent: number): Axis => ({ name, extent, kind: 'sequential' });
export const batchAxis = (extent: number): Axis => ({ name: 'n', extent, kind: 'parallel', role: 'batch' });
export const shardAxis = (extent: number): Axis => ({ name: 's', extent, kind: 'parallel', role: 'shard' });

export function samplesPerShard({ samples, shards }: Batch): number {
  return samples / shards;
}

/** A nest's name: the layer's, and what of it. */
export function nestName(node: Pick<Node, 'layer'>, op: string, part?: string): string {
  const base = node.layer ?? op;
  return part === undefined ? base : `${base}.${part}`;
}

const activationNames: Readonly<Record<number, readonly string[]>> = { 1: ['n'], 2: ['n', 'c'], 4: ['n', 'c', 'y', 'x'] };

/** Parallel axes over an activation (its first axis walks the samples). */
export function activationAxes(shape: Shape): readonly Axis[] {
  const names = activationNames[shape.length];
  return shape.map((extent, d) => (d === 0 ? batchAxis(extent) : parallel(names?.[d] ?? `d${d}`, extent)));
}

/** Parallel axes over a tensor without samples. */
export function plainAxes(shape: Shape): readonly Axis[] {
  return shape.map((extent, d) => parallel(`d${d}`, extent));
}

/** Activation axes where the tensor walks the samples. */
export function axesFor(shape: Shape, batch: Batch): readonly Axis[] {
  return shape.length > 1 && shape[0] === batch.samples ? activationAxes(shape) : plainAxes(shape);
}

/** The indices of a tensor walked by axes 0, 1, 2, ... */
export function everywhere(shape: Shape): readonly Index[] {
  return shape.map((_, d) => along(d));
}

/** The row-major position of an element walked by axes 0, 1, 2, ... */
export function flatIndex(shape: Shape): Index {
  const strides = stridesOf(shape);
  return { offset: 0, terms: shape.map((_, axis): IndexTerm => ({ axis, factor: strides[axis] as number })) };
}

/** The position of an element within its sample, in order, walked by axes 1, 2, ... */
export function featureIndex([, ...sample]: Shape): Index {
  const strides = stridesOf(sample);
  return { offset: 0, terms: sample.map((_, axis): IndexTerm => ({ axis: axis + 1, factor: strides[axis] as number })) };
}

/** A nest that stores a value in each element of a tensor. */
export function storeNest(name: string, axes: readonly Axis[], value: NestExpr, tensor: TensorRef = result(0), at: readonly Index[] = axes.map((_, d) => along(d))): Nest {
  return { name, axes, write: { tensor, index: at }, combine: 'store', initial: 0, value };
}

export function lowered(nests: readonly Nest[], temporaries: readonly Shape[] = []): LoweredNode {
  return { nests, temporaries };
}
