// Arithmetic on known numbers, element by element. Integers stay exact and wrap to the width of their type.

import { sizeOf } from '../../../base/tensor.ts';
import type { ElementTypeName } from '../../format/element-types.ts';
import { elementType } from '../../format/element-types.ts';
import { broadcastShape, expanded } from '../arrangement.ts';
import { isFloatType, ofFloats, picked } from '../constant.ts';
import type { Constant } from '../constant.ts';
import { refuse } from '../refusal.ts';

interface Binary {
  readonly floats?: (a: number, b: number) => number;
  readonly ints?: (a: bigint, b: bigint) => bigint;
  /** The answer is a truth value. */
  readonly truth?: true;
}

const truth = (value: boolean): number => Number(value);
const compare = (holds: <T extends number | bigint>(a: T, b: T) => boolean): Binary => ({ floats: (a, b) => truth(holds(a, b)), ints: (a, b) => BigInt(holds(a, b)), truth: true });
const logic = (holds: (a: boolean, b: boolean) => boolean): Binary => ({ ints: (a, b) => BigInt(holds(a !== 0n, b !== 0n)), truth: true });

const binaries: Readonly<Record<string, Binary>> = {
  Add: { floats: (a, b) => a + b, ints: (a, b) => a + b },
  Sub: { floats: (a, b) => a - b, ints: (a, b) => a - b },
  Mul: { floats: (a, b) => a * b, ints: (a, b) => a * b },
  Div: { floats: (a, b) => a / b, ints: (a, b) => (b === 0n ? refuse('operand', 'divides by 0') : a / b) },
  Pow: { floats: (a, b) => a ** b, ints: (a, b) => (b < 0n ? refuse('operand', `has the exponent ${b} of an integer`) : a ** b) },
  Max: { floats: Math.max, ints: (a, b) => (a > b ? a : b) },
  Min: { floats: Math.min, ints: (a, b) => (a < b ? a : b) },
  Equal: compare((a, b) => a === b),
  Greater: compare((a, b) => a > b),
  GreaterOrEqual: compare((a, b) => a >= b),
  Less: compare((a, b) => a < b),
  LessOrEqual: compare((a, b) => a <= b),
  And: logic((a, b) => a && b),
  Or: logic((a, b) => a || b),
};

interface Unary {
  readonly floats?: (a: number) => number;
  readonly ints?: (a: bigint) => bigint;
}

/** Ties go to the even number. */
function roundEven(x: number): number {
  const down = Math.floor(x);
  if (x - down !== 0.5) return Math.round(x);
  return down % 2 === 0 ? down : down + 1;
}

const unaries: Readonly<Record<string, Unary>> = {
  Abs: { floats: Math.abs, ints: (a) => (a < 0n ? -a : a) },
  Neg: { floats: (a) => -a, ints: (a) => -a },
  Ceil: { floats: Math.ceil },
  Floor: { floats: Math.floor },
  Round: { floats: roundEven },
  Sqrt: { floats: Math.sqrt },
  Exp: { floats: Math.exp },
  Log: { floats: Math.log },
  Reciprocal: { floats: (a) => 1 / a },
  Sign: { floats: Math.sign, ints: (a) => (a > 0n ? 1n : a < 0n ? -1n : 0n) },
  Not: { ints: (a) => BigInt(a === 0n) },
};

/** To the width of an integer type. */
function wrapped(type: ElementTypeName): (value: bigint) => bigint {
  if (type === 'bool') return (value) => BigInt(value !== 0n);
  const { bytes } = elementType(type);
  return (value) => (type.startsWith('uint') ? BigInt.asUintN(8 * bytes, value) : BigInt.asIntN(8 * bytes, value));
}

export function isElementwise(op: string): boolean {
  return op in binaries || op in unaries;
}

/** @param operands One or two; of `Max` and `Min` any number. */
export function foldElementwise(op: string, operands: readonly Constant[]): Constant {
  const [first = refuse('operand', 'has no operand'), ...others] = operands;
  const unary = unaries[op];
  if (unary) return applyUnary(op, unary, first);
  return others.reduce((a, b) => applyBinary(op, binaries[op] as Binary, a, b), first);
}

function applyUnary(op: string, { floats, ints }: Unary, { type, shape, data }: Constant): Constant {
  if (data instanceof Float64Array) return floats ? ofFloats(shape, data.map(floats), type) : refuse('operand', `has ${type}, of which there is no ${op}`);
  if (!ints) return refuse('operand', `has ${type}, of which there is no ${op}`);
  const wrap = wrapped(type);
  return { kind: 'constant', type, shape, data: data.map((value) => wrap(ints(value))) };
}

function applyBinary(op: string, { floats, ints, truth: isTruth }: Binary, a: Constant, b: Constant): Constant {
  const shape = broadcastShape(a.shape, b.shape);
  const [x, y] = [spread(a, shape), spread(b, shape)];
  const count = sizeOf(shape);
  if (x instanceof Float64Array || y instanceof Float64Array) {
    if (!floats) return refuse('operand', `has ${a.type}, of which there is no ${op}`);
    // The exponent of a power may be of another type.
    const at = (values: Float64Array | BigInt64Array, i: number): number => Number(values[i]);
    const found = Float64Array.from({ length: count }, (_, i) => floats(at(x, i), at(y, i)));
    if (isTruth) return { kind: 'constant', type: 'bool', shape, data: BigInt64Array.from(found, (value) => BigInt(value)) };
    return isFloatType(a.type) ? ofFloats(shape, found, a.type) : { kind: 'constant', type: a.type, shape, data: BigInt64Array.from(found, (value) => wrapped(a.type)(BigInt(Math.trunc(value)))) };
  }
  if (!ints) return refuse('operand', `has ${a.type}, of which there is no ${op}`);
  const type = isTruth ? 'bool' : a.type;
  const wrap = wrapped(type);
  return { kind: 'constant', type, shape, data: BigInt64Array.from({ length: count }, (_, i) => wrap(ints(x[i] as bigint, y[i] as bigint))) };
}

function spread(constant: Constant, shape: readonly number[]): Constant['data'] {
  const { shape: result, from } = expanded(constant.shape, shape);
  return from ? picked(constant, result, from).data : constant.data;
}

export function foldWhere(condition: Constant, a: Constant, b: Constant): Constant {
  const shape = broadcastShape(broadcastShape(condition.shape, a.shape), b.shape);
  const [flags, x, y] = [spread(condition, shape), spread(a, shape), spread(b, shape)];
  const at = (i: number): number | bigint => ((flags[i] as number | bigint) ? x[i] : y[i]) as number | bigint;
  const data = x instanceof Float64Array ? Float64Array.from({ length: sizeOf(shape) }, (_, i) => at(i) as number) : BigInt64Array.from({ length: sizeOf(shape) }, (_, i) => at(i) as bigint);
  return { kind: 'constant', type: a.type, shape, data };
}

export function cast(constant: Constant, type: ElementTypeName): Constant {
  const { shape, data } = constant;
  if (isFloatType(type)) return ofFloats(shape, data instanceof Float64Array ? data : Float64Array.from(data, Number), type);
  const wrap = wrapped(type);
  const whole = (value: number): bigint => (type === 'bool' ? BigInt(value !== 0) : Number.isFinite(value) ? BigInt(Math.trunc(value)) : refuse('operand', `makes ${type} of ${value}`));
  return { kind: 'constant', type, shape, data: data instanceof Float64Array ? BigInt64Array.from(data, (value) => wrap(whole(value))) : data.map(wrap) };
}
