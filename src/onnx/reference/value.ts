// Values of the reference. Floats of every width are real numbers, as near as float64 comes: nothing is rounded to the
// width of its type, so what differs from a runtime is the runtime's rounding. Integers are exact and 64 bits wide, in
// BigInt arrays and not in doubles: slices end at 2^63 - 1, which no double holds. They wrap to the width of their type.

import { formatShape, sizeOf } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import { caps } from '../format/caps.ts';
import { elementType } from '../format/element-types.ts';
import type { Elements, ElementTypeName } from '../format/element-types.ts';
import type { OnnxTensor } from '../format/tensor.ts';

export interface FloatValue {
  readonly kind: 'float';
  readonly type: ElementTypeName;
  readonly shape: Shape;
  readonly data: Float64Array;
}

export interface IntegerValue {
  /** Booleans are 0 and 1. */
  readonly kind: 'integer';
  readonly type: ElementTypeName;
  readonly shape: Shape;
  /** Unsigned for `uint64`. */
  readonly data: BigInt64Array | BigUint64Array;
}

export type Value = FloatValue | IntegerValue;

/** What is wrong with the operands of a node; the evaluation says of which. */
export class OperandFault extends Error {
  override name = 'OperandFault';
}

export function fault(why: string): never {
  throw new OperandFault(why);
}

/** Elements of a shape that an operator makes. Fails before anything of an absurd size is allocated. */
export function countOf(shape: Shape): number {
  const size = sizeOf(shape);
  if (shape.length > caps.rank) fault(`has a result of ${shape.length} dimensions, at most ${caps.rank} are supported`);
  if (!(size <= caps.elements) || shape.some((extent) => extent > caps.elements)) fault(`has a result of shape ${formatShape(shape)}, at most ${caps.elements} elements are computed`);
  return size;
}

export function floats(shape: Shape, data: Float64Array = new Float64Array(countOf(shape)), type: ElementTypeName = 'float'): FloatValue {
  return { kind: 'float', type, shape, data };
}

/** @param numbers Any integers: they wrap to the width of the type. */
export function integers(type: ElementTypeName, shape: Shape, numbers: ArrayLike<bigint> | ((i: number) => bigint)): IntegerValue {
  const count = countOf(shape);
  const data = type === 'uint64' ? new BigUint64Array(count) : new BigInt64Array(count);
  const wrap = wrapOf(type);
  for (let i = 0; i < count; i++) data[i] = wrap(typeof numbers === 'function' ? numbers(i) : (numbers[i] as bigint));
  return { kind: 'integer', type, shape, data };
}

export const int64s = (numbers: readonly (number | bigint)[]): IntegerValue => integers('int64', [numbers.length], numbers.map(BigInt));

export function booleans(shape: Shape, isTrue: (i: number) => boolean): IntegerValue {
  return integers('bool', shape, (i) => (isTrue(i) ? 1n : 0n));
}

function wrapOf(type: ElementTypeName): (value: bigint) => bigint {
  const bits = 8 * elementType(type).bytes;
  if (bits === 64 || type === 'bool') return (value) => value;
  return type.startsWith('u') ? (value) => BigInt.asUintN(bits, value) : (value) => BigInt.asIntN(bits, value);
}

export function valueOfTensor({ type, shape, elements }: OnnxTensor): Value {
  return valueOf(type.name, shape, elements());
}

export function valueOf(type: ElementTypeName, shape: Shape, elements: Elements): Value {
  if (elementType(type).kind === 'float') return { kind: 'float', type, shape, data: elements instanceof Float64Array ? elements : Float64Array.from(elements as Float32Array) };
  return integers(type, shape, elements instanceof BigInt64Array || elements instanceof BigUint64Array ? elements : (i) => BigInt(elements[i] as number));
}

/** The same elements in another shape of as many. */
export function reshaped<V extends Value>(value: V, shape: Shape): V {
  return { ...value, shape };
}

/** Room for elements of the type of a value. */
export function emptyLike<V extends Value>(value: V, shape: Shape): V {
  const count = countOf(shape);
  const data = value.kind === 'float' ? new Float64Array(count) : value.data instanceof BigUint64Array ? new BigUint64Array(count) : new BigInt64Array(count);
  return { ...value, shape, data };
}

/** A whole number that a double holds. */
export function toNumber(value: bigint): number {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : fault(`has the number ${value} where one up to 2^53 is wanted`);
}

/** -1 is the last axis. */
export function axisOf(axis: number, rank: number): number {
  const found = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(found) || found < 0 || found >= rank) fault(`has the axis ${axis}, of ${rank} dimensions`);
  return found;
}

export function axesOf(axes: readonly number[], rank: number): readonly number[] {
  const found = axes.map((axis) => axisOf(axis, rank));
  if (new Set(found).size < found.length) fault(`has an axis twice: ${axes.join(', ')}`);
  return found;
}
