// Nodes of every family with random attributes, shapes and numbers. Left out is what onnxruntime computes otherwise than the
// standard and its tests say, or refuses: pools and convolutions with dilations and `auto_pad`, strides beyond the window
// with `auto_pad`, corners aligned where a scale gives no whole size, and slices backwards to the largest integer.

import type { Stream } from '../../../src/base/random.ts';
import type { NodeProto, TensorProto } from '../../../src/onnx/format/messages.ts';
import { floats, ints, node } from '../build.ts';

export interface RandomNode {
  readonly node: NodeProto;
  /** Of the input `x`. */
  readonly shape: readonly number[];
  /** Whether it is of integers. */
  readonly integers?: boolean;
  readonly initializers?: readonly TensorProto[];
}

type Attributes = Parameters<typeof node>[3];

/** Draws from a stream, one after the other. */
export class Draws {
  readonly #random: Stream;
  #next: number;

  constructor(random: Stream, first: number) {
    this.#random = random;
    this.#next = first;
  }

  below(limit: number): number {
    return Math.floor(this.#random.uniform(this.#next++) * limit);
  }

  /** From 1 on. */
  upTo(most: number): number {
    return 1 + this.below(most);
  }

  either(): boolean {
    return this.below(2) === 0;
  }

  of<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }

  list<T>(count: number, draw: (i: number) => T): T[] {
    return Array.from({ length: count }, (_, i) => draw(i));
  }

  /** Short in binary, so that f32 holds sums of them. */
  number(): number {
    return Math.round(this.#random.normal(this.#next++) * 64) / 32;
  }

  tensor(name: string, shape: readonly number[]): TensorProto {
    return floats(name, shape, this.list(shape.reduce((a, b) => a * b, 1), () => this.number()));
  }

  extents(rank: number, most = 4): number[] {
    return this.list(rank, () => this.upTo(most));
  }
}

/** An image of one to three axes and a window that fits it, even apart. */
function windows(draws: Draws, hasDilations: boolean): { readonly image: number[]; readonly kernel: number[]; readonly attributes: Record<string, readonly number[] | string> } {
  const axes = draws.of([1, 2, 2, 3]);
  const image = draws.extents(axes, 7);
  const kernel = image.map((extent) => draws.upTo(Math.min(3, extent)));
  const attributes: Record<string, readonly number[] | string> = {};
  const autoPad = draws.of(['', '', 'SAME_UPPER', 'SAME_LOWER', 'VALID']);
  if (autoPad !== '') attributes['auto_pad'] = autoPad;
  else if (draws.either()) attributes['pads'] = draws.list(2 * axes, (i) => draws.below(kernel[i % axes] as number));
  if (draws.either()) attributes['strides'] = kernel.map((extent) => (autoPad === '' ? draws.upTo(3) : draws.upTo(extent)));
  if (hasDilations && autoPad === '' && draws.either()) attributes['dilations'] = kernel.map((extent, axis) => (extent === 1 ? draws.upTo(3) : draws.upTo(Math.max(1, Math.floor(((image[axis] as number) - 1) / (extent - 1))))));
  return { image, kernel, attributes };
}

function convolution(draws: Draws): RandomNode {
  const { image, kernel, attributes } = windows(draws, true);
  const [group, read, filters] = [draws.upTo(3), draws.upTo(5), draws.upTo(3)];
  const initializers = [draws.tensor('w', [group * filters, read, ...kernel]), draws.tensor('b', [group * filters])];
  return { node: node('Conv', draws.either() ? ['x', 'w', 'b'] : ['x', 'w'], ['y'], { group, ...attributes }), shape: [draws.upTo(2), group * read, ...image], initializers };
}

function transposedConvolution(draws: Draws): RandomNode {
  const { image, kernel, attributes } = windows(draws, true);
  const [group, read, filters] = [draws.upTo(3), draws.upTo(3), draws.upTo(3)];
  const { strides } = attributes;
  // What is padded away is less than the window makes.
  const isSmall = image.some((extent) => extent === 1);
  const { pads: _, ...withoutPads } = attributes;
  const extra: Attributes = Array.isArray(strides) && attributes['auto_pad'] === undefined && draws.either() ? { output_padding: (strides as readonly number[]).map((stride) => draws.below(stride)) } : {};
  const initializers = [draws.tensor('w', [group * read, filters, ...kernel]), draws.tensor('b', [group * filters])];
  return { node: node('ConvTranspose', draws.either() ? ['x', 'w', 'b'] : ['x', 'w'], ['y'], { group, ...(isSmall ? withoutPads : attributes), ...extra }), shape: [draws.upTo(2), group * read, ...image], initializers };
}

function pool(draws: Draws): RandomNode {
  const isMax = draws.either();
  const { image, kernel, attributes } = windows(draws, isMax);
  const more: Attributes = isMax ? {} : { count_include_pad: draws.below(2) };
  const outputs = isMax && draws.either() ? ['y', 'z'] : ['y'];
  return { node: node(isMax ? 'MaxPool' : 'AveragePool', ['x'], outputs, { kernel_shape: kernel, ceil_mode: draws.below(2), ...more, ...attributes }), shape: [draws.upTo(2), draws.upTo(3), ...image] };
}

function resize(draws: Draws): RandomNode {
  const image = draws.extents(2, 6);
  const mode = draws.of(['nearest', 'linear', 'cubic']);
  const transform = draws.of(['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric']);
  const attributes = { mode, coordinate_transformation_mode: transform, nearest_mode: draws.of(['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil']), ...(mode === 'cubic' && { exclude_outside: draws.below(2), cubic_coeff_a: { float: -0.5 } }) };
  if (draws.either()) return { node: node('Resize', ['x', '', '', 'sizes'], ['y'], attributes), shape: [1, 2, ...image], initializers: [ints('sizes', [4], [1, 2, ...draws.extents(2, 12)])] };
  const factors = transform === 'align_corners' ? [1, 2, 3] : [0.5, 0.75, 1, 1.5, 2, 2.5];
  // One element is left of an axis at least.
  const scales = image.map((extent) => draws.of(factors.filter((factor) => extent * factor >= 1)));
  return { node: node('Resize', ['x', '', 'scales'], ['y'], attributes), shape: [1, 2, ...image], initializers: [floats('scales', [4], [1, 1, ...scales])] };
}

function gemm(draws: Draws): RandomNode {
  const [m, k, n] = [draws.upTo(4), draws.upTo(4), draws.upTo(4)];
  const [transA, transB] = [draws.below(2), draws.below(2)];
  const initializers = [draws.tensor('w', transB === 1 ? [n, k] : [k, n]), draws.tensor('b', draws.of([[n], [m, n], [1, n], [m, 1], [1], []]))];
  return { node: node('Gemm', draws.either() ? ['x', 'w', 'b'] : ['x', 'w'], ['y'], { alpha: { float: 0.5 }, beta: { float: 2 }, transA, transB }), shape: transA === 1 ? [k, m] : [m, k], initializers };
}

function matMul(draws: Draws): RandomNode {
  const [m, k, n] = [draws.upTo(4), draws.upTo(4), draws.upTo(4)];
  const [shape, weight] = draws.of([[[m, k], [k, n]], [[k], [k, n]], [[m, k], [k]], [[k], [k]], [[2, m, k], [k, n]], [[2, 1, m, k], [3, k, n]], [[k], [2, k, n]], [[3, m, k], [k]]] as const);
  return { node: node('MatMul', ['x', 'w'], ['y']), shape, initializers: [draws.tensor('w', weight)] };
}

function norm(draws: Draws): RandomNode {
  const channels = draws.upTo(3);
  const shape = [2, channels, ...draws.extents(draws.upTo(3))];
  const [scale, bias, mean] = ['scale', 'bias', 'mean'].map((name) => draws.tensor(name, [channels])) as [TensorProto, TensorProto, TensorProto];
  const variance = floats('variance', [channels], draws.list(channels, () => draws.number() ** 2 + 0.25));
  if (draws.either()) return { node: node('BatchNormalization', ['x', 'scale', 'bias', 'mean', 'variance'], ['y']), shape, initializers: [scale, bias, mean, variance] };
  if (draws.either()) return { node: node('InstanceNormalization', ['x', 'scale', 'bias'], ['y']), shape, initializers: [scale, bias] };
  return { node: node('LRN', ['x'], ['y'], { size: draws.of([1, 3, 5]), alpha: { float: 0.125 } }), shape: [1, draws.upTo(7), 2, 3] };
}

const axisOf = (draws: Draws, rank: number): number => draws.below(2 * rank) - rank;

function softmax(draws: Draws): RandomNode {
  const rank = draws.upTo(4);
  return { node: node(draws.of(['Softmax', 'LogSoftmax']), ['x'], ['y'], draws.either() ? { axis: axisOf(draws, rank) } : {}), shape: draws.extents(rank) };
}

function pad(draws: Draws): RandomNode {
  const rank = draws.upTo(4);
  const mode = draws.of(['constant', 'edge', 'reflect']);
  const pads = draws.list(2 * rank, () => (mode === 'constant' ? draws.below(4) - 1 : draws.below(3)));
  return { node: node('Pad', draws.either() ? ['x', 'pads', 'value'] : ['x', 'pads'], ['y'], { mode }), shape: draws.list(rank, () => 2 + draws.upTo(3)), initializers: [ints('pads', [2 * rank], pads), floats('value', [], [1.5])] };
}

function slice(draws: Draws): RandomNode {
  const rank = draws.upTo(4);
  const axes = draws.list(rank, (axis) => axis).filter(() => draws.either());
  const count = axes.length;
  const steps = axes.map(() => draws.of([1, 1, 2, 3, -1, -2]));
  const ends = steps.map((step) => (draws.below(3) === 0 ? (step > 0 ? 2n ** 63n - 1n : -(2n ** 63n)) : draws.below(11) - 5));
  const initializers = [ints('starts', [count], axes.map(() => draws.below(9) - 4)), ints('ends', [count], ends), ints('axes', [count], axes.map((axis) => (draws.either() ? axis : axis - rank))), ints('steps', [count], steps)];
  return { node: node('Slice', ['x', 'starts', 'ends', 'axes', 'steps'], ['y']), shape: draws.extents(rank, 5), initializers };
}

function gather(draws: Draws): RandomNode {
  const shape = draws.extents(draws.upTo(3));
  const axis = axisOf(draws, shape.length);
  const extent = shape.at(axis) as number;
  const places = draws.of([[], [2], [2, 2]]);
  return { node: node('Gather', ['x', 'i'], ['y'], { axis }), shape, initializers: [ints('i', places, draws.list(places.reduce((a, b) => a * b, 1), () => draws.below(2 * extent) - extent))] };
}

function reduction(draws: Draws): RandomNode {
  const rank = draws.upTo(4);
  const shape = draws.extents(rank);
  const axes = draws.list(rank, (axis) => axis).filter(() => draws.either());
  const keepdims = draws.below(2);
  const op = draws.of(['ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceProd', 'ReduceSum', 'ArgMax', 'ArgMin']);
  if (op.startsWith('Arg')) return { node: node(op, ['x'], ['y'], { axis: axisOf(draws, rank), keepdims, select_last_index: draws.below(2) }), shape };
  if (op === 'ReduceSum') return { node: node(op, ['x', 'axes'], ['y'], { keepdims, noop_with_empty_axes: draws.below(2) }), shape, integers: draws.either(), initializers: [ints('axes', [axes.length], axes.map((axis) => axis - rank))] };
  return { node: node(op, ['x'], ['y'], { keepdims, ...(axes.length > 0 && { axes }) }), shape };
}

const unaries = ['Abs', 'Ceil', 'Erf', 'Exp', 'Floor', 'Neg', 'Round', 'Sign', 'Celu', 'Elu', 'HardSigmoid', 'HardSwish', 'LeakyRelu', 'Relu', 'Selu', 'Sigmoid', 'Softplus', 'Softsign', 'Tanh', 'ThresholdedRelu', 'Reciprocal', 'Identity', 'GlobalAveragePool', 'GlobalMaxPool'];
const unary = (draws: Draws): RandomNode => ({ node: node(draws.of(unaries), ['x'], ['y']), shape: [2, 3, 4] });

function binary(draws: Draws): RandomNode {
  const [shape, other] = draws.of([[[2, 3], [3]], [[2, 3], [2, 1]], [[3], [2, 3]], [[1, 3], [2, 1]], [[2, 3], []], [[2, 1, 3], [4, 1]]] as const);
  return { node: node(draws.of(['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Mean', 'Sum', 'Greater', 'Less', 'Equal', 'GreaterOrEqual', 'LessOrEqual']), ['x', 'b'], ['y']), shape, initializers: [draws.tensor('b', other)] };
}

function ofIntegers(draws: Draws): RandomNode {
  const op = draws.of(['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Greater', 'Equal', 'Mod', 'Pow']);
  const sign = op === 'Pow' || draws.either() ? 1 : -1;
  return { node: node(op, ['x', 'b'], ['y'], op === 'Mod' ? { fmod: draws.below(2) } : {}), shape: [2, 3], integers: true, initializers: [ints('b', [3], draws.list(3, () => sign * draws.upTo(5)))] };
}

function shaped(draws: Draws): RandomNode {
  const cube = [2, 3, 4];
  return draws.of<() => RandomNode>([
    () => ({ node: node('Shape', ['x'], ['y'], { start: draws.below(9) - 4, end: draws.below(11) - 5 }), shape: [2, 3, 4, 5] }),
    () => ({ node: node('Split', ['x', 's'], ['y', 'z'], { axis: draws.of([1, -1]) }), shape: [3, 6], initializers: [ints('s', [2], draws.of([[2, 4], [3, 3], [6, 0]]))] }),
    () => ({ node: node('Concat', ['x', 'b', 'x'], ['y'], { axis: draws.of([0, -2]) }), shape: [2, 3], initializers: [draws.tensor('b', [draws.upTo(3), 3])] }),
    () => ({ node: node('Tile', ['x', 'r'], ['y']), shape: [2, 3], initializers: [ints('r', [2], [draws.upTo(3), draws.below(3)])] }),
    () => ({ node: node('Expand', ['x', 's'], ['y']), shape: draws.of([[3, 1], [1], [2, 1, 3]]), initializers: [ints('s', [3], draws.of([[2, 1, 3], [2, 3, 1], [1, 1, 1]]))] }),
    () => ({ node: node('Reshape', ['x', 's'], ['y']), shape: cube, initializers: [ints('s', [3], draws.of([[0, -1, 2], [4, 3, 2], [-1, 1, 1], [0, 0, 0], [1, 24, -1]]))] }),
    () => ({ node: node('Transpose', ['x'], ['y'], draws.either() ? { perm: draws.of([[2, 0, 1], [0, 2, 1], [1, 2, 0]]) } : {}), shape: cube }),
    () => ({ node: node('Flatten', ['x'], ['y'], { axis: draws.below(7) - 3 }), shape: cube }),
    () => ({ node: node('DepthToSpace', ['x'], ['y'], { blocksize: 2, mode: draws.of(['DCR', 'CRD']) }), shape: [1, 8, 2, 3] }),
    () => ({ node: node('SpaceToDepth', ['x'], ['y'], { blocksize: 2 }), shape: [1, 2, 4, 6] }),
    () => ({ node: node('Cast', ['x'], ['y'], { to: draws.of([6, 7, 9, 11, 1]) }), shape: [5] }),
    () => ({ node: node('PRelu', ['x', 'b'], ['y']), shape: [2, 3, 2, 2], initializers: [draws.tensor('b', draws.of([[3, 1, 1], [1], [3, 2, 2], [2, 2]]))] }),
    () => ({ node: node('Clip', draws.of([['x', 'a', 'b'], ['x', '', 'b'], ['x', 'a'], ['x']]), ['y']), shape: [2, 3], initializers: [draws.tensor('a', []), draws.tensor('b', [])] }),
  ])();
}

/** By family. All are of opset 17. */
export const families: Readonly<Record<string, (draws: Draws) => RandomNode>> = {
  convolution, transposedConvolution, pool, resize, gemm, matMul, norm, softmax, pad, slice, gather, reduction, unary, binary, ofIntegers, shaped,
};
