// What TensorFlow.js has for each op of ours, said by its own operations: neither our nests nor our rules for gradients have
// a part in it.

import { present } from '../../src/base/invariant.ts';
import { sameShape } from '../../src/base/tensor.ts';
import type { Shape } from '../../src/base/tensor.ts';
import type { Padding, Pair } from '../../src/ir/attributes.ts';
import type { Attrs } from '../../src/ir/graph.ts';
import { tf, toNchw, toNhwc } from './tfjs.ts';
import type { Sides, Tensor } from './tfjs.ts';

export interface Oracle<A extends Attrs = Attrs> {
  /** Whether it has the case at all; absent: always. */
  readonly has?: (attrs: A, inputs: readonly Shape[]) => boolean;
  /** Whether it has its gradient; absent: always. */
  readonly differentiates?: (attrs: A, inputs: readonly Shape[]) => boolean;
  /** Whether the gradient that it has is wrong there, as measured with version 4.22.0 on its CPU backend; absent: never. */
  readonly errs?: (attrs: A, inputs: readonly Shape[]) => boolean;
  /** The first result. */
  readonly forward: (inputs: readonly Tensor[], attrs: A, result: Shape) => Tensor;
}

/** @typeParam A What samples of the op have as attributes. */
function oracle<A extends Attrs>(of: Oracle<A>): Oracle {
  return of as unknown as Oracle;
}

const of = (inputs: readonly Tensor[], i: number): Tensor => present(inputs[i], `operand ${i}`);
const elementwise = (f: (x: Tensor) => Tensor): Oracle => ({ forward: (inputs) => f(of(inputs, 0)) });
const isImage = (shape: Shape | undefined): boolean => shape?.length === 4;
const isOne = (pair: Pair): boolean => pair.every((each) => each === 1);

/** Of one number a channel, to be broadcast over an activation. */
function perChannel(values: Tensor, { shape }: Tensor): Tensor {
  return tf.reshape(values, shape.map((extent, d) => (d === 1 ? extent : 1)));
}

/** An operand of lower rank stands for the same samples and channels. */
function binary(f: (a: Tensor, b: Tensor) => Tensor): Oracle {
  return {
    forward: (inputs) => {
      const rank = Math.max(...inputs.map(({ shape }) => shape.length));
      const [a, b] = inputs.map((x) => tf.reshape(x, Array.from({ length: rank }, (_, d) => x.shape[d] ?? 1))) as [Tensor, Tensor];
      return f(a, b);
    },
  };
}

/** The gradients of some have the shape of the result, which is refused where an operand has another. */
const areAlike = (_: Attrs, [a = [], b = []]: readonly Shape[]): boolean => sameShape(a, b);

function sidesOf(padding: Padding): Sides {
  const [top, bottom, left, right] = padding.length === 4 ? padding : [padding[0], padding[0], padding[1], padding[1]];
  return [[0, 0], [top, bottom], [left, right], [0, 0]];
}

type Window = { readonly window: Pair; readonly stride: Pair; readonly padding: Padding; readonly dilation: Pair };
type Conv = Window & { readonly groups: number; readonly filters: number; readonly bias: boolean };

/** Of a single part it has no gradient. */
const split = (x: Tensor, parts: number, axis: number): readonly Tensor[] => (parts === 1 ? [x] : tf.split(x, parts, axis));

const withBias = (result: Tensor, bias: Tensor | undefined): Tensor => (bias ? tf.add(result, perChannel(bias, result)) : result);

const conv = oracle<Conv>({
  // "Either strides or dilations must be 1."
  has: ({ stride, dilation }) => isOne(stride) || isOne(dilation),
  // "dilation rates greater than 1 are not yet supported in gradients"
  differentiates: ({ dilation }) => isOne(dilation),
  forward: (inputs, { groups, filters, stride, padding, dilation }) => {
    const [image, weight] = [toNhwc(of(inputs, 0)), of(inputs, 1)];
    const [, , , channels = 0] = image.shape;
    const [, groupChannels = 0, rows = 0, columns = 0] = weight.shape;
    const more = [stride, sidesOf(padding), 'NHWC', dilation] as const;
    if (groups > 1 && groupChannels === 1) {
      const filter = tf.reshape(tf.transpose(weight, [2, 3, 0, 1]), [rows, columns, channels, filters / channels]);
      return withBias(toNchw(tf.depthwiseConv2d(image, filter, ...more)), inputs[2]);
    }
    const weights = split(tf.transpose(weight, [2, 3, 1, 0]), groups, 3);
    const parts = split(image, groups, 3).map((part, g) => tf.conv2d(part, of(weights, g), ...more));
    return withBias(toNchw(tf.concat(parts, 3)), inputs[2]);
  },
});

const convTranspose = oracle<Conv>({
  has: ({ dilation }) => isOne(dilation),
  forward: (inputs, { groups, stride, padding }, result) => {
    const [image, weight] = [toNhwc(of(inputs, 0)), of(inputs, 1)];
    const [samples = 0, filters = 0, rows = 0, columns = 0] = result;
    const weights = split(tf.transpose(weight, [2, 3, 0, 1]), groups, 2);
    const parts = split(image, groups, 3).map((part, g) => tf.conv2dTranspose(part, of(weights, g), [samples, rows, columns, filters / groups], stride, sidesOf(padding)));
    return withBias(toNchw(tf.concat(parts, 3)), inputs[2]);
  },
});

type Pool = Omit<Window, 'dilation'> & { readonly dilation?: Pair; readonly ceil?: true; readonly divisor?: 'padded' | 'window' };

/** Whether a last window reaches over the edge, padding included. */
function reachesOver({ window, stride, padding }: Pool, [, , ...extent]: Shape): boolean {
  return sidesOf(padding).slice(1, 3).some(([before, after], d) => ((extent[d] ?? 0) + before + after - (window[d] ?? 0)) % (stride[d] ?? 1) > 0);
}

/** Whether a last window would begin outside, in ceil mode: ours leave it out. */
function startsOutside({ window, stride, padding }: Pool, [, , ...extent]: Shape): boolean {
  return sidesOf(padding).slice(1, 3).some(([before, after], d) => {
    const [size, step] = [extent[d] ?? 0, stride[d] ?? 1];
    return Math.ceil((size + before + after - (window[d] ?? 0)) / step) * step >= size + before;
  });
}

/**
 * Pools have a dilation for stride 1 alone, and that by way of other operations. Two of their gradients are wrong:
 *
 * - of `avgPool` where there is padding: it divides by all places of a window, which the pool itself divides by those inside.
 *   Of 595 random pools 547 are off, by up to 0.86 of the largest gradient.
 * - of both in ceil mode where a last window reaches over the edge: what comes from it is left out. Of 551 random pools without
 *   padding 183 are off, by up to all of the largest gradient.
 */
const pool = (f: 'maxPool' | 'avgPool'): Oracle =>
  oracle<Pool>({
    // It divides by the elements inside, and a last window may lie outside altogether.
    has: (attrs, [shape = []]) => isOne(attrs.dilation ?? [1, 1]) && attrs.divisor === undefined && !(attrs.ceil && startsOutside(attrs, shape)),
    errs: (attrs, [shape = []]) => (f === 'avgPool' && attrs.padding.some((side) => side > 0)) || (attrs.ceil === true && reachesOver(attrs, shape)),
    forward: (inputs, { window, stride, padding, ceil }) => toNchw(tf[f](toNhwc(of(inputs, 0)), window, stride, sidesOf(padding), ceil ? 'ceil' : 'floor')),
  });

type Resize = { readonly size: Pair; readonly scale?: Pair; readonly mode: 'nearest' | 'bilinear'; readonly coordinates: string; readonly rounding: string };

/**
 * Its gradients are wrong in three ways. By the nearest, the gradient of image i is read where image i of the operand lies, which is
 * right of the first one alone: of 225 batches of several images 200 are off, by more than the largest gradient. By the four
 * around, rows and columns are exchanged in its shape, and it is refused where they differ. And both take no notice of `halfPixelCenters`.
 */
const resize = oracle<Resize>({
  differentiates: ({ mode }, [shape = []]) => mode === 'nearest' || shape[2] === shape[3],
  errs: ({ mode, coordinates }) => mode === 'nearest' || coordinates === 'half_pixel',
  has: ({ scale, mode, coordinates, rounding }) =>
    scale === undefined && (mode === 'bilinear' ? ['half_pixel', 'asymmetric', 'align_corners'].includes(coordinates) : rounding === 'floor' && ['tf_half_pixel_for_nn', 'asymmetric'].includes(coordinates)),
  forward: (inputs, { size, mode, coordinates }) =>
    toNchw((mode === 'bilinear' ? tf.image.resizeBilinear : tf.image.resizeNearestNeighbor)(toNhwc(of(inputs, 0)), size, coordinates === 'align_corners', coordinates.includes('half_pixel'))),
});

/** As flat as it takes them, channels last. */
function channelsLast(x: Tensor, f: (flat: Tensor) => Tensor): Tensor {
  const order = x.shape.map((_, d) => d);
  const back = [0, order.length - 1, ...order.slice(1, -1)];
  return tf.transpose(f(tf.transpose(x, [0, ...order.slice(2), 1])), back);
}

const half = (x: Tensor): Tensor => tf.mul(x, tf.scalar(0.5));

/** It has it for alpha = 1 alone. */
const elu = (x: Tensor, alpha: number): Tensor => tf.add(tf.relu(x), tf.mul(tf.scalar(alpha), tf.elu(tf.minimum(x, tf.scalar(0)))));

export const oracles: Readonly<Record<string, Oracle>> = {
  conv,
  conv_transpose: convTranspose,
  dense: { forward: (inputs) => withBias(tf.matMul(of(inputs, 0), of(inputs, 1), false, true), inputs[2]) },
  max_pool: pool('maxPool'),
  avg_pool: pool('avgPool'),
  global_max_pool: { forward: (inputs) => tf.max(of(inputs, 0), [2, 3], true) },
  global_avg_pool: { forward: (inputs) => tf.mean(of(inputs, 0), [2, 3], true) },
  relu: elementwise((x) => tf.relu(x)),
  sigmoid: elementwise((x) => tf.sigmoid(x)),
  tanh: elementwise((x) => tf.tanh(x)),
  exp: elementwise((x) => tf.exp(x)),
  log: elementwise((x) => tf.log(x)),
  sqrt: elementwise((x) => tf.sqrt(x)),
  abs: elementwise((x) => tf.abs(x)),
  negate: elementwise((x) => tf.neg(x)),
  softplus: elementwise((x) => tf.softplus(x)),
  softsign: elementwise((x) => tf.div(x, tf.add(tf.scalar(1), tf.abs(x)))),
  mish: elementwise((x) => tf.mul(x, tf.tanh(tf.softplus(x)))),
  swish: oracle<{ readonly beta: number }>({ forward: (inputs, { beta }) => tf.mul(of(inputs, 0), tf.sigmoid(tf.mul(of(inputs, 0), tf.scalar(beta)))) }),
  gelu: oracle<{ readonly approximate: boolean }>({
    has: ({ approximate }) => !approximate,
    forward: (inputs) => half(tf.mul(of(inputs, 0), tf.add(tf.scalar(1), tf.erf(tf.mul(of(inputs, 0), tf.scalar(Math.SQRT1_2)))))),
  }),
  elu: oracle<{ readonly alpha: number }>({ forward: (inputs, { alpha }) => elu(of(inputs, 0), alpha) }),
  selu: oracle<{ readonly alpha: number; readonly gamma: number }>({ forward: (inputs, { alpha, gamma }) => tf.mul(tf.scalar(gamma), elu(of(inputs, 0), alpha)) }),
  clip: oracle<{ readonly low: number; readonly high: number }>({ has: ({ low, high }) => low <= high, forward: (inputs, { low, high }) => tf.clipByValue(of(inputs, 0), low, high) }),
  leaky_relu: oracle<{ readonly slope: number }>({ forward: (inputs, { slope }) => tf.leakyRelu(of(inputs, 0), slope) }),
  prelu: { forward: (inputs) => tf.prelu(of(inputs, 0), perChannel(of(inputs, 1), of(inputs, 0))) },
  pow: oracle<{ readonly exponent: number }>({ forward: (inputs, { exponent }) => tf.pow(of(inputs, 0), tf.scalar(exponent)) }),
  softmax: elementwise((x) => channelsLast(x, tf.softmax)),
  log_softmax: elementwise((x) => channelsLast(x, tf.logSoftmax)),
  add: binary((a, b) => tf.add(a, b)),
  subtract: binary((a, b) => tf.sub(a, b)),
  multiply: binary((a, b) => tf.mul(a, b)),
  divide: binary((a, b) => tf.div(a, b)),
  minimum: { ...binary((a, b) => tf.minimum(a, b)), differentiates: areAlike },
  maximum: { ...binary((a, b) => tf.maximum(a, b)), differentiates: areAlike },
  scale: { forward: (inputs) => withBias(tf.mul(of(inputs, 0), perChannel(of(inputs, 1), of(inputs, 0))), inputs[2]) },
  batch_norm: oracle<{ readonly epsilon: number }>({
    has: (_, [shape]) => isImage(shape) || shape?.length === 2,
    forward: (inputs, { epsilon }) =>
      channelsLast(of(inputs, 0), (x) => {
        const { mean, variance } = tf.moments(x, x.shape.slice(1).map((_, d) => d));
        return tf.batchNorm(x, mean, variance, of(inputs, 2), of(inputs, 1), epsilon);
      }),
  }),
  lrn: oracle<{ readonly size: number; readonly alpha: number; readonly beta: number; readonly k: number; readonly within: boolean; readonly positions?: readonly number[] }>({
    has: ({ within, positions }) => !within && positions === undefined,
    forward: (inputs, { size, alpha, beta, k }) => toNchw(tf.localResponseNormalization(toNhwc(of(inputs, 0)), (size - 1) / 2, k, alpha / size, beta)),
  }),
  concat: { forward: (inputs) => tf.concat(inputs, 1) },
  pad: oracle<{ readonly padding: Padding }>({ forward: (inputs, { padding }) => toNchw(tf.pad(toNhwc(of(inputs, 0)), sidesOf(padding))) }),
  flatten: { forward: (inputs, _, result) => tf.reshape(of(inputs, 0), result) },
  take_channels: oracle<{ readonly from: number; readonly count: number }>({ forward: (inputs, { from, count }) => tf.gather(of(inputs, 0), Array.from({ length: count }, (_, c) => from + c), 1) }),
  upsample: oracle<{ readonly factor: Pair }>({
    // As of `resize`.
    errs: ({ factor }) => !isOne(factor),
    forward: (inputs, _, [, , rows = 0, columns = 0]) => toNchw(tf.image.resizeNearestNeighbor(toNhwc(of(inputs, 0)), [rows, columns], false, false)),
  }),
  resize,
  depth_to_space: oracle<{ readonly block: number; readonly order: 'dcr' | 'crd' }>({
    has: ({ block, order }) => order === 'dcr' && block > 1,
    // "Cannot compute gradient: gradient function not found for DepthToSpace."
    differentiates: () => false,
    forward: (inputs, { block }) => toNchw(tf.depthToSpace(toNhwc(of(inputs, 0)), block, 'NHWC')),
  }),
};

/** Of each sample. @param labels Class indices. */
export function crossEntropy(logits: Tensor, labels: Tensor, smoothing: number): Tensor {
  const [, classes = 0] = logits.shape;
  return tf.losses.softmaxCrossEntropy(tf.oneHot(tf.cast(labels, 'int32'), classes), logits, tf.scalar(1), smoothing, tf.Reduction.NONE);
}

/** Of each sample, over its numbers. */
export function squaredError(answer: Tensor, labels: Tensor): Tensor {
  return tf.mean(tf.losses.meanSquaredError(labels, answer, tf.scalar(1), tf.Reduction.NONE), answer.shape.slice(1).map((_, d) => d + 1));
}
