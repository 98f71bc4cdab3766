// What treats channels, or puts them together: norms, concatenation, sizes of images.

import { formatShape } from '../../../base/tensor.ts';
import { axisOf } from '../arrangement.ts';
import { floatsOf } from '../constant.ts';
import type { NodeReader } from '../node-reader.ts';
import { refuse } from '../refusal.ts';
import type { ImportedValue } from '../wire.ts';
import { short } from './activations.ts';
import type { Rules } from './rule.ts';

function batchNorm(node: NodeReader): ImportedValue {
  const { attributes, call } = node;
  if (attributes.knows('training_mode') && attributes.int('training_mode') === 1) refuse('operand', 'normalizes by the batch, as in training', 'export the model for inference: `model.eval()`');
  if (attributes.knows('is_test') && attributes.int('is_test') === 0) refuse('operand', 'normalizes by the batch, as in training', 'export the model for inference');
  if (attributes.knows('spatial') && attributes.int('spatial') === 0) refuse('operand', 'has statistics of single places');
  if (call.node.outputs.slice(1).some((output) => output !== '')) refuse('operand', 'gives statistics, as in training', 'export the model for inference: `model.eval()`');
  const x = node.channels('X');
  const channels = x.shape[1] ?? 1;
  const isLate = call.version >= 14;
  const names = { gamma: 'scale', beta: 'B', mean: isLate ? 'input_mean' : 'mean', variance: isLate ? 'input_var' : 'var' };
  const weights = Object.fromEntries(Object.entries(names).map(([suffix, name]) => {
    const constant = node.floats(name);
    return [suffix, constant.data.length === channels ? { shape: [channels], data: constant.data } : refuse('shape', `has ${formatShape(constant.shape)} for \`${name}\` of ${channels} channels`)];
  }));
  const momentum = 1 - short(attributes.float('momentum'));
  const args = { epsilon: attributes.float('epsilon'), momentum: momentum > 0 && momentum < 1 ? Number(momentum.toPrecision(6)) : undefined };
  return { ...node.layer('batch_norm', [x], x.source.sample, args, weights, [node.floats('scale')]), shape: x.shape };
}

function concat(node: NodeReader): ImportedValue {
  const wires = node.all.map((value) => (value?.kind === 'wire' ? value : refuse('operand', 'joins a constant to values of the network')));
  const [first = refuse('operand', 'has no operand')] = wires;
  const axis = axisOf(node.attributes.int('axis'), first.shape.length);
  if (wires.length === 1) return first;
  if (axis !== 1 || first.shape[0] !== 1) return refuse('shape', `joins along axis ${axis} of ${formatShape(first.shape)}`, 'channels are joined: axis 1');
  const parts = wires.map((wire) => node.inOrder(wire, wire.shape.slice(1)));
  for (const { shape } of parts) if (shape.length !== first.shape.length || shape.some((extent, d) => d !== 1 && extent !== first.shape[d])) refuse('shape', `joins ${formatShape(first.shape)} and ${formatShape(shape)}`);
  const channels = parts.reduce((sum, { shape }) => sum + (shape[1] ?? 0), 0);
  return node.layer('concat', parts, [channels, ...first.shape.slice(2)]);
}

function upsample(node: NodeReader): ImportedValue {
  const image = node.image('X');
  const [, channels = 0, rows = 0, columns = 0] = image.shape;
  const { attributes } = node;
  const mode = attributes.string('mode');
  const scales = attributes.knows('scales') ? (attributes.mayFloats('scales') ?? []) : scalesOf(node, [1, channels, rows, columns]);
  const [n = 1, c = 1, down = 1, across = 1] = scales;
  const of = (name: string, usual: string): string => (attributes.knows(name) ? attributes.string(name) : usual);
  const [place, nearest] = [of('coordinate_transformation_mode', 'asymmetric'), of('nearest_mode', 'floor')];
  const repeats = (place === 'asymmetric' && nearest === 'floor') || (['half_pixel', 'pytorch_half_pixel'].includes(place) && nearest === 'round_prefer_floor');
  if (n !== 1 || c !== 1 || ![down, across].every((factor) => Number.isInteger(factor) && factor >= 1)) refuse('shape', `resizes ${formatShape(image.shape)} by ${scales.join(', ')}`, 'rows and columns are repeated a whole number of times');
  if (mode !== 'nearest' || !repeats) refuse('operand', `resizes by \`${mode}\`, \`${place}\` and \`${nearest}\``, 'elements are repeated: `nearest`, `asymmetric` and `floor`');
  if (down === 1 && across === 1) return image;
  return node.layer('upsample', [image], [channels, rows * down, columns * across], { factor: down === across ? down : [down, across] });
}

function scalesOf(node: NodeReader, shape: readonly number[]): readonly number[] {
  const scales = node.mayConstant('scales');
  if (scales && scales.data.length > 0) return [...floatsOf(scales, '`scales`')];
  const sizes = node.mayNumbers('sizes') ?? refuse('operand', 'has neither scales nor sizes');
  return sizes.map((size, axis) => size / (shape[axis] ?? 1));
}

export const channelRules: Rules = {
  BatchNormalization: batchNorm,
  Concat: concat,
  LRN: (node) => {
    const { attributes } = node;
    const image = node.image('X');
    const args = { size: attributes.int('size'), alpha: attributes.float('alpha'), beta: attributes.float('beta'), k: attributes.float('bias') };
    return node.layer('lrn', [image], image.shape.slice(1), args);
  },
  Upsample: upsample,
  Resize: upsample,
};
