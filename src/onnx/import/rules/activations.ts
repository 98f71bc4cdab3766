// Functions of single elements, and softmax.

import { largestF32 } from '../../../base/number-text.ts';
import { formatShape, sizeOf } from '../../../base/tensor.ts';
import type { Argument } from '../draft.ts';
import { ofFloats, onlyNumber } from '../constant.ts';
import type { Constant } from '../constant.ts';
import { perChannel } from '../node-reader.ts';
import type { NodeReader } from '../node-reader.ts';
import { refuse } from '../refusal.ts';
import type { ImportedValue, Wire } from '../wire.ts';
import { besideConstant, broadcast } from './affine.ts';
import type { Rule, Rules } from './rule.ts';

type Arguments = Readonly<Record<string, Argument | undefined>>;

/** @param args From the node's attributes. */
function activation(callee: string, args: (node: NodeReader) => Arguments = () => ({}), operand = 'X'): Rule {
  return (node) => node.pointwise(node.wire(operand), callee, args(node));
}

const number = (value: number): Constant => ofFloats([], Float64Array.of(value));

function clip(node: NodeReader): ImportedValue {
  const of = (name: 'min' | 'max'): number | undefined => {
    if (node.attributes.knows(name)) return node.attributes.mayFloat(name);
    const constant = node.mayConstant(name);
    return constant && (onlyNumber(constant) ?? refuse('operand', `has several numbers for \`${name}\``));
  };
  const [low = -Infinity, high = Infinity] = [of('min'), of('max')];
  const wire = node.wire('input');
  const [isLow, isHigh] = [low > -largestF32, high < largestF32];
  if (!isLow && !isHigh) return wire;
  if (low === 0 && !isHigh) return node.pointwise(wire, 'relu');
  if (!(low < high)) return besideConstant(node, besideConstant(node, wire, number(low), 'right', 'maximum'), number(high), 'right', 'minimum');
  return node.pointwise(wire, 'clip', { low: isLow ? low : -largestF32, high: isHigh ? high : largestF32 });
}

function prelu(node: NodeReader): ImportedValue {
  const x = node.channels('X');
  const slope = node.floats('slope');
  // Of one dimension it is a number a channel in what some write, whatever the standard says of broadcasting.
  const numbers = perChannel(slope, x.shape, 1) ?? (node.call.version < 7 && slope.shape.length === 1 && slope.shape[0] === x.shape[1] ? slope.data : undefined);
  if (!numbers) {
    // max(x, 0) + slope * min(x, 0)
    const below = besideConstant(node, besideConstant(node, x, number(0), 'right', 'minimum'), slope, 'right', 'multiply');
    return broadcast(node, node.pointwise(x, 'relu'), below, 'add');
  }
  return { ...node.layer('prelu', [x], x.source.sample, {}, { slope: { shape: [numbers.length], data: numbers } }, [slope]), shape: x.shape };
}

/** Over all elements of a sample: until version 13 all axes from the given one on are one, later the given axis alone. */
function softmax(callee: string): Rule {
  return (node): ImportedValue => {
    const wire = node.wire('input');
    const given = node.attributes.int('axis');
    const rank = wire.shape.length;
    const axis = given < 0 ? given + rank : given;
    const others = wire.shape.filter((_, d) => (node.call.version < 13 ? d < axis : d !== axis));
    if (sizeOf(others) !== 1) refuse('shape', `takes the softmax of ${formatShape(wire.shape)} along axis ${given}`, 'it is computed over all elements of a sample');
    const size = sizeOf(wire.shape);
    const layer = node.layer(callee, [wire], [size]);
    return { ...layer, shape: wire.shape, ...(wire.places && { places: wire.places }) };
  };
}

function power(node: NodeReader): ImportedValue {
  const exponent = onlyNumber(node.constant('Y')) ?? refuse('operand', 'has several exponents');
  const x = node.wire('X');
  return exponent === 1 ? x : node.pointwise(x, 'pow', { exponent });
}

function hardSigmoid(node: NodeReader): Wire {
  const [alpha, beta] = [node.attributes.float('alpha'), node.attributes.float('beta')];
  const x = node.wire('X');
  if (Math.fround(1 / 6) === Math.fround(alpha) && beta === 0.5) return node.pointwise(x, 'hard_sigmoid', {}, 'rounded');
  const sum = besideConstant(node, besideConstant(node, x, number(alpha), 'right', 'multiply'), number(beta), 'right', 'add');
  return node.pointwise(sum, 'clip', { low: 0, high: 1 });
}

export const activationRules: Rules = {
  Relu: activation('relu'),
  LeakyRelu: activation('leaky_relu', ({ attributes }) => ({ slope: attributes.float('alpha') })),
  PRelu: prelu,
  Elu: activation('elu', ({ attributes }) => ({ alpha: attributes.float('alpha') })),
  Selu: activation('selu', ({ attributes }) => ({ alpha: attributes.float('alpha'), gamma: attributes.float('gamma') })),
  Gelu: activation('gelu', ({ attributes }) => ({ approximate: attributes.string('approximate') === 'tanh' ? true : undefined })),
  Swish: activation('swish', ({ attributes }) => ({ beta: attributes.float('alpha') })),
  Sigmoid: activation('sigmoid'),
  HardSigmoid: hardSigmoid,
  HardSwish: activation('hard_swish'),
  Tanh: activation('tanh'),
  Softplus: activation('softplus'),
  Softsign: activation('softsign'),
  Mish: activation('mish'),
  Exp: activation('exp'),
  Log: activation('log'),
  Sqrt: activation('sqrt'),
  Abs: activation('abs'),
  Reciprocal: activation('pow', () => ({ exponent: -1 })),
  Pow: power,
  Clip: clip,
  Softmax: softmax('softmax'),
  LogSoftmax: softmax('log_softmax'),
};
