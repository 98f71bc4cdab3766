// Rounds the weights of a deployed network to numbers that take fewer bits (emit/weight-types). What comes of it is a
// network like any other, whose weights happen to be such numbers: passes, reference and kernels know nothing of it. No
// pass of the pipeline, for it does not keep the function. Biases and all else stay as they are.
//
//   w = [0.21, -0.4, 0.003]   as int8, scale 0.4 / 127 = 0.00315   ->   [0.211, -0.4, 0.00315] = scale * [67, -127, 1]

import { present } from '../base/invariant.ts';
import { nodeMap } from '../ir/graph.ts';
import type { ParameterData, Program } from '../ir/graph.ts';
import { matricesOf } from '../ir/op.ts';
import type { OpRegistry } from '../ir/op.ts';
import { inputShapes, parameterNames } from '../sparsity/constant-maps.ts';

/** The weights of a row, rounded: of a filter, or of what computes one number of a dense layer. */
export interface RoundedRow {
  readonly weights: Float64Array;
  /** The distance between neighbouring numbers at each weight: rounding takes it off by half of that at most. */
  readonly steps: Float64Array;
}

/** A way to round. */
export interface RowRounding {
  readonly roundRow: (row: Float64Array) => RoundedRow;
  /** Why a row whose largest magnitude this is cannot be rounded, in words; undefined: it can. */
  readonly unfit: (largest: number) => string | undefined;
}

export interface RoundedParameter {
  readonly name: string;
  /** The largest |w - rounded w|, in steps. */
  readonly error: number;
}

/** A parameter that cannot be rounded. */
export interface UnfitParameter {
  readonly name: string;
  /** Of the row, from 0; absent: of all together. */
  readonly row?: number;
  readonly why: string;
}

export interface RoundedProgram {
  readonly program: Program;
  readonly parameters: readonly RoundedParameter[];
  /** Where there are any, the program is of no use. */
  readonly unfit: readonly UnfitParameter[];
}

export function roundWeights(program: Program, ops: OpRegistry, rounding: RowRounding): RoundedProgram {
  const rounded = new Map<string, ParameterData>();
  const parameters: RoundedParameter[] = [];
  const unfit: UnfitParameter[] = [];
  for (const [name, rows] of rowsOfWeights(program, ops)) {
    const { shape, data } = present(program.parameters.get(name), `parameter ${name}`);
    const weights = new Float64Array(data.length);
    let error = 0;
    for (const [row, { from, to }] of rows.entries()) {
      const before = data.subarray(from, to);
      const why = rounding.unfit(before.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0));
      if (why !== undefined) {
        unfit.push({ name, row, why });
        break;
      }
      const after = rounding.roundRow(before);
      weights.set(after.weights, from);
      error = before.reduce((most, weight, i) => Math.max(most, Math.abs(weight - (after.weights[i] as number)) / (after.steps[i] as number)), error);
    }
    if (unfit.at(-1)?.name !== name && isZero(weights) && !isZero(data)) unfit.push({ name, why: 'all of its weights become 0' });
    rounded.set(name, { shape, data: weights });
    parameters.push({ name, error });
  }
  return { program: { ...program, parameters: new Map([...program.parameters].map(([name, value]) => [name, rounded.get(name) ?? value])) }, parameters, unfit };
}

interface Row {
  readonly from: number;
  readonly to: number;
}

/** The rows of each parameter that is a weight, by name: the record of the op that reads it says what they are. */
function rowsOfWeights(program: Program, ops: OpRegistry): ReadonlyMap<string, readonly Row[]> {
  const nodes = nodeMap(program.graph);
  const names = parameterNames(program);
  const found = new Map<string, readonly Row[]>();
  for (const node of program.graph.nodes) {
    const matrices = matricesOf(present(ops.get(node.op), `op ${node.op}`), node.attrs, inputShapes(node, nodes));
    const weight = matrices && node.inputs[matrices.weight];
    const name = weight && names.get(weight.node);
    if (!matrices || name === undefined) continue;
    let from = 0;
    const rows = matrices.parts.flatMap(({ rows: count, channels }) => Array.from({ length: count }, (): Row => ({ from, to: (from += channels.length) })));
    found.set(name, rows);
  }
  return found;
}

function isZero(weights: Float64Array): boolean {
  return weights.every((weight) => weight === 0);
}
