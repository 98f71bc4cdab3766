// How far computed numbers may be from the float64 reference, for every value of a graph: a few units
// eps * sqrt(K) * sum |w||x| for a sum of K products, plus what errors of its operands become on the way.
// Rounding errors of different operands are independent, so their squares add up. The record of an op says
// which rule is its own (`bound`).
//
//   y = W x + b:    e(y) = sqrt(W^2 e(x)^2) + units * eps * sqrt(K + 1) * (|W||x| + |b|)
//   y = f(x), f monotone in each x:    e(y) = max |f(x +- e(x)) - f(x)| + units * eps * sqrt(K) * |y|
//
// A sum of products is held to that whether a machine rounds each product before it adds it or not (relaxed SIMD): a
// product that is added unrounded leaves out one of the two errors of its step and keeps the other, which is at most
// eps / 2 of the sum that it leaves, and it does not lose what a rounded product would lose below the smallest number.
//
// K of the second are the points that its nests fold into one element: those of a window, or 1.

import { present } from '../../base/invariant.ts';
import { tensor, zeros } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import { nodeMap, valueKey } from '../../ir/graph.ts';
import type { Node, Program, Value } from '../../ir/graph.ts';
import { fedName } from '../../ir/leaf.ts';
import { foldedPoints } from '../../ir/nest.ts';
import { matricesOf } from '../../ir/op.ts';
import type { F64Tensor, Op, OpRegistry } from '../../ir/op.ts';
import type { Arithmetic, Bounded } from '../../ir/error-bound.ts';
import type { WeightMatrices } from '../../ir/pruning-rules.ts';

/**
 * @param inputs By name, of values that the arithmetic holds.
 * @param observed By value key: what kernels have computed. Who reads such a value is judged by it, without an
 * error from before.
 * @param evaluated The values, where somebody has computed them already from these very inputs.
 */
export function boundedValues(
  { graph, parameters }: Program,
  ops: OpRegistry,
  inputs: ReadonlyMap<string, F64Tensor>,
  arithmetic: Arithmetic,
  observed: ReadonlyMap<string, F64Tensor> = new Map(),
  evaluated?: (value: Value) => F64Tensor,
): (value: Value) => Bounded {
  const nodes = nodeMap(graph);
  const found = new Map<string, Bounded>();
  const get = (value: Value): Bounded => present(found.get(valueKey(value)), `value %${valueKey(value)}`);
  const read = (value: Value): Bounded => {
    const seen = observed.get(valueKey(value));
    return seen ? exact(seen) : get(value);
  };
  for (const node of graph.nodes) {
    const name = fedName(node);
    if (name !== undefined) {
      const value = present(inputs.get(name) ?? parameters.get(name), `feed "${name}"`);
      found.set(valueKey({ node: node.id, result: 0 }), exact(tensor(value.shape, value.data)));
      continue;
    }
    const op = present(ops.get(node.op), `op ${node.op}`);
    const shapes = node.inputs.map((value) => present(nodes.get(value.node)?.results[value.result], 'shape of an operand'));
    const operands = node.inputs.map(read);
    found.set(valueKey({ node: node.id, result: 0 }), bounded({ node, op, operands, shapes, arithmetic, batch: graph.batch, known: evaluated?.({ node: node.id, result: 0 }) }));
  }
  return get;
}

interface NodeContext {
  readonly node: Node;
  readonly op: Op;
  readonly operands: readonly Bounded[];
  readonly shapes: readonly Shape[];
  readonly arithmetic: Arithmetic;
  readonly batch: Program['graph']['batch'];
  /** The value, if it has been computed. */
  readonly known: F64Tensor | undefined;
}

function bounded(context: NodeContext): Bounded {
  const { node, op, operands, shapes, arithmetic } = context;
  const bound = present(op.bound, `bound of ${op.name}`);
  if (typeof bound === 'function') return bound(node.attrs, operands, op.tolerance * arithmetic.epsilon, arithmetic);
  switch (bound) {
    case 'sums':
      return ofSums(context, present(matricesOf(op, node.attrs, shapes), `matrices of ${op.name}`));
    case 'monotone':
      return ofMonotone(context);
  }
}

const map = ({ shape, data }: F64Tensor, change: (value: number, i: number) => number): F64Tensor => tensor(shape, data.map(change));
// Memory that nobody writes to is none: of the weights of a large network much.
const exact = (value: F64Tensor): Bounded => ({ value, error: zeros(value.shape) });

// Loops of their own, several times as fast as `map`, for what is done to every weight.

function magnitude({ shape, data }: F64Tensor): F64Tensor {
  const result = zeros(shape);
  for (let i = 0; i < data.length; i++) result.data[i] = Math.abs(data[i] as number);
  return result;
}

function squared({ shape, data }: F64Tensor): F64Tensor {
  const result = zeros(shape);
  for (let i = 0; i < data.length; i++) result.data[i] = (data[i] as number) ** 2;
  return result;
}

function largest({ data }: F64Tensor): number {
  let most = 0;
  for (let i = 0; i < data.length; i++) most = Math.max(most, Math.abs(data[i] as number));
  return most;
}

function evaluate({ node, op, batch }: NodeContext, operands: readonly F64Tensor[]): F64Tensor {
  return present(op.reference(node.attrs, operands, batch)[0], `result of ${node.op}`);
}

function ofSums(context: NodeContext, { operand, bias, parts }: WeightMatrices): Bounded {
  const { op, operands, arithmetic } = context;
  const values = operands.map(({ value }) => value);
  const { value: activation, error } = present(operands[operand], 'operand');
  const terms = 1 + Math.max(...parts.map(({ channels }) => channels.length));
  const unit = op.tolerance * arithmetic.epsilon * Math.sqrt(terms);
  const flushed = op.tolerance * arithmetic.smallest * terms * (1 + largest(activation));
  const spread = evaluate(context, values.map(magnitude));
  // Errors are scaled to at most 1, so that no square is too small or too large to be a number.
  const scale = largest(error);
  const squares =
    scale === 0
      ? undefined
      : evaluate(
          context,
          values.map((value, i) => (i === operand ? map(error, (each) => (each / scale) ** 2) : i === bias ? zeros(value.shape) : squared(value))),
        );
  const carried = (i: number): number => (squares ? scale * Math.sqrt(squares.data[i] as number) : 0);
  return { value: context.known ?? evaluate(context, values), error: map(spread, (sum, i) => carried(i) + unit * sum + flushed) };
}

function ofMonotone(context: NodeContext): Bounded {
  const shifted = (sign: number): F64Tensor => evaluate(context, context.operands.map(({ value, error }) => map(value, (x, i) => x + sign * (error.data[i] as number))));
  const values = context.operands.map(({ value }) => value);
  const value = context.known ?? evaluate(context, values);
  const [below, above] = [shifted(-1), shifted(1)];
  // Sums of what cancels are rounded as their terms are: how much each operand has a part in the value shows
  // where it is doubled.
  const [fromZero, absolute] = [evaluate(context, zeroed(context)), evaluate(context, values.map(magnitude))];
  const doubled = values.map((_, operand) => evaluate(context, values.map((each, i) => (i === operand ? map(each, (x) => 2 * x) : each))));
  const unit = context.op.tolerance * context.arithmetic.epsilon * Math.sqrt(foldedOf(context));
  const flushed = context.op.tolerance * context.arithmetic.smallest * (1 + Math.max(0, ...values.map(largest)));
  const error = map(value, (y, i) => {
    const carried = Math.max(Math.abs((above.data[i] as number) - y), Math.abs((below.data[i] as number) - y));
    const terms = doubled.reduce((sum, { data }) => sum + Math.abs((data[i] as number) - y), 0);
    return carried + unit * (Math.abs(y) + Math.abs(fromZero.data[i] as number) + Math.abs(absolute.data[i] as number) + terms) + flushed;
  });
  return { value, error };
}

function foldedOf({ node, op, shapes, batch }: NodeContext): number {
  return op.lowering.kind === 'nests' ? foldedPoints(op.lowering.lower(node, shapes, batch).nests) : 1;
}

/** Operands without the values that depend on the input. */
function zeroed({ operands }: NodeContext): readonly F64Tensor[] {
  return operands.map(({ value }, i) => (i === 0 ? map(value, () => 0) : value));
}
