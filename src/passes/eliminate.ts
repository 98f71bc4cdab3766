// Removes zero groups from shapes, exactly: filters, channels and neurons whose removal changes nothing,
// and the columns (shape fibers, inputs) that nothing else needs. sparsity/removal.ts says which; here the
// graph and the parameters are cut to what stays.
//
//   %3 = conv(%0, %1, %2) {filters: 20, ...}        : [1, 20, 24, 24]
//   %6 = conv(%3, %4, %5) {filters: 50, ...}        : [1, 50, 20, 20]
//
//   with filter 7 of %3 zero, its bias v, and column 11 of %6 zero:
//
//   %3 = conv(%0, %1', %2') {filters: 19, ...}      : [1, 19, 24, 24]
//   %6 = tap_conv(%3, %4', %5 + v * sum W[:,7]) ... : [1, 50, 20, 20]

import { invariant, present } from '../base/invariant.ts';
import type { Shape } from '../base/tensor.ts';
import { stridesOf } from '../base/tensor.ts';
import { nodeMap, valueKey } from '../ir/graph.ts';
import type { Node, ParameterData, Program, Value } from '../ir/graph.ts';
import type { OpRegistry } from '../ir/op.ts';
import type { KeptAxes } from '../ir/pruning-rules.ts';
import { channelAxis } from '../sparsity/channel-links.ts';
import { inputShapes } from '../sparsity/constant-maps.ts';
import { flagsOf } from '../sparsity/kept-channels.ts';
import { keptWeights } from '../sparsity/kept-weights.ts';
import type { KeptWeights } from '../sparsity/kept-weights.ts';
import { findRemoval } from '../sparsity/removal.ts';
import type { Removal } from '../sparsity/removal.ts';
import type { WeightUse } from '../sparsity/weight-use.ts';
import { withoutConstantOperands } from './constant-operands.ts';
import type { Pass } from './pass.ts';
import { rewrite } from './rewrite.ts';
import type { Rewriter } from './rewrite.ts';
import { addWeightNode } from './weight-node.ts';

export const eliminate: Pass = {
  name: 'eliminate',
  doc: 'removes zero filters, channels, shape fibers and neurons from shapes, folding constants into biases',
  requires: ['no-identities', 'affine-folded', 'no-constant-branches'],
  ensures: ['compact'],
  run: (program, { ops }) => {
    // What only stood in for a last index may turn out to be unneeded once the rest is gone, and what is left constant.
    let current = program;
    for (let next: Program | undefined = current; next; next = withoutConstantOperands(current, ops) ?? eliminateOnce(current, ops)) current = next;
    return current;
  },
};

/** Undefined: nothing can go. */
function eliminateOnce(program: Program, ops: OpRegistry): Program | undefined {
  const removal = findRemoval(program, ops);
  const kept = new Map([...removal.weights].map(([id, use]) => [id, keptOf(use, removal)]));
  return isWhole(removal, kept) ? undefined : cutTo(program, removal, kept, ops);
}

/** By node: what stays of its weights. */
export type KeptByNode = ReadonlyMap<number, KeptWeights>;

export function isWhole(removal: Removal, kept: KeptByNode): boolean {
  return [...removal.kept.flags.values()].every((flags) => !flags.includes(0)) && [...kept.values()].every((weights) => !weights.reduced);
}

/** @param program That the removal was found in, or the same graph with other values of its parameters. */
export function cutTo(program: Program, removal: Removal, kept: KeptByNode, ops: OpRegistry): Program {
  const nodes = nodeMap(program.graph);
  return rewrite(program, ops, (node, rewriter) => {
    const use = removal.weights.get(node.id);
    const weights = kept.get(node.id);
    return use && weights ? gathered(use, weights, removal, rewriter) : sliced(node, inputShapes(node, nodes), ops, removal, rewriter);
  });
}

function keptOf(use: WeightUse, removal: Removal): KeptWeights {
  const operand = present(use.node.inputs[use.matrices.operand], 'operand');
  return keptWeights(use, flagsOf(removal.kept, { node: use.node.id, result: 0 }), flagsOf(removal.kept, operand));
}

/** A node with weights, on the rows and columns that stay; undefined: all do. */
function gathered(use: WeightUse, kept: KeptWeights, removal: Removal, rewriter: Rewriter): readonly Value[] | undefined {
  if (!kept.reduced) return undefined;
  const { node, matrices } = use;
  const rows = flagsOf(removal.kept, { node: node.id, result: 0 });
  const made = use.rules.gather(node.attrs, use.inputs, kept);
  const valuesOf = (operand: number): Float64Array | undefined => {
    const value = node.inputs[operand];
    return value && rewriter.known(value)?.value.data;
  };
  const weights = present(valuesOf(matrices.weight), `weight of ${node.op}`);
  const bias = matrices.bias === undefined ? undefined : valuesOf(matrices.bias)?.filter((_, row) => rows[row] === 1);
  return addWeightNode(node, matrices, rewriter, {
    op: made.op,
    attrs: made.attrs,
    operand: rewriter.copied(present(node.inputs[matrices.operand], 'operand')),
    weight: { shape: made.weightShape, data: taken(weights, made.weightSource) },
    bias: kept.foldedBias ?? bias,
  });
}

/** Any other node, on the channels that stay; undefined: all do. */
function sliced(node: Node, shapes: readonly Shape[], ops: OpRegistry, removal: Removal, rewriter: Rewriter): readonly Value[] | undefined {
  const keptOf = (value: Value): readonly number[] | undefined => {
    const flags = removal.kept.flags.get(valueKey(value));
    return flags?.includes(0) ? [...flags.keys()].filter((i) => flags[i] === 1) : undefined;
  };
  const { pruning } = present(ops.get(node.op), `op ${node.op}`);
  const results = node.results.map((_, result) => keptOf({ node: node.id, result }));
  // A slice may keep all that it makes of an operand that loses channels beside.
  if ([...results, ...node.inputs.map(keptOf)].every((kept) => kept === undefined)) return undefined;

  invariant(pruning.kind === 'channels', () => `${node.op} cannot be sliced`);
  const links = pruning.axes(node.attrs, shapes);
  const inputs: Value[] = [];
  const inputAxes: KeptAxes[] = [];
  for (const [operand, value] of node.inputs.entries()) {
    const parameter = rewriter.known(value);
    // A parameter follows the result's channels along the axes linked to them.
    const axes = (links[operand] ?? []).map((link, axis) => {
      if (!parameter) return axis === channelAxis ? keptOf(value) : undefined;
      return link.kind === 'identity' && link.axis === channelAxis ? results[link.result] : undefined;
    });
    inputAxes.push(axes);
    inputs.push(parameter ? rewriter.parameter(parameter.name, takeAxes(parameter.value, axes), node.layer) : rewriter.copied(value));
  }
  return rewriter.builder.add(node.op, inputs, pruning.slice?.(node.attrs, inputAxes, shapes) ?? node.attrs, node);
}

/** The elements at the kept indices of each axis. */
function takeAxes({ shape, data }: ParameterData, axes: KeptAxes): ParameterData {
  if (axes.every((kept) => kept === undefined)) return { shape, data };
  const strides = stridesOf(shape);
  let offsets = [0];
  for (const [axis, length] of shape.entries()) {
    const kept = axes[axis] ?? Array.from({ length }, (_, i) => i);
    offsets = offsets.flatMap((offset) => kept.map((i) => offset + i * (strides[axis] as number)));
  }
  return { shape: shape.map((length, axis) => axes[axis]?.length ?? length), data: taken(data, offsets) };
}

function taken(data: Float64Array, from: ArrayLike<number>): Float64Array {
  const values = new Float64Array(from.length);
  for (let i = 0; i < values.length; i++) values[i] = data[from[i] as number] as number;
  return values;
}
