// An op on leaves of its own, with the gradients that autodiff gives by them: what gradients are checked on.

import { invariant, present } from '../../src/base/invariant.ts';
import { stream } from '../../src/base/random.ts';
import { sizeOf, tensor } from '../../src/base/tensor.ts';
import { graphBuilder } from '../../src/ir/builder.ts';
import type { Graph, Value } from '../../src/ir/graph.ts';
import type { F64Tensor, Op } from '../../src/ir/op.ts';
import { ops } from '../../src/ops/index.ts';
import { differentiate } from '../../src/train/autodiff.ts';
import { draw } from './support.ts';
import type { Drawn } from './support.ts';

/** Operand i is leaf `operand<i>`, and its gradient the output of that name; the gradient by result i is leaf `cotangent<i>`. */
export interface GradientGraph {
  readonly graph: Graph;
  readonly sample: Drawn;
  /** In training form where the op has one. */
  readonly results: readonly Value[];
  readonly feeds: ReadonlyMap<string, F64Tensor>;
}

/** @param by Operands whose gradients are wanted. */
export function gradientGraph(op: Op, seed: number, by: (operand: number) => boolean): GradientGraph {
  const sample = draw(op, seed);
  const { attrs, inputs, values, batch, operands } = sample;
  const builder = graphBuilder('gradient', batch, ops);
  const leaves = inputs.map((shape, i) => builder.parameter(`operand${i}`, shape));
  const scalars = ['step', 'seed'].map((name) => builder.input(name, 'scalar', [])) as [Value, Value];
  let results = builder.add(op.name, leaves, attrs, { layer: 'layer' });
  if (op.training.kind === 'form') {
    const node = builder.nodeOf(present(results[0], 'result'));
    results = op.training.form({ builder, node, inputs: leaves, step: scalars[0], seed: scalars[1] }).results;
  }
  const cotangents = results.map((value, i) => ({ value, gradient: builder.input(`cotangent${i}`, 'sample', builder.shapeOf(value)) }));
  const gradients = differentiate(builder, ops, cotangents, leaves.filter((_, i) => by(i)));
  for (const [i, leaf] of leaves.entries()) {
    const gradient = gradients.get(`${leaf.node}.0`);
    invariant(gradient || !by(i), `no gradient by operand ${i}`);
    if (gradient) builder.output(`operand${i}`, gradient);
  }
  const drawn = (name: string, shape: readonly number[]): F64Tensor => tensor(shape, Float64Array.from({ length: sizeOf(shape) }, (_, i) => stream(seed, name).normal(i)));
  const feeds = new Map<string, F64Tensor>([
    ...operands.map((value, i) => [`operand${i}`, values?.[i] ? value : spread(value, i)] as const),
    ...cotangents.map(({ value }, i) => [`cotangent${i}`, drawn(`cotangent${i}`, builder.shapeOf(value))] as const),
    ['step', scalar(3)],
    ['seed', scalar(11)],
  ]);
  return { graph: builder.finish(), sample, results, feeds };
}

/** Operands whose gradients are checked, of an op of which not all are. */
export const differentiable: Readonly<Record<string, (operand: number) => boolean>> = {
  // Running statistics are state; the gradient goes through those of the batch.
  batch_norm: (operand) => operand < 3,
};

/** Values that keep away from zero and from each other, also from those of other operands, by more than two steps: no kinks, no ties. */
function spread(given: F64Tensor, operand: number): F64Tensor {
  return { shape: given.shape, data: given.data.map((value, at) => Math.round(value * 10) / 10 + 0.05 + 1e-4 * (at % 400) + 5.03e-3 * (operand % 2)) };
}

function scalar(value: number): F64Tensor {
  return tensor([], Float64Array.of(value));
}
