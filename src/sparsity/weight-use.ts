// Which columns of a node's weight matrices (ir/op.ts, WeightMatrices) are read by the rows that stay, and
// which of them read a constant that the bias can take over:
//
//   sum_t W[o,t] x[t] + b[o]   with x[t] = v for t in F   =   sum_{t not in F} W[o,t] x[t] + (b[o] + v sum_{t in F} W[o,t])
//
// At padding other than 0 the folded sum would differ at the border, so there only v = 0 can go. The op's
// own `constant` rule knows: asked about the constants alone, it answers NaN where the border matters.

import { invariant, present } from '../base/invariant.ts';
import type { Shape } from '../base/tensor.ts';
import { valueKey } from '../ir/graph.ts';
import type { Node } from '../ir/graph.ts';
import type { Op } from '../ir/op.ts';
import type { ChannelConstants, KnownInputs, WeightMatrices, WeightPruning } from '../ir/pruning-rules.ts';
import type { ConstantMaps } from './constant-maps.ts';

export interface WeightUse {
  readonly node: Node;
  readonly rules: WeightPruning;
  readonly inputs: readonly Shape[];
  readonly known: KnownInputs;
  readonly matrices: WeightMatrices;
  readonly parts: readonly PartUse[];
  /** Whether the bias may take over the channel of the operand. */
  readonly foldable: (channel: number) => boolean;
  /** Values of the operand's channels, NaN where they vary. */
  readonly constants: ChannelConstants;
}

export interface PartUse {
  /** Where the part's matrix starts in the weight, and its first row among the result's channels. */
  readonly weightOffset: number;
  readonly rowOffset: number;
  readonly rows: number;
  readonly channels: readonly number[];
  /** Rows whose columns have been counted. */
  readonly counted: Uint8Array;
  /** 1 where a counted row has a weight that is not zero. */
  readonly needed: Uint8Array;
}

/** How a node uses its weights; undefined where it has none, or none that are known. */
export function weightUse(node: Node, op: Op, inputs: readonly Shape[], known: KnownInputs, constants: ConstantMaps): WeightUse | undefined {
  const { pruning: rules } = op;
  if (rules.kind !== 'weights') return undefined;
  const matrices = rules.matrices(node.attrs, inputs);
  if (!known[matrices.weight] || (matrices.bias !== undefined && !known[matrices.bias])) return undefined;
  const operand = present(node.inputs[matrices.operand], 'operand');
  const channels = present(inputs[matrices.operand]?.[1], 'channels of the operand');
  const values = constants.get(valueKey(operand)) ?? new Float64Array(channels).fill(NaN);

  const parts: PartUse[] = [];
  let weightOffset = 0;
  let rowOffset = 0;
  for (const part of matrices.parts) {
    const columns = part.channels.length;
    parts.push({ weightOffset, rowOffset, rows: part.rows, channels: part.channels, counted: new Uint8Array(part.rows), needed: new Uint8Array(columns) });
    weightOffset += part.rows * columns;
    rowOffset += part.rows;
  }
  invariant(weightOffset === known[matrices.weight]?.data.length, () => `matrices of ${node.op} do not cover its weight`);

  let foldsNonZero: boolean | undefined;
  const foldable = (channel: number): boolean => {
    const value = values[channel] as number;
    if (value === 0) return true;
    if (!Number.isFinite(value)) return false;
    foldsNonZero ??= folds(node, rules, inputs, known, matrices.operand, values);
    return foldsNonZero;
  };
  return { node, rules, inputs, known, matrices, parts, foldable, constants: values };
}

/** Marks the columns a row reads. @returns Whether any column became needed. */
export function countRow(use: WeightUse, part: PartUse, row: number): boolean {
  if (part.counted[row] === 1) return false;
  part.counted[row] = 1;
  const weights = weightsOf(use);
  const columns = part.channels.length;
  const start = part.weightOffset + row * columns;
  let found = false;
  for (let t = 0; t < columns; t++) {
    if (part.needed[t] === 1 || weights[start + t] === 0) continue;
    part.needed[t] = 1;
    found = true;
  }
  return found;
}

export function weightsOf(use: WeightUse): Float64Array {
  return present(use.known[use.matrices.weight], `weight of ${use.node.op}`).data;
}

/** Whether the op's result is constant when the varying channels are zero: it has no border to spoil it. */
function folds(node: Node, rules: WeightPruning, inputs: readonly Shape[], known: KnownInputs, operand: number, values: ChannelConstants): boolean {
  const constants = node.inputs.map((_, i) => (i === operand ? values.map((v) => (Number.isFinite(v) ? v : 0)) : undefined));
  return rules.constant(node.attrs, constants, known, inputs).every(Number.isFinite);
}
