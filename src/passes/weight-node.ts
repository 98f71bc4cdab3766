// Adds a node with weights to a rewritten program, giving it a bias where it had none. Ops with weight
// matrices (ir/op.ts) have an attribute `bias: boolean` and take the bias right after the weight.

import { present } from '../base/invariant.ts';
import type { Attrs, Node, ParameterData, Value } from '../ir/graph.ts';
import type { WeightMatrices } from '../ir/pruning-rules.ts';
import type { Rewriter } from './rewrite.ts';

export interface NewWeights {
  readonly op: string;
  readonly attrs: Attrs;
  /** The operand in the new graph. */
  readonly operand: Value;
  readonly weight: ParameterData;
  readonly bias: Float64Array | undefined;
}

/** The new form of `node`, under the names its parameters had. */
export function addWeightNode(node: Node, matrices: WeightMatrices, rewriter: Rewriter, made: NewWeights): readonly Value[] {
  const nameOf = (operand: number): string | undefined => {
    const value = node.inputs[operand];
    return value && rewriter.known(value)?.name;
  };
  const weightName = present(nameOf(matrices.weight), `weight of ${node.op}`);
  const inputs = [made.operand, rewriter.parameter(weightName, made.weight, node.layer)];
  if (made.bias) {
    const biasName = (matrices.bias === undefined ? undefined : nameOf(matrices.bias)) ?? biasBeside(weightName);
    inputs.push(rewriter.parameter(biasName, { shape: [made.bias.length], data: made.bias }, node.layer));
  }
  return rewriter.builder.add(made.op, inputs, { ...made.attrs, bias: made.bias !== undefined }, node);
}

/** `conv1.weight` -> `conv1.bias` */
function biasBeside(weightName: string): string {
  const dot = weightName.lastIndexOf('.');
  return `${dot < 0 ? weightName : weightName.slice(0, dot)}.bias`;
}
