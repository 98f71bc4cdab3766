// What computes with two values, and constants.

import { number, numbers } from '../../ir/attributes.ts';
import { pythonNumber } from '../python-text.ts';
import type { TorchNode, TorchOperand, TorchRule, TorchRules } from '../torch-node.ts';

/** Flat features meet images as channels of one place. */
function spread({ shape: result }: TorchNode, { text, shape }: TorchOperand): string {
  return shape.length === result.length ? text : `${text}[:, :${', None'.repeat(result.length - shape.length)}]`;
}

const operator = (sign: string): TorchRule => (of) => of.operands.map((operand) => spread(of, operand)).join(` ${sign} `);

/** Where both are equal the gradient goes to the left. */
const chosen = (sign: string): TorchRule => (of) => {
  const [left = '', right = ''] = of.operands.map((operand) => spread(of, operand));
  return `torch.where(${left} ${sign} ${right}, ${left}, ${right})`;
};

/** Of each sample. */
function constant(of: TorchNode): string {
  const { value, shape } = of.attrs({ value: number, shape: numbers });
  const owned = of.operands[0]?.text;
  const extents = shape.map(String).join(', ');
  if (owned !== undefined) return `${owned}.expand(len(${of.sample}), ${extents})`;
  return `${of.sample}.new_full((len(${of.sample}), ${extents}), ${pythonNumber(value)})`;
}

export const arithmeticRules: TorchRules = {
  add: operator('+'),
  subtract: operator('-'),
  multiply: operator('*'),
  divide: operator('/'),
  minimum: chosen('<='),
  maximum: chosen('>='),
  constant,
};
