// What computes with two values, and constants.

import { number, numbers } from '../../../ir/attributes.ts';
import type { ExportedNode, ExportedOperand, ExportRule, ExportRules } from '../exported-node.ts';

/** Flat features meet images as channels of one place. */
function spread(of: ExportedNode, { name, shape }: ExportedOperand): string {
  const rank = of.shape.length;
  if (shape.length === rank) return name;
  return of.before('Unsqueeze', [name, of.integers('axes', Array.from({ length: rank - shape.length }, (_, d) => shape.length + d))]);
}

function binary(opType: string): ExportRule {
  return (of) => of.last(opType, of.operands.map((operand) => spread(of, operand)));
}

/** Of one sample. */
function constant(of: ExportedNode): void {
  const { value, shape } = of.attrs({ value: number, shape: numbers });
  const data = of.operands[0]?.parameter?.data ?? new Float64Array(shape.reduce((size, extent) => size * extent, 1)).fill(value);
  of.writer.floats(of.output, [1, ...shape], data);
}

/** Of which an operand may be smaller. */
export const binaryRules: ExportRules = {
  add: binary('Add'),
  subtract: binary('Sub'),
  multiply: binary('Mul'),
  divide: binary('Div'),
  minimum: binary('Min'),
  maximum: binary('Max'),
};

export const arithmeticRules: ExportRules = { ...binaryRules, constant };
