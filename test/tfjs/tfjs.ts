// TensorFlow.js: what of it the tests use, described here so that no type check needs it.

import { createRequire } from 'node:module';
import type { Tensorflow } from '../../src/engine/tfjs/tensorflow.ts';
import type { F64Tensor } from '../../src/ir/op.ts';
import { tensor } from '../../src/base/tensor.ts';
import type { Shape } from '../../src/base/tensor.ts';

export interface Tensor {
  readonly shape: Shape;
  readonly dataSync: () => Float32Array;
}

type Pair = readonly [number, number];
/** Of an image, NHWC. */
export type Sides = readonly (readonly [number, number])[];
type Unary = (x: Tensor) => Tensor;
type Binary = (a: Tensor, b: Tensor) => Tensor;
type Reduction = (x: Tensor, axes: readonly number[], keepDims?: boolean) => Tensor;
type Pool = (x: Tensor, window: Pair, stride: Pair, sides: Sides, rounding?: 'floor' | 'ceil') => Tensor;
/** @param coordinates Whether the centres of the elements at the edges meet; whether centres of elements do. */
type Resize = (x: Tensor, size: Pair, ...coordinates: readonly [alignCorners: boolean, halfPixelCenters: boolean]) => Tensor;

export interface TrainOptimizer {
  readonly applyGradients: (gradients: Readonly<Record<string, Tensor>>) => void;
}

type Named<Names extends string, Type> = { readonly [name in Names]: Type };
type OfOne = Named<'relu' | 'sigmoid' | 'tanh' | 'elu' | 'selu' | 'softplus' | 'exp' | 'log' | 'sqrt' | 'abs' | 'neg' | 'softmax' | 'logSoftmax' | 'erf', Unary>;
type OfTwo = Named<'add' | 'sub' | 'mul' | 'div' | 'minimum' | 'maximum' | 'pow' | 'prelu', Binary>;

export interface Tfjs extends OfOne, OfTwo {
  readonly enableProdMode: () => void;
  readonly memory: () => { readonly numTensors: number };
  readonly tidy: <T>(compute: () => T) => T;
  readonly tensor: (data: Float32Array, shape: Shape) => Tensor;
  readonly variable: (initial: Tensor, trainable: boolean, name: string) => Tensor;
  readonly disposeVariables: () => void;
  readonly scalar: (value: number) => Tensor;
  readonly grads: (f: (...xs: Tensor[]) => Tensor) => (xs: Tensor[], dy?: Tensor) => Tensor[];
  readonly clipByValue: (x: Tensor, low: number, high: number) => Tensor;
  readonly leakyRelu: (x: Tensor, slope: number) => Tensor;
  readonly mean: Reduction;
  readonly max: Reduction;
  readonly sum: Reduction;
  readonly moments: (x: Tensor, axes: readonly number[]) => { readonly mean: Tensor; readonly variance: Tensor };
  readonly batchNorm: (x: Tensor, mean: Tensor, variance: Tensor, offset: Tensor, scale: Tensor, epsilon: number) => Tensor;
  readonly reshape: (x: Tensor, shape: Shape) => Tensor;
  readonly transpose: (x: Tensor, order: readonly number[]) => Tensor;
  readonly gather: (x: Tensor, indices: readonly number[], axis: number) => Tensor;
  readonly concat: (xs: readonly Tensor[], axis: number) => Tensor;
  readonly split: (x: Tensor, parts: number, axis: number) => Tensor[];
  readonly pad: (x: Tensor, sides: Sides) => Tensor;
  readonly oneHot: (labels: Tensor, classes: number) => Tensor;
  readonly cast: (x: Tensor, type: 'int32') => Tensor;
  readonly matMul: (a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean) => Tensor;
  readonly conv2d: (x: Tensor, filter: Tensor, stride: Pair, sides: Sides, format: 'NHWC', dilation: Pair) => Tensor;
  readonly depthwiseConv2d: (x: Tensor, filter: Tensor, stride: Pair, sides: Sides, format: 'NHWC', dilation: Pair) => Tensor;
  readonly conv2dTranspose: (x: Tensor, filter: Tensor, shape: Shape, stride: Pair, sides: Sides) => Tensor;
  readonly maxPool: Pool;
  readonly avgPool: Pool;
  readonly localResponseNormalization: (x: Tensor, radius: number, bias: number, alpha: number, beta: number) => Tensor;
  readonly depthToSpace: (x: Tensor, block: number, format: 'NHWC') => Tensor;
  readonly image: { readonly resizeBilinear: Resize; readonly resizeNearestNeighbor: Resize };
  readonly losses: {
    readonly softmaxCrossEntropy: (labels: Tensor, logits: Tensor, weights: Tensor, smoothing: number, reduction: number) => Tensor;
    readonly meanSquaredError: (labels: Tensor, found: Tensor, weights: Tensor, reduction: number) => Tensor;
  };
  readonly Reduction: { readonly NONE: number };
  readonly train: {
    readonly momentum: (rate: number, momentum: number) => TrainOptimizer;
    readonly adam: (rate: number, beta1: number, beta2: number, epsilon: number) => TrainOptimizer;
  };
}

const loaded: unknown = createRequire(import.meta.url)('@tensorflow/tfjs');
export const tf: Tfjs = loaded as Tfjs;
/** As the engine sees it. */
export const ofEngine: Tensorflow = loaded as Tensorflow;
// It would say on the console that there is a faster package.
tf.enableProdMode();

/** Rounded to f32. */
export function toTfjs({ shape, data }: F64Tensor): Tensor {
  return tf.tensor(Float32Array.from(data), shape);
}

export function fromTfjs(value: Tensor): F64Tensor {
  return tensor(value.shape, Float64Array.from(value.dataSync()));
}

/** [N, C, H, W] -> [N, H, W, C], which is all that its CPU backend takes. */
export function toNhwc(x: Tensor): Tensor {
  return tf.transpose(x, [0, 2, 3, 1]);
}

export function toNchw(x: Tensor): Tensor {
  return tf.transpose(x, [0, 3, 1, 2]);
}
