// How far f32 kernels may be from the float64 reference, for every value of a graph: a few units
// eps * sqrt(K) * sum |w||x| for a sum of K products, plus what errors of its operands become on the way.
// Rounding errors of different operands are independent, so their squares add up.
//
//   y = W x + b:    e(y) = sqrt(W^2 e(x)^2) + units * eps * sqrt(K + 1) * (|W||x| + |b|)
//   y = f(x), f monotone in each x:    e(y) = max |f(x +- e(x)) - f(x)| + units * eps * |y|

import { present } from '../base/invariant.ts';
import { tensor } from '../base/tensor.ts';
import { nodeMap, valueKey } from '../ir/graph.ts';
import type { Node, Program, Value } from '../ir/graph.ts';
import { fedName } from '../ir/leaf.ts';
import type { F64Tensor, Op, OpRegistry, WeightMatrices } from '../ir/op.ts';

/** Spacing of f32 numbers just above 1. */
const epsilon = 2 ** -23;

/** A value and the bound of its error, element by element. */
export interface Bounded {
  readonly value: F64Tensor;
  readonly error: F64Tensor;
}

/**
 * @param inputs By name, of values that f32 holds.
 * @param observed By value key: what kernels have computed. Who reads such a value is judged by it, without an
 * error from before.
 */
export function boundedValues(
  { graph, parameters }: Program,
  ops: OpRegistry,
  inputs: ReadonlyMap<string, F64Tensor>,
  observed: ReadonlyMap<string, F64Tensor> = new Map(),
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
    const context: NodeContext = { node, op, operands, batch: graph.batch };
    const matrices = op.matrices?.(node.attrs, shapes);
    const mixes = !op.view && op.axes(node.attrs, shapes).flat().some((link) => link.kind === 'all' || link.kind === 'contract');
    found.set(valueKey({ node: node.id, result: 0 }), matrices ? ofSums(context, matrices) : mixes ? ofMixture(context) : ofMonotone(context));
  }
  return get;
}

interface NodeContext {
  readonly node: Node;
  readonly op: Op;
  readonly operands: readonly Bounded[];
  readonly batch: Program['graph']['batch'];
}

const map = ({ shape, data }: F64Tensor, change: (value: number, i: number) => number): F64Tensor => tensor(shape, data.map(change));
const exact = (value: F64Tensor): Bounded => ({ value, error: map(value, () => 0) });
const magnitude = (value: F64Tensor): F64Tensor => map(value, Math.abs);

function evaluate({ node, op, batch }: NodeContext, operands: readonly F64Tensor[]): F64Tensor {
  return present(op.reference(node.attrs, operands, batch)[0], `result of ${node.op}`);
}

function ofSums(context: NodeContext, { operand, bias, parts }: WeightMatrices): Bounded {
  const values = context.operands.map(({ value }) => value);
  const terms = 1 + Math.max(...parts.map(({ channels }) => channels.length));
  const unit = context.op.tolerance * epsilon * Math.sqrt(terms);
  const spread = evaluate(context, values.map(magnitude));
  const squares = evaluate(
    context,
    values.map((value, i) => (i === operand ? map(present(context.operands[i], 'operand').error, (error) => error ** 2) : map(value, (w) => (i === bias ? 0 : w ** 2)))),
  );
  return { value: evaluate(context, values), error: map(squares, (square, i) => Math.sqrt(square) + unit * (spread.data[i] as number)) };
}

function ofMonotone(context: NodeContext): Bounded {
  const shifted = (sign: number): F64Tensor => evaluate(context, context.operands.map(({ value, error }) => map(value, (x, i) => x + sign * (error.data[i] as number))));
  const values = context.operands.map(({ value }) => value);
  const value = evaluate(context, values);
  const [below, above] = [shifted(-1), shifted(1)];
  // Sums of what cancels are rounded as their terms are: how much each operand has a part in the value shows
  // where it is doubled.
  const [fromZero, absolute] = [evaluate(context, zeroed(context)), evaluate(context, values.map(magnitude))];
  const doubled = values.map((_, operand) => evaluate(context, values.map((each, i) => (i === operand ? map(each, (x) => 2 * x) : each))));
  const unit = context.op.tolerance * epsilon;
  const error = map(value, (y, i) => {
    const carried = Math.max(Math.abs((above.data[i] as number) - y), Math.abs((below.data[i] as number) - y));
    const terms = doubled.reduce((sum, { data }) => sum + Math.abs((data[i] as number) - y), 0);
    return carried + unit * (Math.abs(y) + Math.abs(fromZero.data[i] as number) + Math.abs(absolute.data[i] as number) + terms);
  });
  return { value, error };
}

/** Operands without the values that depend on the input. */
function zeroed({ operands }: NodeContext): readonly F64Tensor[] {
  return operands.map(({ value }, i) => (i === 0 ? map(value, () => 0) : value));
}

/** Shares of exponentials (softmax): an error d of the operands multiplies a share by at most exp(2 d). */
function ofMixture(context: NodeContext): Bounded {
  const values = context.operands.map(({ value }) => value);
  const value = evaluate(context, values);
  const most = Math.max(...context.operands.map(({ error }) => error.data.reduce((a, b) => Math.max(a, b), 0)));
  const widest = Math.max(1, ...values.map(({ data }) => data.reduce((a, b) => Math.max(a, Math.abs(b)), 0)));
  const terms = value.data.length / context.batch.samples;
  const relative = Math.expm1(2 * most) + context.op.tolerance * epsilon * Math.sqrt(terms) * widest;
  // What underflows in f32 is zero there.
  return { value, error: map(value, (y) => Math.abs(y) * relative + 1e-30) };
}
