// Operators without operands of numbers: constants, and what a shape alone tells.

import { formatShape, sizeOf } from '../../base/tensor.ts';
import type { Operands, Operator } from './operator.ts';
import { countOf, fault, floats, int64s, integers, valueOfTensor } from './value.ts';
import type { Value } from './value.ts';

function constant({ attributes }: Operands): Value {
  const given = ['value', 'value_float', 'value_floats', 'value_int', 'value_ints', 'value_string', 'value_strings'].filter((name) => attributes.gives(name));
  const [name] = given;
  if (name === undefined || given.length > 1) return fault(`has ${given.length} values, expected one`);
  const tensor = name === 'value' ? attributes.mayTensor(name) : undefined;
  if (tensor) return valueOfTensor(tensor);
  switch (name) {
    case 'value_float':
      return floats([], Float64Array.of(attributes.float(name)));
    case 'value_floats': {
      const numbers = attributes.mayFloats(name) ?? [];
      return floats([numbers.length], Float64Array.from(numbers));
    }
    case 'value_int':
      return integers('int64', [], () => BigInt(attributes.int(name)));
    case 'value_ints':
      return int64s(attributes.mayBigInts(name) ?? []);
    default:
      return fault('is a string, which is not supported');
  }
}

function constantOfShape(operands: Operands): Value {
  const shape = operands.numbers('input');
  if (shape.some((extent) => extent < 0)) fault(`has the shape ${formatShape(shape)}`);
  const tensor = operands.attributes.mayTensor('value');
  const value = tensor ? valueOfTensor(tensor) : floats([1]);
  if (value.data.length !== 1) fault(`repeats a value of shape ${formatShape(value.shape)}, expected one element`);
  const count = countOf(shape);
  if (value.kind === 'float') return floats(shape, new Float64Array(count).fill(value.data[0] as number), value.type);
  return integers(value.type, shape, () => value.data[0] as bigint);
}

function shapeOf(operands: Operands): Value {
  const { attributes } = operands;
  const { shape } = operands.value('data');
  if (!attributes.knows('start')) return int64s(shape);
  const clamp = (at: number): number => Math.max(0, Math.min(shape.length, at < 0 ? at + shape.length : at));
  return int64s(shape.slice(clamp(attributes.int('start')), clamp(attributes.mayInt('end') ?? shape.length)));
}

function range(operands: Operands): Value {
  const [start, limit, delta] = [operands.value('start'), operands.value('limit'), operands.value('delta')];
  if (start.kind !== limit.kind || start.kind !== delta.kind) fault(`counts from ${start.type} to ${limit.type} by ${delta.type}`);
  const [first, end, step] = [start, limit, delta].map(({ data }) => Number(data[0]));
  if (step === 0) fault('counts by steps of 0');
  const count = Math.max(0, Math.ceil(((end as number) - (first as number)) / (step as number)));
  countOf([count]);
  if (start.kind === 'float') return floats([count], Float64Array.from({ length: count }, (_, i) => (first as number) + i * (step as number)), start.type);
  return integers(start.type, [count], (i) => (start.data[0] as bigint) + BigInt(i) * (delta.data[0] as bigint));
}

export const constantOperators: Readonly<Record<string, Operator>> = {
  Constant: { 1: constant },
  ConstantOfShape: { 9: constantOfShape },
  Range: { 11: range },
  Shape: { 1: shapeOf },
  Size: { 1: (operands) => integers('int64', [], () => BigInt(sizeOf(operands.value('data').shape))) },
};
