// TensorFlow.js, a package of the user's: what of it is used is described here, so that nothing else, and no type check, needs it.

import type { Shape } from '../../base/tensor.ts';

export interface TfTensor {
  readonly shape: Shape;
  readonly dataSync: () => Float32Array;
  readonly dispose: () => void;
}

type Unary = (x: TfTensor) => TfTensor;
type Binary = (a: TfTensor, b: TfTensor) => TfTensor;
type Reduction = (x: TfTensor, axes: readonly number[], keepDims: true) => TfTensor;
type Pair = readonly [number, number];

export interface Tensorflow {
  readonly tensor: (data: Float32Array | Int32Array | Uint8Array, shape: Shape, type: 'float32' | 'int32' | 'bool') => TfTensor;
  readonly scalar: (value: number) => TfTensor;
  /** Runs it, and disposes of all that it has made but for what it answers. */
  readonly tidy: <Answer extends TfTensor | readonly TfTensor[]>(compute: () => Answer) => Answer;
  readonly clone: Unary;
  readonly dispose: (tensors: readonly TfTensor[]) => void;
  /** Resolves once whatever else waits has had its turn. */
  readonly nextFrame: () => Promise<void>;
  readonly neg: Unary;
  readonly abs: Unary;
  readonly sqrt: Unary;
  readonly exp: Unary;
  readonly log: Unary;
  readonly relu: Unary;
  readonly reciprocal: Unary;
  readonly add: Binary;
  readonly sub: Binary;
  readonly mul: Binary;
  readonly div: Binary;
  readonly minimum: Binary;
  readonly maximum: Binary;
  readonly equal: Binary;
  readonly notEqual: Binary;
  readonly less: Binary;
  readonly lessEqual: Binary;
  readonly greater: Binary;
  readonly greaterEqual: Binary;
  readonly where: (condition: TfTensor, a: TfTensor, b: TfTensor) => TfTensor;
  readonly sum: Reduction;
  readonly max: Reduction;
  readonly min: Reduction;
  readonly matMul: (a: TfTensor, b: TfTensor, transposeA: boolean, transposeB: boolean) => TfTensor;
  readonly reshape: (x: TfTensor, shape: Shape) => TfTensor;
  readonly transpose: (x: TfTensor, order: readonly number[]) => TfTensor;
  readonly broadcastTo: (x: TfTensor, shape: Shape) => TfTensor;
  readonly gather: (x: TfTensor, indices: TfTensor, axis: number) => TfTensor;
  readonly concat: (xs: readonly TfTensor[], axis: number) => TfTensor;
  readonly stack: (xs: readonly TfTensor[], axis: number) => TfTensor;
  readonly slice: (x: TfTensor, begin: Shape, size: Shape) => TfTensor;
  readonly pad: (x: TfTensor, sides: readonly Pair[]) => TfTensor;
  readonly conv2d: (x: TfTensor, filter: TfTensor, stride: Pair, padding: 'valid') => TfTensor;
  readonly engine: () => { readonly runKernel: (name: string, inputs: Readonly<Record<string, TfTensor>>, attrs: object) => TfTensor };
}
