// Numbers that are known before the network runs: weights, and what shapes and constants alone decide. Floats are float64, integers
// and truth values bigints, so that 64-bit integers stay exact.

import { sizeOf } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import type { ElementTypeName } from '../format/element-types.ts';
import type { OnnxTensor } from '../format/tensor.ts';
import { refuse } from './refusal.ts';

export interface Constant {
  readonly kind: 'constant';
  readonly type: ElementTypeName;
  readonly shape: Shape;
  /** Bigints of integers and of truth values, which are 0 and 1. */
  readonly data: Float64Array | BigInt64Array;
  /** Of the initializer that it is. */
  readonly name?: string;
}

const floats: ReadonlySet<ElementTypeName> = new Set(['float', 'double', 'float16', 'bfloat16']);

export function isFloatType(type: ElementTypeName): boolean {
  return floats.has(type);
}

export function constantOf({ type, shape, elements }: OnnxTensor, name?: string): Constant {
  const values = elements();
  const data = isFloatType(type.name) ? Float64Array.from(values as Float64Array) : BigInt64Array.from(values as ArrayLike<number | bigint>, (value) => BigInt.asIntN(64, BigInt(value)));
  return { kind: 'constant', type: type.name, shape, data, ...(name !== undefined && { name }) };
}

export function ofFloats(shape: Shape, data: Float64Array, type: ElementTypeName = 'float'): Constant {
  return { kind: 'constant', type, shape, data };
}

export function ofInts(shape: Shape, values: readonly (number | bigint)[], type: ElementTypeName = 'int64'): Constant {
  return { kind: 'constant', type, shape, data: BigInt64Array.from(values, BigInt) };
}

/** Whole numbers, for axes and sizes; those beyond 2^53 are ends of slices, which stop earlier anyway. */
export function numbersOf({ data }: Constant): readonly number[] {
  return Array.from(data as ArrayLike<number | bigint>, Number);
}

export function floatsOf(constant: Constant, what: string): Float64Array {
  return constant.data instanceof Float64Array ? constant.data : refuse('operand', `has ${constant.type} for ${what}, expected floats`);
}

/** The one number that all elements are; undefined where they differ. */
export function onlyNumber({ data }: Constant): number | undefined {
  const first = data[0];
  return first !== undefined && (data as ArrayLike<number | bigint> & { every: (test: (value: unknown) => boolean) => boolean }).every((value) => value === first) ? Number(first) : undefined;
}

/** The elements at these places, in this shape. */
export function picked(constant: Constant, shape: Shape, places: ArrayLike<number>): Constant {
  const { data, type } = constant;
  const count = sizeOf(shape);
  if (data instanceof Float64Array) return ofFloats(shape, Float64Array.from({ length: count }, (_, i) => data[places[i] as number] as number), type);
  return { kind: 'constant', type, shape, data: BigInt64Array.from({ length: count }, (_, i) => data[places[i] as number] as bigint) };
}
