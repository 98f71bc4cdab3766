// What treats channels, or puts them together: norms, concatenation, sizes of images.

import { formatShape, sizeOf } from '../../../base/tensor.ts';
import type { Shape } from '../../../base/tensor.ts';
import { axisOf } from '../arrangement.ts';
import { floatsOf, onlyNumber } from '../constant.ts';
import type { Constant } from '../constant.ts';
import type { Weight } from '../draft.ts';
import type { NodeReader } from '../node-reader.ts';
import { refuse } from '../refusal.ts';
import { wireOf } from '../wire.ts';
import type { ImportedValue, Wire } from '../wire.ts';
import { shortestF32 } from '../../../base/number-text.ts';
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
  const momentum = 1 - shortestF32(attributes.float('momentum'));
  const args = { epsilon: attributes.float('epsilon'), momentum: momentum > 0 && momentum < 1 ? Number(momentum.toPrecision(6)) : undefined };
  return { ...node.layer('batch_norm', [x], x.source.sample, args, weights, [node.floats('scale')]), shape: x.shape };
}

/** Of each sample: of a channel on its own, or of groups of channels. */
function sampleNorm(node: NodeReader, callee: string, names: { readonly x: string; readonly beta: string }, groups?: number): ImportedValue {
  const x = node.channels(names.x);
  const channels = x.shape[1] ?? 1;
  const vector = (name: string): Weight => {
    const { shape, data } = node.floats(name);
    return data.length === channels ? { shape: [channels], data } : refuse('shape', `has ${formatShape(shape)} for \`${name}\` of ${channels} channels`);
  };
  const weights = { gamma: vector('scale'), beta: vector(names.beta) };
  return { ...node.layer(callee, [x], x.source.sample, { groups, epsilon: node.attributes.float('epsilon') }, weights, [node.floats('scale')]), shape: x.shape };
}

function concat(node: NodeReader): ImportedValue {
  const wires = node.all.map((value) => (value?.kind === 'constant' ? constantWire(node, value) : value?.kind === 'wire' ? value : refuse('operand', 'has no operand')));
  const [first = refuse('operand', 'has no operand')] = wires;
  const axis = axisOf(node.attributes.int('axis'), first.shape.length);
  if (wires.length === 1) return first;
  if (axis !== 1 || first.shape[0] !== 1) return refuse('shape', `joins along axis ${axis} of ${formatShape(first.shape)}`, 'channels are joined: axis 1');
  const parts = wires.map((wire) => node.inOrder(wire, wire.shape.slice(1)));
  for (const { shape } of parts) if (shape.length !== first.shape.length || shape.some((extent, d) => d !== 1 && extent !== first.shape[d])) refuse('shape', `joins ${formatShape(first.shape)} and ${formatShape(shape)}`);
  const channels = parts.reduce((sum, { shape }) => sum + (shape[1] ?? 0), 0);
  return node.layer('concat', parts, [channels, ...first.shape.slice(2)]);
}

function constantWire(node: NodeReader, constant: Constant): Wire {
  const [batch, ...sample] = constant.shape;
  if (batch !== 1 || sample.length === 0) return refuse('shape', `joins the constant ${formatShape(constant.shape)}, expected that of one sample: [1, ...]`);
  if (onlyNumber(constant) !== undefined && sizeOf(sample) > 1) return wireOf(node.draft.layer({ callee: 'constant', operands: [], sample, args: { value: onlyNumber(constant), shape: sample }, weights: { value: { shape: sample, data: floatsOf(constant, 'a constant') } } }), constant.shape);
  return wireOf(node.constantLayer(constant, sample), constant.shape);
}

function shaped(node: NodeReader, callee: string, sample: (channels: number, rows: number, columns: number, block: number) => Shape): ImportedValue {
  const image = node.image('input');
  const [, channels = 0, rows = 0, columns = 0] = image.shape;
  const block = node.attributes.int('blocksize');
  const order = node.attributes.knows('mode') && node.attributes.string('mode') === 'CRD' ? { word: 'crd' } : undefined;
  return node.layer(callee, [image], sample(channels, rows, columns, block), { block, order });
}

export const channelRules: Rules = {
  BatchNormalization: batchNorm,
  InstanceNormalization: (node) => sampleNorm(node, 'instance_norm', { x: 'input', beta: 'B' }),
  GroupNormalization: (node) => sampleNorm(node, 'group_norm', { x: 'X', beta: 'bias' }, node.attributes.int('num_groups')),
  Concat: concat,
  LRN: (node) => {
    const { attributes } = node;
    const image = node.image('X');
    const args = { size: attributes.int('size'), alpha: attributes.float('alpha'), beta: attributes.float('beta'), k: attributes.float('bias') };
    return node.layer('lrn', [image], image.shape.slice(1), args);
  },
  DepthToSpace: (node) => shaped(node, 'depth_to_space', (channels, rows, columns, block) => [channels / block ** 2, rows * block, columns * block]),
  SpaceToDepth: (node) => shaped(node, 'space_to_depth', (channels, rows, columns, block) => [channels * block ** 2, rows / block, columns / block]),
};
