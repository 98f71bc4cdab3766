// Convolutions and their gradients by the kernels that TensorFlow.js has for them. These take images channels last, windows without
// dilation, no groups, and on some backends no padding but `valid`:
//
//   padding      zeros around the image, of which the gradient is cut off again
//   dilation     zeros between the places of the window, of whose gradient each so many-th place is taken
//   groups       one after the other; those of a single channel run by their nests, all at once

import { present } from '../../../base/invariant.ts';
import type { Shape } from '../../../base/tensor.ts';
import type { Batch, Node } from '../../../ir/graph.ts';
import type { ConvAttrs, ConvGeometry } from '../../../ops/support/convolution.ts';
import { convGeometry, isDepthwise } from '../../../ops/support/convolution.ts';
import type { SpreadAttrs } from '../../../ops/support/conv-transpose.ts';
import { reachOf } from '../../../ops/support/window.ts';
import type { Tensorflow, TfTensor } from '../tensorflow.ts';
import type { NodeRunner } from '../nest-runner.ts';

export type ConvolutionRule = (tf: Tensorflow, node: Node, inputs: readonly Shape[], batch: Batch) => NodeRunner | undefined;

const operandOf = (operands: readonly TfTensor[], i: number): TfTensor => present(operands[i], `operand ${i}`);

/** What the kernels see of a convolution. */
interface Kernels {
  /** [N, C, H, W] -> [N, H, W, C], with its padding. */
  readonly image: (x: TfTensor) => TfTensor;
  /** The same without padding: results, and gradients by them. */
  readonly map: (x: TfTensor) => TfTensor;
  /** Channels `from` on, of an image. */
  readonly channels: (x: TfTensor, from: number, count: number) => TfTensor;
  /** [O, C, H, W] of a group -> [H, W, C, O], with zeros in its gaps. */
  readonly filter: (weight: TfTensor, group: number) => TfTensor;
  readonly forward: (image: TfTensor, weight: TfTensor) => TfTensor;
  /** The gradient by the image, without padding, NCHW. */
  readonly byImage: (map: TfTensor, weight: TfTensor) => TfTensor;
  /** The gradient by the weight, OIHW. */
  readonly byWeight: (image: TfTensor, map: TfTensor) => TfTensor;
}

function kernelsOf(tf: Tensorflow, { samples, groups, groupChannels, groupFilters, window, stride, dilation, before, after, input: extent }: ConvGeometry): Kernels {
  const reach = reachOf({ window, dilation });
  const padded = ([0, 1] as const).map((d) => before[d] + extent[d] + after[d]) as [number, number];
  const numbers = Array.from({ length: groups }, (_, group) => group);
  const attrs = { strides: stride, pad: 'valid', dataFormat: 'NHWC' };
  const map = (x: TfTensor): TfTensor => tf.transpose(x, [0, 2, 3, 1]);
  const planes = (x: TfTensor): TfTensor => tf.transpose(x, [0, 3, 1, 2]);
  const channels = (x: TfTensor, from: number, count: number): TfTensor => (groups === 1 ? x : tf.slice(x, [0, 0, 0, from], [...x.shape.slice(0, 3), count]));
  const image = (x: TfTensor): TfTensor => tf.pad(map(x), [[0, 0], [before[0], after[0]], [before[1], after[1]], [0, 0]]);
  const filter = (weight: TfTensor, group: number): TfTensor => {
    const own = tf.transpose(tf.slice(weight, [group * groupFilters, 0, 0, 0], [groupFilters, groupChannels, ...window]), [2, 3, 1, 0]);
    const [rows, columns] = window;
    const apart = tf.pad(tf.reshape(own, [rows, 1, columns, 1, groupChannels * groupFilters]), [[0, 0], [0, dilation[0] - 1], [0, 0], [0, dilation[1] - 1], [0, 0]]);
    const whole = tf.reshape(apart, [rows * dilation[0], columns * dilation[1], groupChannels, groupFilters]);
    return tf.slice(whole, [0, 0, 0, 0], [...reach, groupChannels, groupFilters]);
  };
  /** Without its gaps. */
  const taps = (gradient: TfTensor): TfTensor =>
    ([0, 1] as const).reduce((all, d) => (dilation[d] === 1 ? all : tf.gather(all, tf.tensor(Int32Array.from({ length: window[d] }, (_, tap) => tap * dilation[d]), [window[d]], 'int32'), d)), gradient);
  return {
    image,
    map,
    channels,
    filter,
    forward: (x, weight) => planes(tf.concat(numbers.map((g) => tf.conv2d(channels(x, g * groupChannels, groupChannels), filter(weight, g), stride, 'valid')), 3)),
    byImage: (g, weight) => {
      const inputShape = [samples, ...padded, groupChannels];
      const parts = numbers.map((group) => tf.engine().runKernel('Conv2DBackpropInput', { dy: channels(g, group * groupFilters, groupFilters), filter: filter(weight, group) }, { ...attrs, inputShape }));
      const whole = tf.concat(parts, 3);
      return planes(tf.slice(whole, [0, ...before, 0], [samples, ...extent, groups * groupChannels]));
    },
    byWeight: (x, g) => {
      const filterShape = [...reach, groupChannels, groupFilters];
      const parts = numbers.map((group) => tf.engine().runKernel('Conv2DBackpropFilter', { x: channels(x, group * groupChannels, groupChannels), dy: channels(g, group * groupFilters, groupFilters) }, { ...attrs, filterShape }));
      return tf.concat(parts.map((part) => tf.transpose(taps(part), [3, 2, 0, 1])), 0);
    },
  };
}

function withBias(tf: Tensorflow, result: TfTensor, bias: TfTensor | undefined): TfTensor {
  return bias ? tf.add(result, tf.reshape(bias, [1, result.shape[1] ?? 0, 1, 1])) : result;
}

export const forward: ConvolutionRule = (tf, { attrs, op }, [image = []]) => {
  const geometry = convGeometry(attrs as ConvAttrs, image, op);
  if (isDepthwise(geometry)) return undefined;
  const kernels = kernelsOf(tf, geometry);
  return (operands) => [withBias(tf, kernels.forward(kernels.image(operandOf(operands, 0)), operandOf(operands, 1)), operands[2])];
};

export const byImage: ConvolutionRule = (tf, { attrs, op, results: [image = []] }) => {
  const geometry = convGeometry(attrs as ConvAttrs, image, op);
  if (isDepthwise(geometry)) return undefined;
  const kernels = kernelsOf(tf, geometry);
  return (operands) => [kernels.byImage(kernels.map(operandOf(operands, 0)), operandOf(operands, 1))];
};

/** One sum a shard. */
export const byWeight: ConvolutionRule = (tf, { attrs, op }, [image = []], { samples, shards }) => {
  const geometry = convGeometry(attrs as ConvAttrs, image, op);
  if (isDepthwise(geometry)) return undefined;
  const kernels = kernelsOf(tf, geometry);
  const size = samples / shards;
  const shardOf = (x: TfTensor, shard: number): TfTensor => tf.slice(x, [shard * size, 0, 0, 0], [size, ...x.shape.slice(1)]);
  return (operands) => {
    const [x, g] = [kernels.image(operandOf(operands, 0)), kernels.map(operandOf(operands, 1))];
    return [tf.stack(Array.from({ length: shards }, (_, shard) => kernels.byWeight(shardOf(x, shard), shardOf(g, shard))), 0)];
  };
};

/** A transposed convolution is to a convolution what the gradient by the image is to it; it has the channels of its weight exchanged. */
export const transposed: ConvolutionRule = (tf, { attrs, op, results: [result = []] }, [image = []]) => {
  const { window, stride, padding, dilation, groups } = attrs as unknown as SpreadAttrs & { readonly groups: number };
  const [filters, channels] = [result[1] ?? 0, image[1] ?? 0];
  const geometry = convGeometry({ window, stride, padding, dilation, groups, filters: channels }, result, op);
  const kernels = kernelsOf(tf, geometry);
  // [filters, channels of a group] -> [channels, filters of a group]
  const exchanged = (weight: TfTensor): TfTensor => {
    const parts = tf.reshape(weight, [groups, filters / groups, channels / groups, window[0] * window[1]]);
    return tf.reshape(tf.transpose(parts, [0, 2, 1, 3]), [channels, filters / groups, ...window]);
  };
  return (operands) => [withBias(tf, kernels.byImage(kernels.map(operandOf(operands, 0)), exchanged(operandOf(operands, 1))), operands[2])];
};
