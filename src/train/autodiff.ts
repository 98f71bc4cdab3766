// Reverse-mode differentiation as a graph transform: appends the nodes that compute gradients.
//
//   %4 = dense(%3, %1)                          %4 = dense(%3, %1)
//   (gradient of the loss by %4 is %9)    ->    %10 = dense_grad_weight(%3, %9)     gradient by %1
//
// Only what leads from a wanted value to an output is differentiated, so that the first layer never
// computes a gradient of the data. An op without a gradient rule counts as a constant: masks, positions,
// and batch statistics (whose share is part of the rule of the normalisation that reads them).

import { present } from '../base/invariant.ts';
import type { GraphBuilder } from '../ir/builder.ts';
import type { Node, Value } from '../ir/graph.ts';
import { valueKey } from '../ir/graph.ts';
import type { OpRegistry } from '../ir/op.ts';
import type { GradientContext } from '../ir/training-rules.ts';

/** A value and the gradient of the loss by it. */
export interface Cotangent {
  readonly value: Value;
  readonly gradient: Value;
}

/**
 * Appends to `builder` the gradients of a loss by each of `wanted`.
 * @param outputs Where the loss's gradient is known. Several add up.
 * @returns Gradients by `valueKey`; a wanted value that does not reach the outputs has no entry.
 */
export function differentiate(builder: GraphBuilder, ops: OpRegistry, outputs: readonly Cotangent[], wanted: readonly Value[]): ReadonlyMap<string, Value> {
  const nodes = nodesBefore(builder, outputs.map(({ value }) => value));
  const needed = neededValues(nodes, ops, wanted);
  const gradients = new Map<string, Value>();
  const accumulate = (value: Value, gradient: Value): void => {
    const key = valueKey(value);
    const sum = gradients.get(key);
    gradients.set(key, sum ? builder.one('add', [sum, gradient], {}, { layer: builder.nodeOf(value).layer }) : gradient);
  };

  for (const { value, gradient } of outputs) if (needed.has(valueKey(value))) accumulate(value, gradient);
  for (const node of nodes.toReversed()) {
    const resultGradients = node.results.map((_, result) => gradients.get(valueKey({ node: node.id, result })));
    const isWanted = (operand: number): boolean => needed.has(valueKey(present(node.inputs[operand], `operand ${operand} of ${node.op}`)));
    if (resultGradients.every((gradient) => gradient === undefined) || !node.inputs.some((_, operand) => isWanted(operand))) continue;
    const rule = present(gradientOf(node, ops), `gradient rule of ${node.op}`);
    const answers = rule({ builder, node, resultGradients, batch: builder.batch, wanted: isWanted });
    for (const [operand, input] of node.inputs.entries()) {
      const gradient = answers[operand];
      if (gradient && isWanted(operand)) accumulate(input, gradient);
    }
  }

  const keys = new Set(wanted.map(valueKey));
  return new Map([...gradients].filter(([key]) => keys.has(key)));
}

/** The nodes that `values` are computed from, themselves included, in topological order. */
function nodesBefore(builder: GraphBuilder, values: readonly Value[]): readonly Node[] {
  const seen = new Map<number, Node>();
  const pending = values.map((value) => value.node);
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (seen.has(id)) continue;
    const node = builder.nodeOf({ node: id, result: 0 });
    seen.set(id, node);
    pending.push(...node.inputs.map((input) => input.node));
  }
  // A builder numbers nodes as they come, after everything they read.
  return [...seen.values()].sort((a, b) => a.id - b.id);
}

/** Keys of the values that depend, differentiably, on a wanted one. */
function neededValues(nodes: readonly Node[], ops: OpRegistry, wanted: readonly Value[]): ReadonlySet<string> {
  const needed = new Set(wanted.map(valueKey));
  for (const node of nodes) {
    if (!gradientOf(node, ops) || !node.inputs.some((input) => needed.has(valueKey(input)))) continue;
    for (const result of node.results.keys()) needed.add(valueKey({ node: node.id, result }));
  }
  return needed;
}

function gradientOf(node: Node, ops: OpRegistry): ((context: GradientContext) => readonly (Value | undefined)[]) | undefined {
  const { training } = present(ops.get(node.op), `op ${node.op}`);
  return training.kind === 'gradient' ? training.gradient : undefined;
}
