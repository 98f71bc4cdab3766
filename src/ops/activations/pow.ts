// A power with a constant exponent: result = input ** exponent. Whole exponents take any input, others numbers from 0.
//
// Whole exponents up to 16 are products, and so are halves with a square root; others are exp(exponent * log(input)).

import { constant, mul, select, unary } from '../../ir/nest.ts';
import type { NestExpr } from '../../ir/nest.ts';
import type { Op } from '../../ir/op.ts';
import { number } from '../../ir/attributes.ts';
import { activation } from '../support/activation.ts';
import { choose } from '../support/sampling.ts';
import { turningBound } from '../support/turning-bound.ts';

const mostFactors = 16;

/** x ** n for n from 1, by squares. */
function product(x: NestExpr, n: number): NestExpr {
  if (n === 1) return x;
  const half = product(x, Math.floor(n / 2));
  const square = mul(half, half);
  return n % 2 === 0 ? square : mul(x, square);
}

/** |x| ** exponent by its logarithm; of an odd exponent with the sign of x. */
function byLogarithm(x: NestExpr, exponent: number): NestExpr {
  const whole = Number.isInteger(exponent);
  const size = unary('exp', mul(constant(exponent), unary('log', whole ? unary('abs', x) : x)));
  return whole && exponent % 2 !== 0 ? select(x, 'lt', constant(0), unary('neg', size), size) : size;
}

function powerOf(x: NestExpr, exponent: number): NestExpr {
  if (exponent === 0) return constant(1);
  if (exponent < 0 && Number.isInteger(2 * exponent) && exponent >= -mostFactors) return unary('reciprocal', powerOf(x, -exponent));
  if (Math.abs(exponent) > mostFactors || !Number.isInteger(2 * exponent)) return byLogarithm(x, exponent);
  if (Number.isInteger(exponent)) return product(x, exponent);
  const whole = Math.floor(exponent);
  return whole === 0 ? unary('sqrt', x) : mul(unary('sqrt', x), product(x, whole));
}

/** Without a value where the base is negative and the exponent no whole number, infinite or not. */
function powerAt(x: number, exponent: number): number {
  return x < 0 && !Number.isInteger(exponent) ? NaN : x ** exponent;
}

export const pow: readonly Op[] = activation({ exponent: number })({
  name: 'pow',
  doc: 'Each element to the power of a constant.',
  params: [{ name: 'exponent', doc: 'the power', type: 'number' }],
  example: 'pow(conv1, 2)',
  value: (x, { exponent }) => powerAt(x, exponent),
  expr: (x, { exponent }) => powerOf(x, exponent),
  slope: {
    of: 'operand',
    value: (x, { exponent }) => (exponent === 0 ? 0 : exponent * powerAt(x, exponent - 1)),
    expr: (x, { exponent }) => (exponent === 0 ? constant(0) : mul(constant(exponent), powerOf(x, exponent - 1))),
  },
  draw: (random) => ({ exponent: choose(random, [0, 1, 2, 3, -1, 0.5, -0.5, 1.5, 0.3, -1.7]) }),
  domain: (random) => 0.5 + random(),
  tolerance: 16,
  bound: (attrs, ...given) => {
    const { exponent } = attrs;
    return turningBound((x) => powerAt(x, exponent), {
      // At 0 it turns or is infinite.
      turns: [0],
      least: Number.isInteger(exponent) ? -Infinity : 0,
      rounding: (x) => (x === 0 ? 1 : 1 + Math.abs(exponent * Math.log(Math.abs(x)))),
    })(attrs, ...given);
  },
});
