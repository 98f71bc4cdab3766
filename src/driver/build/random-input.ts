// Inputs to check a network on: drawn from a seed, values that f32 holds.

import { present } from '../../base/invariant.ts';
import { stream } from '../../base/random.ts';
import { sizeOf } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import type { Graph } from '../../ir/graph.ts';
import { fedName, isInput } from '../../ir/leaf.ts';
import type { F64Tensor } from '../../ir/op.ts';

/** Standard normal. @param shape `[samples, ...]` */
export function randomInput(seed: number, shape: Shape): F64Tensor {
  const draws = stream(seed, 'verification input');
  return { shape, data: Float64Array.from({ length: sizeOf(shape) }, (_, i) => Math.fround(draws.normal(i))) };
}

/** For every input of a graph, by name; of one input the numbers are those of the seed. */
export function randomInputs({ nodes }: Graph, seed: number): ReadonlyMap<string, F64Tensor> {
  const inputs = nodes.filter(isInput);
  return new Map(inputs.map((node, i) => [present(fedName(node), 'name of an input'), randomInput(seed + i * seedsApart, present(node.results[0], 'shape of an input'))]));
}

/** Between the seeds of a graph's inputs: more than are tried of one. */
const seedsApart = 1000;
