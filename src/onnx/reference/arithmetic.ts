// Operators of two operands or more, element by element, which are stretched to a common shape.

import { formatShape } from '../../base/tensor.ts';
import type { ElementTypeName } from '../format/element-types.ts';
import type { Operands, Operator, Run } from './operator.ts';
import { broadcast, broadcastShape } from './pick.ts';
import { axisOf, booleans, fault, floats, integers } from './value.ts';
import type { Value } from './value.ts';

interface Arithmetic {
  readonly floats: (a: number, b: number) => number;
  readonly integers: (a: bigint, b: bigint) => bigint;
}

function typeOfBoth(a: Value, b: Value): ElementTypeName {
  return a.kind === b.kind && a.type === b.type ? a.type : fault(`has operands of ${a.type} and ${b.type}, expected the same`);
}

function combine(a: Value, b: Value, { floats: ofFloats, integers: ofIntegers }: Arithmetic): Value {
  const type = typeOfBoth(a, b);
  const shape = broadcastShape([a.shape, b.shape]);
  const [left, right] = [broadcast(a, shape), broadcast(b, shape)];
  if (left.kind === 'float' && right.kind === 'float') return floats(shape, left.data.map((x, i) => ofFloats(x, right.data[i] as number)), type);
  return integers(type, shape, (i) => ofIntegers(left.data[i] as bigint, right.data[i] as bigint));
}

/** Before version 7 the axes of the second operand began at `axis` of the first, or ended with it. */
function placed(operands: Operands): readonly [Value, Value] {
  const [a = fault('has no operand'), b = fault('has no second operand')] = operands.all;
  const { attributes, call } = operands;
  const axis = call.version < 7 ? attributes.mayInt('axis') : undefined;
  if (axis === undefined || b.shape.length === 0) return [a, b];
  const behind = a.shape.length - axisOf(axis, a.shape.length) - b.shape.length;
  if (behind < 0) fault(`has a second operand of shape ${formatShape(b.shape)} at axis ${axis} of ${formatShape(a.shape)}`);
  return [a, { ...b, shape: [...b.shape, ...Array.from({ length: behind }, () => 1)] }];
}

const binary = (arithmetic: Arithmetic): Run => (operands) => combine(...placed(operands), arithmetic);

function variadic(arithmetic: Arithmetic, end: (total: Value, count: number) => Value = (total) => total): Run {
  return ({ all }) => {
    const [first = fault('has no operand'), ...rest] = all as readonly Value[];
    return end(rest.reduce((total, each) => combine(total, each, arithmetic), first), all.length);
  };
}

const add: Arithmetic = { floats: (a, b) => a + b, integers: (a, b) => a + b };

function mean(total: Value, count: number): Value {
  return total.kind === 'float' ? floats(total.shape, total.data.map((x) => x / count), total.type) : fault(`has operands of ${total.type}, expected floats`);
}

const notZero = (b: bigint): bigint => (b === 0n ? fault('divides an integer by zero') : b);
/** With the sign of the divisor. */
const modulo = (a: bigint, b: bigint): bigint => ((a % notZero(b)) + b) % b;

const mod: Run = (operands) => {
  const isC = operands.attributes.int('fmod') !== 0;
  return combine(...placed(operands), {
    floats: (a, b) => (isC ? a % b : fault('has floats, for which `fmod` has to be 1')),
    integers: (a, b) => (isC ? a % notZero(b) : modulo(a, b)),
  });
};

/** The exponent may be of another type than the base, whose type the result has. */
function power(operands: Operands): Value {
  const [base, exponent] = placed(operands);
  const shape = broadcastShape([base.shape, exponent.shape]);
  const [x, y] = [broadcast(base, shape), broadcast(exponent, shape)];
  if (x.kind === 'float') return floats(shape, x.data.map((each, i) => each ** Number(y.data[i])), x.type);
  return integers(x.type, shape, (i) => integerPower(x.data[i] as bigint, y.data[i] as number | bigint));
}

function integerPower(base: bigint, exponent: number | bigint): bigint {
  if (Number.isInteger(Number(exponent)) && exponent >= 0 && exponent < 64) return base ** BigInt(exponent);
  const power = Number(base) ** Number(exponent);
  return Number.isFinite(power) ? BigInt(Math.trunc(power)) : fault(`raises ${base} to ${exponent}`);
}

function compare(ofNumbers: (a: number | bigint, b: number | bigint) => boolean): Run {
  return (operands) => {
    const [a, b] = placed(operands);
    typeOfBoth(a, b);
    const shape = broadcastShape([a.shape, b.shape]);
    const [left, right] = [broadcast(a, shape).data, broadcast(b, shape).data];
    return booleans(shape, (i) => ofNumbers(left[i] as number | bigint, right[i] as number | bigint));
  };
}

const truth = (x: number | bigint): boolean => Number(x) !== 0;

function where(operands: Operands): Value {
  const [condition, x, y] = [operands.value('condition'), operands.value('X'), operands.value('Y')];
  const type = typeOfBoth(x, y);
  const shape = broadcastShape([condition.shape, x.shape, y.shape]);
  const [chosen, yes, no] = [broadcast(condition, shape), broadcast(x, shape), broadcast(y, shape)];
  const element = (i: number): number | bigint => (truth(chosen.data[i] as bigint) ? yes : no).data[i] as number | bigint;
  return yes.kind === 'float' ? floats(shape, yes.data.map((_, i) => Number(element(i))), type) : integers(type, shape, (i) => BigInt(element(i)));
}

export const arithmeticOperators: Readonly<Record<string, Operator>> = {
  Add: { 1: binary(add) },
  Sub: { 1: binary({ floats: (a, b) => a - b, integers: (a, b) => a - b }) },
  Mul: { 1: binary({ floats: (a, b) => a * b, integers: (a, b) => a * b }) },
  // Of integers towards zero.
  Div: { 1: binary({ floats: (a, b) => a / b, integers: (a, b) => a / notZero(b) }) },
  Pow: { 1: power },
  Mod: { 10: mod },

  Max: { 1: variadic({ floats: Math.max, integers: (a, b) => (a > b ? a : b) }) },
  Min: { 1: variadic({ floats: Math.min, integers: (a, b) => (a < b ? a : b) }) },
  Mean: { 1: variadic(add, mean) },
  Sum: { 1: variadic(add) },

  Equal: { 1: compare((a, b) => a === b) },
  Greater: { 1: compare((a, b) => a > b) },
  GreaterOrEqual: { 12: compare((a, b) => a >= b) },
  Less: { 1: compare((a, b) => a < b) },
  LessOrEqual: { 12: compare((a, b) => a <= b) },
  And: { 1: compare((a, b) => truth(a) && truth(b)) },
  Or: { 1: compare((a, b) => truth(a) || truth(b)) },
  Where: { 9: where },
};
