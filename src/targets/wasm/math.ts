// Exponential and logarithm, for which WebAssembly has no instruction: fixed approximations in single
// precision, so that every engine answers the same bits. Four lanes at once and without branches; a scalar
// is one lane of four.
//
// Both follow the classical scheme (Cody and Waite, Software Manual for the Elementary Functions, 1980):
// reduce the argument with ln 2 in two parts, the high one exact when multiplied by an exponent, then a
// short series. The relative error stays below 2 units in the last place, measured in the tests.

import type { FunctionBody } from './encoder/function-body.ts';
import type { FunctionType } from './encoder/types.ts';

export type MathFunction = 'exp' | 'log';

export const mathType: FunctionType = { params: ['v128'], results: ['v128'] };

/** 15 bits, so that a product with an exponent of 8 bits is exact. */
const ln2High = Math.round(Math.LN2 * 2 ** 15) / 2 ** 15;
const ln2Low = Math.LN2 - ln2High;
/** exp(x) is 0 below in single precision, and infinite above the other. */
const expLowest = -104;
const expHighest = 89;
/** 1/k! for k = 7..0: the first term left out is 5e-9 where |r| <= ln(2)/2. */
const expSeries = [5040, 720, 120, 24, 6, 2, 1, 1].map((factorial) => 1 / factorial);
/** 2/(2k+1) for k = 4..1, of log((1+s)/(1-s)) = 2s(1 + s^2/3 + ...): the next is 2e-9 where |s| <= 0.172. */
const logSeries = [2 / 9, 2 / 7, 2 / 5, 2 / 3];

const exponentBias = 127;
const mantissaBits = 23;
const smallestNormal = 2 ** -126;
/** Bits of 1 and of sqrt(1/2). */
const oneBits = 0x3f800000;
const halfRootBits = 0x3f3504f3;

const floats = (value: number): Float32Array => new Float32Array(4).fill(value);
const ints = (value: number): Int32Array => new Int32Array(4).fill(value);

export function writeMath(name: MathFunction, body: FunctionBody): void {
  switch (name) {
    case 'exp':
      return writeExp(body);
    case 'log':
      return writeLog(body);
  }
}

/** exp(x) = 2^n * exp(r) with n = nearest(x / ln 2), r = x - n ln 2. Overflow is infinite, NaN stays. */
function writeExp(body: FunctionBody): void {
  const x = body.param(0);
  const n = body.local('v128');
  const r = body.local('v128');
  const half = body.local('v128');
  // Operands in this order keep a NaN.
  body.emit('local.get', x).emit('v128.const', floats(expLowest)).emit('f32x4.pmax');
  body.emit('v128.const', floats(expHighest)).emit('f32x4.pmin').emit('local.tee', x);
  body.emit('v128.const', floats(Math.LOG2E)).emit('f32x4.mul').emit('f32x4.nearest').emit('local.set', n);
  body.emit('local.get', x);
  for (const part of [ln2High, ln2Low]) {
    body.emit('local.get', n).emit('v128.const', floats(part)).emit('f32x4.mul').emit('f32x4.sub');
  }
  body.emit('local.set', r);
  writeSeries(body, expSeries, r);
  // 2^n in two factors, for n may reach -150 and 128.
  body.emit('local.get', n).emit('i32x4.trunc_sat_f32x4_s').emit('local.tee', n);
  body.emit('i32.const', 1).emit('i32x4.shr_s').emit('local.tee', half);
  writePowerOfTwo(body);
  body.emit('f32x4.mul');
  body.emit('local.get', n).emit('local.get', half).emit('i32x4.sub');
  writePowerOfTwo(body);
  body.emit('f32x4.mul');
}

/** Replaces the integers on the stack by the powers of two that they are exponents of. */
function writePowerOfTwo(body: FunctionBody): void {
  body.emit('v128.const', ints(exponentBias)).emit('i32x4.add');
  body.emit('i32.const', mantissaBits).emit('i32x4.shl');
}

/** Leaves the polynomial of `x` with these coefficients, highest power first (Horner). */
function writeSeries(body: FunctionBody, coefficients: readonly number[], x: number): void {
  for (const [i, coefficient] of coefficients.entries()) {
    if (i > 0) body.emit('local.get', x).emit('f32x4.mul');
    body.emit('v128.const', floats(coefficient));
    if (i > 0) body.emit('f32x4.add');
  }
}

/**
 * log(x) = e ln 2 + log(1 + f) with x = 2^e (1 + f), sqrt(1/2) <= 1 + f < sqrt(2), and with s = f / (2 + f)
 * log(1 + f) = f - (f^2/2 - s (f^2/2 + R(s^2))), which loses no digits where f is small (the arrangement of
 * fdlibm's `e_log.c`). log(0) = -infinity, below it NaN.
 */
function writeLog(body: FunctionBody): void {
  const x = body.param(0);
  const bits = body.local('v128');
  const small = body.local('v128');
  const e = body.local('v128');
  const f = body.local('v128');
  const s = body.local('v128');
  const square = body.local('v128');
  const halfSquare = body.local('v128');

  // Subnormals are scaled to normal numbers first.
  body.emit('local.get', x).emit('v128.const', floats(2 ** mantissaBits)).emit('f32x4.mul');
  body.emit('local.get', x);
  body.emit('local.get', x).emit('v128.const', floats(smallestNormal)).emit('f32x4.lt').emit('local.tee', small);
  body.emit('v128.bitselect');
  // Adding this to the bits carries into the exponent exactly where 1 + f would reach sqrt(2).
  body.emit('v128.const', ints(oneBits - halfRootBits)).emit('i32x4.add').emit('local.tee', bits);
  body.emit('i32.const', mantissaBits).emit('i32x4.shr_u').emit('v128.const', ints(exponentBias)).emit('i32x4.sub');
  body.emit('local.get', small).emit('v128.const', ints(mantissaBits)).emit('v128.and').emit('i32x4.sub');
  body.emit('f32x4.convert_i32x4_s').emit('local.set', e);
  body.emit('local.get', bits).emit('v128.const', ints(2 ** mantissaBits - 1)).emit('v128.and');
  body.emit('v128.const', ints(halfRootBits)).emit('i32x4.add');
  body.emit('v128.const', floats(1)).emit('f32x4.sub').emit('local.tee', f);
  body.emit('local.get', f).emit('v128.const', floats(2)).emit('f32x4.add').emit('f32x4.div').emit('local.tee', s);
  body.emit('local.get', s).emit('f32x4.mul').emit('local.set', square);
  body.emit('local.get', f).emit('local.get', f).emit('f32x4.mul').emit('v128.const', floats(0.5)).emit('f32x4.mul');
  body.emit('local.set', halfSquare);

  // e high + (f - (half - (s (half + R) + e low)))
  body.emit('local.get', e).emit('v128.const', floats(ln2High)).emit('f32x4.mul');
  body.emit('local.get', f).emit('local.get', halfSquare);
  body.emit('local.get', s);
  writeSeries(body, logSeries, square);
  body.emit('local.get', square).emit('f32x4.mul').emit('local.get', halfSquare).emit('f32x4.add').emit('f32x4.mul');
  body.emit('local.get', e).emit('v128.const', floats(ln2Low)).emit('f32x4.mul').emit('f32x4.add');
  body.emit('f32x4.sub').emit('f32x4.sub').emit('f32x4.add').emit('local.set', f);

  // The special values, from last to first: infinity and NaN are their own logarithms.
  body.emit('local.get', x).emit('local.get', f);
  body.emit('local.get', x).emit('v128.const', floats(Infinity)).emit('f32x4.lt').emit('v128.not').emit('v128.bitselect').emit('local.set', f);
  body.emit('v128.const', floats(NaN)).emit('local.get', f);
  body.emit('local.get', x).emit('v128.const', floats(0)).emit('f32x4.lt').emit('v128.bitselect').emit('local.set', f);
  body.emit('v128.const', floats(-Infinity)).emit('local.get', f);
  body.emit('local.get', x).emit('v128.const', floats(0)).emit('f32x4.eq').emit('v128.bitselect');
}
