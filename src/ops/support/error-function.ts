// The complementary error function, erfc(x) = 2 / sqrt(pi) * integral of exp(-t^2) from x to infinity: as numbers, and as
// a nest expression.
//
// As an expression it is, for z >= 0, exp(-z^2) p(z) / q(z): erfc(z) exp(z^2) is smooth, and the fraction, of degrees 7 and
// 8, is off by less than 2e-14 of it for z up to 11, where exp(-z^2) is 0 in single precision. It is a minimax fit of our
// own; all of its coefficients are positive, so no digits are lost. In single precision erfc(z) is right to a few units in
// the last place, and z^2 more of them, for z^2 is rounded before its exponential is taken.

import type { NestExpr } from '../../ir/nest.ts';
import { binary, constant, div, mul, select, sub, unary } from '../../ir/nest.ts';
import { polynomial } from './exponentials.ts';

/** Where the series gives way to the continued fraction: below, 1 - erf(x) loses two digits at most. */
const far = 2;

/** erfc(x) to some 2e-14 of itself. */
export function erfc(x: number): number {
  if (Number.isNaN(x)) return NaN;
  if (x < 0) return 2 - erfc(-x);
  return x < far ? 1 - erfSeries(x) : erfcFraction(x);
}

/** 2 / sqrt(pi) exp(-x^2) sum of 2^n x^(2n + 1) / (1 * 3 * ... (2n + 1)): no term has another sign. */
function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; term > sum * 2 ** -54; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** exp(-x^2) / sqrt(pi) / (x + (1/2) / (x + 1 / (x + (3/2) / (x + ...)))), from the inside out. */
function erfcFraction(x: number): number {
  let tail = x;
  for (let n = 100; n > 0; n--) tail = x + n / 2 / tail;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / tail;
}

const farthest = 11;
const p = [0.9999999999999833, 1.791688200859975, 1.585806375526289, 0.8669025541019502, 0.3124462152360412, 0.07406057549598245, 0.01074425687141006, 0.000746975057979045];
const q = [1, 2.920067367951859, 3.880749560166146, 3.078044918875549, 1.601527219147503, 0.5633176153071371, 0.1319309788424276, 0.0190436983052277, 0.001323978834750228];

/** erfc(x) */
export function erfcOf(x: NestExpr): NestExpr {
  const z = unary('abs', x);
  // Powers beyond would overflow, times 0.
  const near = binary('min', z, constant(farthest));
  const tail = mul(unary('exp', unary('neg', mul(z, z))), div(polynomial(near, p), polynomial(near, q)));
  return select(x, 'lt', constant(0), sub(constant(2), tail), tail);
}
