// Functions of the exponential as nest expressions, to a few units in the last place also where the textbook forms lose
// digits: near 0, where exp(x) is almost 1.
//
// There they follow Lambert's continued fraction (1768) down to its seventh level:
//
//   tanh(h) = h / (1 + h^2 / (3 + h^2 / (5 + ... h^2 / 13))) = p / q
//   p = h (135135 + 17325 h^2 + 378 h^4 + h^6),   q = 135135 + 62370 h^2 + 3150 h^4 + 28 h^6
//
// which is off by less than 3e-15 of itself while |h| <= 0.6. Single precision holds all coefficients.

import type { NestExpr } from '../../ir/nest.ts';
import { add, constant, div, mul, select, sub, unary } from '../../ir/nest.ts';

const small = 0.6;

function fraction(h: NestExpr): { readonly p: NestExpr; readonly q: NestExpr } {
  const square = mul(h, h);
  return {
    p: mul(h, polynomial(square, [135135, 17325, 378, 1])),
    q: polynomial(square, [135135, 62370, 3150, 28]),
  };
}

/** By Horner's rule, lowest power first. */
function polynomial(x: NestExpr, [first = 0, ...others]: readonly number[]): NestExpr {
  return others.length === 0 ? constant(first) : add(constant(first), mul(x, polynomial(x, others)));
}

/** tanh(x); from where it is large, 1 - 2 / (exp(2 |x|) + 1). */
export function tanhOf(x: NestExpr): NestExpr {
  const { p, q } = fraction(x);
  const magnitude = unary('abs', x);
  const far = sub(constant(1), div(constant(2), add(unary('exp', mul(constant(2), magnitude)), constant(1))));
  return select(magnitude, 'lt', constant(small), div(p, q), select(x, 'lt', constant(0), unary('neg', far), far));
}

/** exp(x) - 1; near 0 as 2 tanh(x/2) / (1 - tanh(x/2)). */
export function expMinusOne(x: NestExpr): NestExpr {
  const { p, q } = fraction(mul(constant(0.5), x));
  return select(unary('abs', x), 'lt', constant(2 * small), div(mul(constant(2), p), sub(q, p)), sub(unary('exp', x), constant(1)));
}

/** 1 / (1 + exp(-x)) */
export function logistic(x: NestExpr): NestExpr {
  return unary('reciprocal', add(constant(1), unary('exp', unary('neg', x))));
}
