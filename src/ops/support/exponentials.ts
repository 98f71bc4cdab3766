// Functions of the exponential as nest expressions, to a few units in the last place also where the textbook forms lose
// digits: near 0, where exp(x) is almost 1.
//
// There they follow Lambert's continued fraction (1768) down to its seventh level:
//
//   tanh(h) = h / (1 + h^2 / (3 + h^2 / (5 + ... h^2 / 13))) = p / q
//   p = h (135135 + 17325 h^2 + 378 h^4 + h^6),   q = 135135 + 62370 h^2 + 3150 h^4 + 28 h^6
//
// which is off by less than 3e-15 of itself while |h| <= 0.6. Single precision holds all coefficients.

import { largestF32 } from '../../base/number-text.ts';
import type { NestExpr } from '../../ir/nest.ts';
import { add, binary, constant, div, mul, select, sub, unary } from '../../ir/nest.ts';

/** Revision of slopes with factors 1 - s, which were computed as that. */
export const toTheLastDigits = 'to the last digits';

const small = 0.6;

function fraction(h: NestExpr): { readonly p: NestExpr; readonly q: NestExpr } {
  const square = mul(h, h);
  return {
    p: mul(h, polynomial(square, [135135, 17325, 378, 1])),
    q: polynomial(square, [135135, 62370, 3150, 28]),
  };
}

/** By Horner's rule, lowest power first. */
export function polynomial(x: NestExpr, [first = 0, ...others]: readonly number[]): NestExpr {
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

export function logisticAt(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** 1 / (1 + exp(-x)) */
export function logistic(x: NestExpr): NestExpr {
  return logisticAndRest(x).s;
}

/**
 * s = 1 / (1 + exp(-x)), and 1 - s as s exp(-x), which keeps its digits where s is almost 1. It is for products with s: where the
 * exponential overflows s is next to nothing, and `rest` less than 1 - s.
 */
export function logisticAndRest(x: NestExpr): { readonly s: NestExpr; readonly rest: NestExpr } {
  const inverse = unary('exp', unary('neg', x));
  const s = unary('reciprocal', add(constant(1), inverse));
  return { s, rest: mul(s, binary('min', inverse, constant(largestF32))) };
}

/**
 * log(1 + u) for u from 0 to 1: 2 artanh(s) with s = u / (2 + u), at most 1/3, by Gauss' continued fraction
 * artanh(s) = s / (1 - s^2 / (3 - 4 s^2 / (5 - 9 s^2 / (7 - ...)))) down to its ninth level, off by less than 3e-14.
 */
function logOnePlus(u: NestExpr): NestExpr {
  const s = div(u, add(constant(2), u));
  const square = mul(s, s);
  const p = polynomial(square, [3828825, -6831825, 3738735, -638055, 16384]);
  const q = polynomial(square, [3828825, -8108100, 5675670, -1455300, 99225]);
  return div(mul(mul(constant(2), s), p), q);
}

/** log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)) */
export function softplusOf(x: NestExpr): NestExpr {
  return add(unary('relu', x), logOnePlus(unary('exp', unary('neg', unary('abs', x)))));
}

/**
 * t = tanh(log(1 + exp(x))), and 1 - t, with m = exp(-|x|) over one denominator: from 0 on t is (1 + 2 m) / (1 + 2 m + 2 m^2),
 * below it is m (m + 2) / (m (m + 2) + 2), where nothing overflows.
 */
export function tanhOfSoftplus(x: NestExpr): { readonly t: NestExpr; readonly rest: NestExpr } {
  const m = unary('exp', unary('neg', unary('abs', x)));
  const isBelow = (below: NestExpr, above: NestExpr): NestExpr => select(x, 'lt', constant(0), below, above);
  const [above, aboveRest] = [add(constant(1), mul(constant(2), m)), mul(constant(2), mul(m, m))];
  const [below, belowRest] = [mul(m, add(m, constant(2))), constant(2)];
  return {
    t: isBelow(div(below, add(below, belowRest)), div(above, add(above, aboveRest))),
    rest: isBelow(div(belowRest, add(below, belowRest)), div(aboveRest, add(above, aboveRest))),
  };
}
