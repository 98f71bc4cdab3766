// Layers as calls of tfjs, in the layouts that library wants (NHWC maps, HWIO and IO weights), bias and activation
// fused. It has no grouped convolution: the map is split and the results joined, as its own converter does. The WASM
// backend has no local response normalisation either, so that is composed of what is fast there: across channels the
// sum over neighbours is a 1 x 1 convolution with a band of weights, within one it is a mean of a padded map.

import { assertNever, present } from '../../src/base/invariant.ts';
import { transposed } from '../layouts.ts';
import { elementsOf } from '../network.ts';
import type { MapShape } from '../network.ts';
import type { Activation, PlainConv, PlainDense, PlainLayer, PlainLrn, PlainNetwork, PlainPool, Sides } from '../plain-network.ts';
import type { ExplicitPadding, Tf, TfActivation, TfTensor } from './tfjs.ts';

type Step = (inputs: readonly TfTensor[]) => TfTensor;

/** Makes tensors that outlive a run. */
type Hold = (values: Float32Array, shape: readonly number[]) => TfTensor;

interface StepContext {
  readonly tf: Tf;
  readonly hold: Hold;
  readonly from: MapShape;
  /** The map that was flattened to `from`, or that itself. */
  readonly map: MapShape;
}

/** The network as one call; `hold` is called for its weights. */
export function tfjsNetwork(tf: Tf, { input, layers }: PlainNetwork, hold: Hold): (image: TfTensor) => TfTensor {
  const shapes: readonly MapShape[] = [input, ...layers.map(({ shape }) => shape)];
  const steps = layers.map((layer) => {
    const number = layer.inputs[0] ?? 0;
    const from = present(shapes[number], 'shape');
    const before = layers[number - 1];
    return stepOf(layer, { tf, hold, from, map: before?.op === 'flatten' ? before.from : from });
  });
  return (image) => {
    const values: TfTensor[] = [image];
    for (const [at, step] of steps.entries()) values.push(step(present(layers[at], 'layer').inputs.map((number) => present(values[number], 'value'))));
    return present(values.at(-1), 'output');
  };
}

function stepOf(layer: PlainLayer, context: StepContext): Step {
  const { tf, hold, from } = context;
  const one = (step: (x: TfTensor) => TfTensor): Step => ([x]) => step(present(x, 'operand'));
  switch (layer.op) {
    case 'conv':
      return one(convStep(layer, context));
    case 'dense':
      return one(denseStep(layer, context));
    case 'max_pool':
    case 'avg_pool':
      return one(poolStep(layer, tf));
    case 'global_avg_pool':
      return one((x) => tf.reshape(tf.mean(x, [1, 2]), [1, 1, 1, from[0]]));
    case 'softmax':
      return one((x) => tf.softmax(x));
    case 'lrn':
      return one(layer.within ? lrnWithin(layer, tf) : lrnAcross(layer, context));
    case 'add':
      return ([a, b]) => activated(tf, layer.activation, tf.add(present(a, 'operand'), present(b, 'operand')));
    case 'activation':
      return one((x) => activated(tf, layer.activation, x));
    case 'affine': {
      const [channels, rows, columns] = from;
      const each = layer.offset.length > channels ? [rows, columns, channels] : [channels];
      const [scale, offset] = [hold(layer.scale, [channels]), hold(transposed(layer.offset, channels), each)];
      return one((x) => tf.add(tf.mul(x, scale), offset));
    }
    case 'concat':
      return (inputs) => tf.concat(inputs, 3);
    case 'flatten':
      return one((x) => tf.reshape(x, [1, elementsOf(layer.from)]));
  }
  assertNever(layer);
}

function fusedName(activation: Activation): TfActivation {
  return activation === 'none' ? 'linear' : activation;
}

function activated(tf: Tf, activation: Activation, x: TfTensor): TfTensor {
  return activation === 'none' ? x : tf[activation](x);
}

function explicitPadding([top, bottom, left, right]: Sides): ExplicitPadding {
  return [[0, 0], [top, bottom], [left, right], [0, 0]];
}

function convStep({ filters, groups, window, stride, dilation, padding, weights, bias, activation }: PlainConv, { tf, hold, from }: StepContext): (x: TfTensor) => TfTensor {
  const [rows, columns] = window;
  const channels = from[0] / groups;
  const settings = { strides: stride, dilations: dilation, pad: explicitPadding(padding), activation: fusedName(activation) } as const;
  const isDepthwise = channels === 1 && filters === groups && groups > 1;
  if (isDepthwise) {
    const part = { filter: hold(transposed(weights, filters), [rows, columns, filters, 1]), bias: hold(bias, [filters]) };
    return (x) => tf.fused.depthwiseConv2d({ x, ...part, ...settings });
  }
  const perGroup = filters / groups;
  const parts = Array.from({ length: groups }, (_, group) => {
    const ofGroup = weights.subarray((group * weights.length) / groups, ((group + 1) * weights.length) / groups);
    return {
      filter: hold(hwio(ofGroup, perGroup, channels, rows * columns), [rows, columns, channels, perGroup]),
      bias: hold(bias.slice(group * perGroup, (group + 1) * perGroup), [perGroup]),
    };
  });
  return (x) => {
    const inputs = groups === 1 ? [x] : tf.split(x, groups, 3);
    const results = parts.map((part, group) => tf.fused.conv2d({ x: present(inputs[group], 'group'), ...part, ...settings }));
    return groups === 1 ? present(results[0], 'result') : tf.concat(results, 3);
  };
}

/** [O, I, H*W] -> [H*W, I, O] */
function hwio(weights: Float32Array, filters: number, channels: number, area: number): Float32Array {
  return Float32Array.from(weights, (_, index) => {
    const o = index % filters;
    const i = Math.floor(index / filters) % channels;
    const tap = Math.floor(index / filters / channels);
    return weights[(o * channels + i) * area + tap] as number;
  });
}

/** Weights come in CHW order, the tensor in HWC. */
function denseStep({ units, weights, bias, activation }: PlainDense, { tf, hold, from, map: [channels, height, width] }: StepContext): (x: TfTensor) => TfTensor {
  const [inputs] = from;
  const area = height * width;
  const io = Float32Array.from({ length: weights.length }, (_, index) => {
    const input = Math.floor(index / units);
    return weights[(index % units) * inputs + (input % channels) * area + Math.floor(input / channels)] as number;
  });
  const part = { b: hold(io, [inputs, units]), bias: hold(bias, [units]), activation: fusedName(activation) };
  return (a) => tf.fused.matMul({ a, ...part });
}

/** Windows over the edge are padding below and to the right, which neither a maximum nor a mean counts. */
function poolStep({ op, window, stride, padding: [top, bottom, left, right], overhang: [below, beyond] }: PlainPool, tf: Tf): (x: TfTensor) => TfTensor {
  const padding = explicitPadding([top, bottom + below, left, right + beyond]);
  return (x) => (op === 'max_pool' ? tf.maxPool(x, window, stride, padding) : tf.avgPool(x, window, stride, padding));
}

function lrnWithin({ size, alpha, beta, k }: PlainLrn, tf: Tf): (x: TfTensor) => TfTensor {
  const half = (size - 1) / 2;
  return (x) => {
    const squares = tf.pad(tf.square(x), explicitPadding([half, half, half, half]));
    const mean = tf.avgPool(squares, [size, size], [1, 1], explicitPadding([0, 0, 0, 0]));
    return tf.div(x, power(tf, tf.add(tf.mul(mean, tf.scalar(alpha)), tf.scalar(k)), beta));
  };
}

function lrnAcross({ size, alpha, beta, k }: PlainLrn, { tf, hold, from: [channels] }: StepContext): (x: TfTensor) => TfTensor {
  const half = (size - 1) / 2;
  const band = Float32Array.from({ length: channels * channels }, (_, at) => (Math.abs((at % channels) - Math.floor(at / channels)) <= half ? alpha / size : 0));
  const filter = hold(band, [1, 1, channels, channels]);
  const bias = hold(new Float32Array(channels).fill(k), [channels]);
  const settings = { strides: [1, 1], dilations: [1, 1], pad: explicitPadding([0, 0, 0, 0]), activation: 'linear' } as const;
  return (x) => tf.div(x, power(tf, tf.fused.conv2d({ x: tf.square(x), filter, bias, ...settings }), beta));
}

/** By roots where the exponent allows, as our modules have it. */
function power(tf: Tf, base: TfTensor, exponent: number): TfTensor {
  if (exponent !== 0.75) return tf.pow(base, tf.scalar(exponent));
  const root = tf.sqrt(base);
  return tf.mul(root, tf.sqrt(root));
}
