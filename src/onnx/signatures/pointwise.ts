// Operators that work element by element.

import { largestF32 } from '../../base/number-text.ts';
import { float, int, oneOf, required, since6, since7, string } from './signature.ts';
import type { AttributeSpec, OperatorSignatures } from './signature.ts';

/** One input, one output. */
const unary = (from: typeof since6, since: readonly number[], attributes: Readonly<Record<string, AttributeSpec>> = {}): OperatorSignatures => from({ since, inputs: 'X', outputs: 'Y', attributes });

/** Before version 7 the second operand was placed by an axis, if at all. */
const placed = { axis: int(), broadcast: int(0) };
const arithmetic: OperatorSignatures = since6({ since: [6], inputs: 'A B', outputs: 'C', attributes: placed }, { since: [7, 13, 14], inputs: 'A B', outputs: 'C' });
const binary = (...since: readonly number[]): OperatorSignatures => since7({ since, inputs: 'A B', outputs: 'C' });
const variadic = (...since: readonly number[]): OperatorSignatures => since6({ since, inputs: 'data*', outputs: 'Y' });

export const pointwiseSignatures: Readonly<Record<string, OperatorSignatures>> = {
  Abs: unary(since6, [6, 13]),
  Ceil: unary(since7, [6, 13]),
  Erf: unary(since7, [9, 13]),
  Exp: unary(since6, [6, 13]),
  Floor: unary(since7, [6, 13]),
  Identity: unary(since7, [1, 13, 14, 16, 19, 21, 23, 24, 25]),
  Log: unary(since7, [6, 13]),
  Neg: unary(since6, [6, 13]),
  Not: unary(since7, [1]),
  Reciprocal: unary(since7, [6, 13]),
  Round: unary(since7, [11, 22]),
  Sign: unary(since7, [9, 13]),
  Sqrt: unary(since6, [6, 13]),

  Celu: unary(since7, [12], { alpha: float(1) }),
  Elu: unary(since6, [6, 22], { alpha: float(1) }),
  Gelu: unary(since7, [20], { approximate: oneOf('none', 'tanh') }),
  HardSigmoid: unary(since7, [6, 22], { alpha: float(0.2), beta: float(0.5) }),
  HardSwish: unary(since7, [14, 22]),
  LeakyRelu: unary(since6, [6, 16], { alpha: float(0.01) }),
  Mish: unary(since7, [18, 22]),
  Relu: unary(since6, [6, 13, 14]),
  Selu: unary(since6, [6, 22], { alpha: float(1.6732632423543772), gamma: float(1.0507009873554805) }),
  Sigmoid: unary(since6, [6, 13]),
  Softplus: unary(since6, [1, 22]),
  Softsign: unary(since7, [1, 22]),
  Swish: unary(since7, [24], { alpha: float(1) }),
  Tanh: unary(since6, [6, 13]),
  ThresholdedRelu: unary(since7, [10, 22], { alpha: float(1) }),

  Cast: since7(
    { since: [6, 9, 13], inputs: 'input', outputs: 'output', attributes: { to: required(int()) } },
    { since: [19, 21, 23], inputs: 'input', outputs: 'output', attributes: { saturate: int(1), to: required(int()) } },
    { since: [24, 25], inputs: 'input', outputs: 'output', attributes: { round_mode: string('up'), saturate: int(1), to: required(int()) } },
  ),
  Clip: since6(
    { since: [6], inputs: 'input', outputs: 'output', attributes: { max: float(largestF32), min: float(-largestF32) } },
    { since: [11, 12, 13], inputs: 'input min? max?', outputs: 'output' },
  ),
  Dropout: since7(
    { since: [7, 10], inputs: 'data', outputs: 'output mask?', attributes: { ratio: float(0.5) } },
    { since: [12, 13, 22], inputs: 'data ratio? training_mode?', outputs: 'output mask?', attributes: { seed: int() } },
  ),
  PRelu: since6({ since: [6, 7, 9, 16], inputs: 'X slope', outputs: 'Y' }),

  Add: arithmetic,
  Div: arithmetic,
  Mul: arithmetic,
  Sub: arithmetic,
  Pow: since6({ since: [1], inputs: 'X Y', outputs: 'Z', attributes: placed }, { since: [7, 12, 13, 15], inputs: 'X Y', outputs: 'Z' }),
  Mod: since7({ since: [10, 13], inputs: 'A B', outputs: 'C', attributes: { fmod: int(0) } }),
  Max: variadic(6, 8, 12, 13),
  Mean: variadic(6, 8, 13),
  Min: variadic(6, 8, 12, 13),
  Sum: variadic(6, 8, 13),

  And: binary(7),
  Equal: binary(7, 11, 13, 19),
  Greater: binary(7, 9, 13),
  GreaterOrEqual: binary(12, 16),
  Less: binary(7, 9, 13),
  LessOrEqual: binary(12, 16),
  Or: binary(7),
  Where: since7({ since: [9, 16], inputs: 'condition X Y', outputs: 'output' }),
};
