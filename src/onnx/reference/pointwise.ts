// Operators of one operand, element by element.

import { formatShape } from '../../base/tensor.ts';
import { elementType, elementTypeName, elementTypeOf } from '../format/element-types.ts';
import type { ElementTypeName } from '../format/element-types.ts';
import { erf } from './erf.ts';
import type { Operands, Operator, Run } from './operator.ts';
import { broadcast } from './pick.ts';
import { booleans, fault, floats, integers } from './value.ts';
import type { FloatValue, Value } from './value.ts';

function mapFloats({ type, shape, data }: FloatValue, map: (x: number) => number): FloatValue {
  return floats(shape, data.map(map), type);
}

/** Of a single operand, whatever the signature calls it. */
const operand = (operands: Operands): Value => operands.all[0] ?? fault('has no operand');

function ofFloats(make: (operands: Operands) => (x: number) => number): Run {
  return (operands) => {
    const value = operand(operands);
    return value.kind === 'float' ? mapFloats(value, make(operands)) : fault(`has ${value.type} for its operand, expected floats`);
  };
}

function ofNumbers(map: (x: number) => number, exact: (x: bigint) => bigint): Run {
  return (operands) => {
    const value = operand(operands);
    return value.kind === 'float' ? mapFloats(value, map) : integers(value.type, value.shape, (i) => exact(value.data[i] as bigint));
  };
}

const plain = (map: (x: number) => number): Run => ofFloats(() => map);
/** With the attribute `alpha`. */
const withAlpha = (map: (x: number, alpha: number) => number): Run => ofFloats(({ attributes }) => {
  const alpha = attributes.float('alpha');
  return (x) => map(x, alpha);
});

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const clamp01 = (x: number): number => Math.min(1, Math.max(0, x));

/** Halves to the even neighbour. */
function roundHalfEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  return rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
}

function geluTanh(x: number): number {
  return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}

function castTo(value: Value, type: ElementTypeName): Value {
  const to = elementType(type);
  if (to.kind === 'bool') return booleans(value.shape, (i) => Number(value.data[i]) !== 0);
  if (to.kind === 'float') return floats(value.shape, Float64Array.from(value.data as Float64Array, Number), type);
  if (value.kind === 'integer') return integers(type, value.shape, value.data);
  return integers(type, value.shape, (i) => {
    const number = value.data[i] as number;
    return Number.isFinite(number) ? BigInt(Math.trunc(number)) : fault(`casts ${number} to ${type}`);
  });
}

const cast: Run = (operands) => {
  const to = operands.attributes.int('to');
  const type = elementTypeOf(to);
  return type ? castTo(operands.value('input'), type.name) : fault(`casts to ${elementTypeName(to)}, which is not supported`);
};

/** Between two single numbers; the upper one wins. */
function clip(operands: Operands): Value {
  const value = operands.value('input');
  const limit = (name: string): Value | undefined => {
    const found = operands.may(name);
    if (found && (found.data.length !== 1 || found.kind !== value.kind)) fault(`has \`${name}\` of ${found.type} and shape ${formatShape(found.shape)}, expected a single ${value.type}`);
    return found;
  };
  const [low, high] = [limit('min')?.data[0], limit('max')?.data[0]];
  if (value.kind === 'float') {
    const [least, most] = [Number(low ?? -Infinity), Number(high ?? Infinity)];
    return mapFloats(value, (x) => Math.min(most, Math.max(least, x)));
  }
  return integers(value.type, value.shape, (i) => {
    const x = value.data[i] as bigint;
    const raised = low !== undefined && x < low ? BigInt(low) : x;
    return high !== undefined && raised > high ? BigInt(high) : raised;
  });
}

/** A model that is used drops nothing out; one that trains does so at random, which no two programs do alike. */
function dropout(operands: Operands): readonly Value[] {
  const { attributes, call } = operands;
  const value = operands.value('data');
  const isTraining = call.version >= 12 && Number(operands.may('training_mode')?.data[0] ?? 0) !== 0;
  const ratio = attributes.knows('ratio') ? attributes.float('ratio') : Number(operands.may('ratio')?.data[0] ?? 0.5);
  if (isTraining && ratio !== 0) fault('drops elements out at random: the model was exported for training');
  return [value, booleans(value.shape, () => true)];
}

/** Before version 7 a slope of one dimension belonged to channels. */
function prelu(operands: Operands): Value {
  const [x, slope] = [operands.floats('X'), operands.floats('slope')];
  const { length } = slope.shape;
  const isOfChannels = operands.call.version < 7 && length === 1 && x.shape.length > 1 && slope.shape[0] !== 1;
  const placed = isOfChannels ? { ...slope, shape: [slope.shape[0] as number, ...x.shape.slice(2).map(() => 1)] } : slope;
  const slopes = broadcast(placed, x.shape).data;
  return floats(x.shape, x.data.map((value, i) => (value < 0 ? value * (slopes[i] as number) : value)), x.type);
}

export const pointwiseOperators: Readonly<Record<string, Operator>> = {
  Abs: { 1: ofNumbers(Math.abs, (x) => (x < 0n ? -x : x)) },
  Ceil: { 1: plain(Math.ceil) },
  Erf: { 9: plain(erf) },
  Exp: { 1: plain(Math.exp) },
  Floor: { 1: plain(Math.floor) },
  Identity: { 1: operand },
  Log: { 1: plain(Math.log) },
  Neg: { 1: ofNumbers((x) => -x, (x) => -x) },
  Not: { 1: (operands) => booleans(operand(operands).shape, (i) => Number(operand(operands).data[i]) === 0) },
  Reciprocal: { 1: plain((x) => 1 / x) },
  Round: { 11: plain(roundHalfEven) },
  Sign: { 9: ofNumbers(Math.sign, (x) => (x > 0n ? 1n : x < 0n ? -1n : 0n)) },
  Sqrt: { 1: plain(Math.sqrt) },

  Celu: { 12: withAlpha((x, alpha) => Math.max(0, x) + Math.min(0, alpha * Math.expm1(x / alpha))) },
  Elu: { 1: withAlpha((x, alpha) => (x < 0 ? alpha * Math.expm1(x) : x)) },
  Gelu: { 20: ofFloats(({ attributes }) => (attributes.string('approximate') === 'tanh' ? geluTanh : (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)))) },
  HardSigmoid: { 1: ofFloats(({ attributes }) => {
    const [alpha, beta] = [attributes.float('alpha'), attributes.float('beta')];
    return (x) => clamp01(alpha * x + beta);
  }) },
  HardSwish: { 14: plain((x) => x * clamp01(x / 6 + 0.5)) },
  LeakyRelu: { 1: withAlpha((x, alpha) => (x < 0 ? alpha * x : x)) },
  Mish: { 18: plain((x) => x * Math.tanh(softplus(x))) },
  Relu: { 1: ofNumbers((x) => Math.max(x, 0), (x) => (x < 0n ? 0n : x)) },
  Selu: { 1: ofFloats(({ attributes }) => {
    const [alpha, gamma] = [attributes.float('alpha'), attributes.float('gamma')];
    return (x) => gamma * (x > 0 ? x : alpha * Math.expm1(x));
  }) },
  Sigmoid: { 1: plain(sigmoid) },
  Softplus: { 1: plain(softplus) },
  Softsign: { 1: plain((x) => x / (1 + Math.abs(x))) },
  Swish: { 24: withAlpha((x, alpha) => x * sigmoid(alpha * x)) },
  Tanh: { 1: plain(Math.tanh) },
  ThresholdedRelu: { 10: withAlpha((x, alpha) => (x > alpha ? x : 0)) },

  Cast: { 6: cast },
  Clip: {
    6: ofFloats(({ attributes }) => {
      const [least, most] = [attributes.float('min'), attributes.float('max')];
      return (x) => Math.min(most, Math.max(least, x));
    }),
    11: clip,
  },
  Dropout: { 1: dropout },
  PRelu: { 1: prelu },
};
