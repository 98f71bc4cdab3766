// Operands that are the same number at every position of a channel are taken out of ops of two operands, so that what
// computes them is read no more: a branch of a shortcut whose weights are zero ends in act(beta), mostly 0, or leaves
// the sum shifted; a gate that does not move scales.
//
//   %9  = conv(%8, ...)              constant: v                                     v = 0:  %5
//   %10 = add(%5, %9)                                  ->   %10 = scale(%5, 1, v)

import { present } from '../base/invariant.ts';
import { sameShape } from '../base/tensor.ts';
import { nodeMap, valueKey } from '../ir/graph.ts';
import type { Program } from '../ir/graph.ts';
import type { OpRegistry } from '../ir/op.ts';
import type { ChannelConstants, ChannelPruning, PartialOp } from '../ir/pruning-rules.ts';
import { constantMaps, inputShapes } from '../sparsity/constant-maps.ts';
import { foldAffine } from './fold-affine.ts';
import { rewrite } from './rewrite.ts';

/** What is left of a node: its other operand, or an op of it. */
interface Remainder {
  readonly operand: number;
  readonly partial?: PartialOp;
}

/** The program without such operands, affine maps folded again; undefined: there are none. */
export function withoutConstantOperands(program: Program, ops: OpRegistry): Program | undefined {
  const remainders = findRemainders(program, ops);
  if (remainders.size === 0) return undefined;
  const taken = new Set(program.parameters.keys());
  const freeName = (wanted: string): string => {
    let name = wanted;
    for (let copy = 2; taken.has(name); copy++) name = `${wanted}${copy}`;
    taken.add(name);
    return name;
  };
  const simpler = rewrite(program, ops, (node, rewriter) => {
    const remainder = remainders.get(node.id);
    if (!remainder) return undefined;
    const operand = rewriter.copied(present(node.inputs[remainder.operand], 'operand'));
    const { partial } = remainder;
    if (!partial) return [operand];
    const parameters = partial.parameters.map(([suffix, values]) => rewriter.parameter(freeName(`${node.layer ?? node.op}.${suffix}`), { shape: [values.length], data: values }, node.layer));
    return rewriter.builder.add(partial.op, [operand, ...parameters], partial.attrs, node);
  });
  // What only dead nodes still read beside would not fold.
  const living = rewrite(simpler, ops, () => undefined);
  return foldAffine(living, ops);
}

/** By node, of those that have such an operand. */
function findRemainders(program: Program, ops: OpRegistry): ReadonlyMap<number, Remainder> {
  const constants = constantMaps(program, ops);
  const nodes = nodeMap(program.graph);
  const found = new Map<number, Remainder>();
  for (const node of program.graph.nodes) {
    const { pruning } = present(ops.get(node.op), `op ${node.op}`);
    if (pruning.kind !== 'channels' || node.inputs.length !== 2) continue;
    const shapes = inputShapes(node, nodes);
    for (const [given, value] of node.inputs.entries()) {
      const values = constants.get(valueKey(value));
      if (!values?.every(Number.isFinite)) continue;
      const operand = 1 - given;
      const isAlone = isUnit(values, pruning) && sameShape(shapes[operand] ?? [], node.results[0] ?? []);
      const partial = isAlone ? undefined : pruning.withConstant?.(given, values, shapes);
      if (!isAlone && !partial) continue;
      found.set(node.id, { operand, ...(partial && { partial }) });
      break;
    }
  }
  return found;
}

function isUnit(values: ChannelConstants, { unit }: ChannelPruning): boolean {
  return unit !== undefined && values.every((value) => value === unit);
}
