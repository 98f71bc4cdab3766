// Norms over a batch, an image or its neighbouring channels, and softmax.

import { sizeOf } from '../../base/tensor.ts';
import type { Operands, Operator, Run } from './operator.ts';
import { expectRank } from './operator.ts';
import { transposed } from './pick.ts';
import { axisOf, fault, floats, reshaped } from './value.ts';
import type { FloatValue } from './value.ts';

interface Moments {
  readonly mean: Float64Array;
  /** Of the elements themselves: divided by their number. */
  readonly variance: Float64Array;
}

/** Of `groups` runs of `length` elements each. */
function momentsOf(data: Float64Array, groups: number, length: number): Moments {
  const mean = new Float64Array(groups);
  const variance = new Float64Array(groups);
  for (let g = 0; g < groups; g++) {
    const run = data.subarray(g * length, (g + 1) * length);
    const middle = run.reduce((sum, x) => sum + x, 0) / length;
    mean[g] = middle;
    variance[g] = run.reduce((sum, x) => sum + (x - middle) ** 2, 0) / length;
  }
  return { mean, variance };
}

function perChannel(operands: Operands, name: string, channels: number): Float64Array {
  const { data } = operands.floats(name);
  return data.length === channels ? data : fault(`has ${data.length} numbers in \`${name}\` for ${channels} channels`);
}

/** In training the moments are those of the batch; which version says how that is asked for. */
function isTraining({ attributes, call }: Operands): boolean {
  if (attributes.knows('training_mode')) return attributes.int('training_mode') !== 0;
  if (attributes.knows('is_test')) return attributes.int('is_test') === 0;
  return call.node.outputs.slice(1).some((name) => name !== '');
}

function batchNormalization(operands: Operands): readonly FloatValue[] {
  const { attributes, call } = operands;
  const x = operands.floats('X');
  if (attributes.knows('spatial') && attributes.int('spatial') === 0) fault('has a mean for every element (`spatial` is 0), which is not supported');
  const [samples = 0, channels = 1, ...image] = x.shape;
  const [scale, bias] = [perChannel(operands, 'scale', channels), perChannel(operands, 'B', channels)];
  const [mean, variance] = call.version >= 14 ? ['input_mean', 'input_var'] : ['mean', 'var'];
  const given = { mean: perChannel(operands, mean ?? '', channels), variance: perChannel(operands, variance ?? '', channels) };
  const places = sizeOf(image);
  const training = isTraining(operands);
  const byChannel = (): Moments => momentsOf(transposed(reshaped(x, [samples, channels, places]), [1, 0, 2]).data, channels, samples * places);
  const used = training ? byChannel() : given;
  const epsilon = attributes.float('epsilon');
  const result = normalized(x, used, (i) => Math.floor(i / places) % channels, (channel) => [scale[channel] as number, bias[channel] as number], epsilon, (i) => Math.floor(i / places) % channels);
  if (!training) return [result];
  const momentum = attributes.float('momentum');
  const running = (old: Float64Array, current: Float64Array): FloatValue => floats([channels], old.map((each, c) => each * momentum + (current[c] as number) * (1 - momentum)), x.type);
  return [result, running(given.mean, used.mean), running(given.variance, used.variance)];
}

/** (x - mean) / sqrt(variance + epsilon), by group, times a scale and plus a bias of each channel. */
function normalized(x: FloatValue, { mean, variance }: Moments, groupOf: (i: number) => number, scaling: (channel: number) => readonly [number, number], epsilon: number, channelOf: (i: number) => number): FloatValue {
  const factors = variance.map((each) => 1 / Math.sqrt(each + epsilon));
  return floats(x.shape, x.data.map((value, i) => {
    const group = groupOf(i);
    const [scale, bias] = scaling(channelOf(i));
    return (value - (mean[group] as number)) * (factors[group] as number) * scale + bias;
  }), x.type);
}

/** @param groupsOf How many groups the channels of a sample fall into. */
function imageNormalization(input: string, bias: string, groupsOf: (operands: Operands, channels: number) => number): Run {
  return (operands) => {
    const x = operands.floats(input);
    const [samples = 0, channels = 0, ...image] = expectRank(x, 2, 'an image');
    const groups = groupsOf(operands, channels);
    if (groups < 1 || channels % groups !== 0) fault(`has ${channels} channels in ${groups} groups`);
    const [scales, biases] = [perChannel(operands, 'scale', channels), perChannel(operands, bias, channels)];
    const places = sizeOf(image);
    const length = (channels / groups) * places;
    const moments = momentsOf(x.data, samples * groups, length);
    return normalized(x, moments, (i) => Math.floor(i / length), (channel) => [scales[channel] as number, biases[channel] as number], operands.attributes.float('epsilon'), (i) => Math.floor(i / places) % channels);
  };
}

/** Divided by a power of the squares of neighbouring channels. */
function localResponse(operands: Operands): FloatValue {
  const { attributes } = operands;
  const x = operands.floats('X');
  const [, channels = 0, ...image] = expectRank(x, 2, 'an image');
  const [size, alpha, beta, bias] = [attributes.int('size'), attributes.float('alpha'), attributes.float('beta'), attributes.float('bias')];
  const [before, after] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
  const places = sizeOf(image);
  return floats(x.shape, x.data.map((value, i) => {
    const channel = Math.floor(i / places) % channels;
    let squares = 0;
    for (let c = Math.max(0, channel - before); c <= Math.min(channels - 1, channel + after); c++) squares += (x.data[i + (c - channel) * places] as number) ** 2;
    return value / (bias + (alpha / size) * squares) ** beta;
  }), x.type);
}

/** Over runs of `length` elements that lie `stride` apart. */
function softmaxOf(x: FloatValue, length: number, stride: number, isLog: boolean): FloatValue {
  const result = floats(x.shape, undefined, x.type);
  const at = (run: number, i: number): number => Math.floor(run / stride) * length * stride + (run % stride) + i * stride;
  for (let run = 0; run * length < x.data.length; run++) {
    let most = -Infinity;
    for (let i = 0; i < length; i++) most = Math.max(most, x.data[at(run, i)] as number);
    let sum = 0;
    for (let i = 0; i < length; i++) sum += Math.exp((x.data[at(run, i)] as number) - most);
    for (let i = 0; i < length; i++) {
      const shifted = (x.data[at(run, i)] as number) - most;
      result.data[at(run, i)] = isLog ? shifted - Math.log(sum) : Math.exp(shifted) / sum;
    }
  }
  return result;
}

function softmax(isLog: boolean): Operator {
  return {
    // Over all axes from the given one on.
    1: (operands) => {
      const x = operands.floats('input');
      const axis = operands.attributes.int('axis');
      const first = axis === x.shape.length ? axis : axisOf(axis, x.shape.length);
      return softmaxOf(x, sizeOf(x.shape.slice(first)), 1, isLog);
    },
    // Along the given one.
    13: (operands) => {
      const x = operands.floats('input');
      const axis = axisOf(operands.attributes.int('axis'), x.shape.length);
      return softmaxOf(x, x.shape[axis] as number, sizeOf(x.shape.slice(axis + 1)), isLog);
    },
  };
}

export const normalizationOperators: Readonly<Record<string, Operator>> = {
  BatchNormalization: { 6: batchNormalization },
  InstanceNormalization: { 6: imageNormalization('input', 'B', (_, channels) => channels) },
  GroupNormalization: { 21: imageNormalization('X', 'bias', ({ attributes }) => attributes.int('num_groups')) },
  LRN: { 1: localResponse },
  Softmax: softmax(false),
  LogSoftmax: softmax(true),
};
