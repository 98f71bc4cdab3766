// Gaussian error linear unit (Hendrycks & Gimpel 2016): result = input * Phi(input), Phi being the share of the normal
// distribution below; or its form by tanh, which is x sigmoid(2 u) with u = sqrt(2 / pi) (x + 0.044715 x^3).
//
// It falls to about -0.17 at -0.75 and rises from there.

import { add, binary, constant, mul, unary } from '../../ir/nest.ts';
import type { NestExpr } from '../../ir/nest.ts';
import type { Op } from '../../ir/op.ts';
import { flag } from '../../ir/attributes.ts';
import { activation } from '../support/activation.ts';
import { erfc, erfcOf } from '../support/error-function.ts';
import { logistic, logisticAndRest, logisticAt, toTheLastDigits } from '../support/exponentials.ts';
import { turningBound } from '../support/turning-bound.ts';

const rootOfTwoOverPi = Math.sqrt(2 / Math.PI);
const cubic = 0.044715;

/** Phi(x) */
const below = (x: number): number => erfc(-x * Math.SQRT1_2) / 2;
const belowOf = (x: NestExpr): NestExpr => mul(constant(0.5), erfcOf(mul(constant(-Math.SQRT1_2), x)));

/** 2 u, and its derivative. */
const twiceU = (x: number): number => 2 * rootOfTwoOverPi * (x + cubic * x ** 3);
const twiceUOf = (x: NestExpr): NestExpr => mul(x, add(constant(2 * rootOfTwoOverPi), mul(constant(2 * rootOfTwoOverPi * cubic), mul(x, x))));
const twiceUSlope = (x: number): number => 2 * rootOfTwoOverPi * (1 + 3 * cubic * x * x);
const twiceUSlopeOf = (x: NestExpr): NestExpr => add(constant(2 * rootOfTwoOverPi), mul(constant(6 * rootOfTwoOverPi * cubic), mul(x, x)));

/** Beyond, the slope is 0 or 1 in either precision, and squares may overflow. */
const farthest = 20;
const near = (x: number): number => Math.min(Math.max(x, -farthest), farthest);
const nearOf = (x: NestExpr): NestExpr => binary('min', binary('max', x, constant(-farthest)), constant(farthest));

function slopeByTanh(x: number): number {
  const s = logisticAt(twiceU(x));
  return s * (1 + x * (1 - s) * twiceUSlope(x));
}

function slopeByTanhOf(x: NestExpr): NestExpr {
  const { s, rest } = logisticAndRest(twiceUOf(x));
  return mul(s, add(constant(1), mul(mul(x, rest), twiceUSlopeOf(x))));
}

function slopeOf(x: NestExpr): NestExpr {
  const density = mul(constant(rootOfTwoOverPi / 2), unary('exp', mul(constant(-0.5), mul(x, x))));
  return add(belowOf(x), mul(x, density));
}

const exactly = (x: number): number => x * below(x);
const byTanh = (x: number): number => x * logisticAt(twiceU(x));

/** Squares and cubes are rounded, and what an exponential does of that is as many times as large. */
const bounds = {
  exact: turningBound(exactly, { turns: [-0.7517915246935645], rounding: (x) => 1 + x * x }),
  tanh: turningBound(byTanh, { turns: [-0.7524614220710163], rounding: (x) => 1 + Math.abs(twiceU(x)) }),
};

export const gelu: readonly Op[] = activation({ approximate: flag })({
  name: 'gelu',
  doc: 'Gaussian error linear unit: the input times the share of the normal distribution below it.',
  params: [{ name: 'approximate', doc: 'whether it is computed by tanh instead of the distribution', type: 'flag', default: false }],
  example: 'gelu(fc1)',
  value: (x, { approximate }) => (approximate ? byTanh(x) : exactly(x)),
  expr: (x, { approximate }) => mul(x, approximate ? logistic(twiceUOf(x)) : belowOf(x)),
  slope: {
    of: 'operand',
    value: (x, { approximate }) => (approximate ? slopeByTanh(near(x)) : below(x) + (x * rootOfTwoOverPi * Math.exp(-0.5 * x * x)) / 2),
    expr: (x, { approximate }) => (approximate ? slopeByTanhOf(nearOf(x)) : slopeOf(nearOf(x))),
    revision: ({ approximate }) => (approximate ? toTheLastDigits : undefined),
  },
  draw: (random) => ({ approximate: random() < 0.5 }),
  tolerance: 8,
  bound: (attrs, ...given) => (attrs.approximate ? bounds.tanh : bounds.exact)(attrs, ...given),
});
