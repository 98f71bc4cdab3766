// A node all of whose operands are known: what it answers is computed as the model is imported. It shares nothing with the reference,
// against which imports are proved.

import { elementTypeOf } from '../../format/element-types.ts';
import { axisOf, expanded, flattened, gathered, reshaped, sliced, split, squeezed, tiled, transposed, unsqueezed } from '../arrangement.ts';
import type { Arrangement } from '../arrangement.ts';
import { constantOf, numbersOf, ofFloats, ofInts, picked } from '../constant.ts';
import type { Constant } from '../constant.ts';
import type { NodeReader } from '../node-reader.ts';
import { refuse } from '../refusal.ts';
import { partsOf, sliceAxes } from '../rules/views.ts';
import { cast, foldElementwise, foldWhere, isElementwise } from './elementwise.ts';
import { foldArg, foldReduction, isReduction } from './reduce.ts';
import { foldPad } from './pad.ts';

type Fold = (node: NodeReader) => Constant | readonly Constant[];

function arranged(constant: Constant, { shape, from }: Arrangement): Constant {
  const { name: _, ...plain } = constant;
  return from ? picked(constant, shape, from) : { ...plain, shape };
}

const flag = (node: NodeReader, name: string): boolean => node.attributes.knows(name) && node.attributes.int(name) === 1;

function constantNode({ attributes }: NodeReader): Constant {
  const tensor = attributes.mayTensor('value');
  if (tensor) return constantOf(tensor);
  if (attributes.knows('value_int')) {
    const [int, ints, float, floats] = [attributes.mayInt('value_int'), attributes.mayInts('value_ints'), attributes.mayFloat('value_float'), attributes.mayFloats('value_floats')];
    if (int !== undefined) return ofInts([], [int]);
    if (ints) return ofInts([ints.length], ints);
    if (float !== undefined) return ofFloats([], Float64Array.of(float));
    if (floats) return ofFloats([floats.length], Float64Array.from(floats));
  }
  return refuse('operand', 'gives no numbers');
}

function constantOfShape(node: NodeReader): Constant {
  const shape = numbersOf(node.constant('input'));
  const tensor = node.attributes.mayTensor('value');
  const one = tensor ? constantOf(tensor) : ofFloats([1], new Float64Array(1));
  return arranged(one, expanded(one.shape, shape));
}

function concat(node: NodeReader): Constant {
  const parts = node.all.map((value) => (value?.kind === 'constant' ? value : refuse('operand', 'has no operand')));
  const [first = refuse('operand', 'has no operand')] = parts;
  const axis = axisOf(node.attributes.int('axis'), first.shape.length);
  const outer = first.shape.slice(0, axis).reduce((product, extent) => product * extent, 1);
  const width = ({ data }: Constant): number => data.length / outer;
  const shape = first.shape.map((extent, d) => (d === axis ? parts.reduce((sum, part) => sum + (part.shape[axis] ?? 0), 0) : extent));
  const pieces = Array.from({ length: outer }, (_, o) => parts.map((part) => part.data.subarray(o * width(part), (o + 1) * width(part)))).flat();
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const data = first.data instanceof Float64Array ? new Float64Array(length) : new BigInt64Array(length);
  let at = 0;
  for (const piece of pieces) {
    (data as Float64Array).set(piece as Float64Array, at);
    at += piece.length;
  }
  return { kind: 'constant', type: first.type, shape, data };
}

function range(node: NodeReader): Constant {
  const [start, limit, delta] = ['start', 'limit', 'delta'].map((name) => Number(node.constant(name).data[0])) as [number, number, number];
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  if (!(count <= 1e6)) refuse('operand', `counts from ${start} to ${limit} by ${delta}`);
  const values = Array.from({ length: count }, (_, i) => start + i * delta);
  const { type, data } = node.constant('start');
  return data instanceof Float64Array ? ofFloats([count], Float64Array.from(values), type) : ofInts([count], values, type);
}

const folds: Readonly<Record<string, Fold>> = {
  Constant: constantNode,
  ConstantOfShape: constantOfShape,
  Identity: (node) => node.constant('X'),
  Dropout: (node) => node.constant('data'),
  Shape: (node) => {
    const { shape } = node.constant('data');
    const of = (name: string): number | undefined => (node.attributes.knows(name) ? node.attributes.mayInt(name) : undefined);
    const found = shape.slice(of('start') ?? 0, of('end') ?? shape.length);
    return ofInts([found.length], found);
  },
  Size: (node) => ofInts([], [node.constant('data').data.length]),
  Cast: (node) => cast(node.constant('input'), elementTypeOf(node.attributes.int('to'))?.name ?? refuse('operand', 'makes elements of an unknown type')),
  Where: (node) => foldWhere(node.constant('condition'), node.constant('X'), node.constant('Y')),
  Concat: concat,
  Range: range,
  Pad: foldPad,
  Reshape: (node) => {
    const data = node.constant('data');
    return arranged(data, reshaped(data.shape, numbersOf(node.constant('shape')), flag(node, 'allowzero')));
  },
  Flatten: (node) => {
    const input = node.constant('input');
    return arranged(input, flattened(input.shape, node.attributes.int('axis')));
  },
  Squeeze: (node) => {
    const data = node.constant('data');
    return arranged(data, squeezed(data.shape, node.mayNumbersOrInts('axes')));
  },
  Unsqueeze: (node) => {
    const data = node.constant('data');
    return arranged(data, unsqueezed(data.shape, node.mayNumbersOrInts('axes') ?? []));
  },
  Transpose: (node) => {
    const data = node.constant('data');
    return arranged(data, transposed(data.shape, node.attributes.mayInts('perm')));
  },
  Slice: (node) => {
    const data = node.constant('data');
    return arranged(data, sliced(data.shape, sliceAxes(node)));
  },
  Gather: (node) => {
    const [data, indices] = [node.constant('data'), node.constant('indices')];
    return arranged(data, gathered(data.shape, { shape: indices.shape, values: numbersOf(indices) }, node.attributes.int('axis')));
  },
  Split: (node) => {
    const input = node.constant('input');
    const axis = axisOf(node.attributes.int('axis'), input.shape.length);
    return split(input.shape, axis, partsOf(node, input.shape[axis] as number)).map((part) => arranged(input, part));
  },
  Expand: (node) => {
    const input = node.constant('input');
    return arranged(input, expanded(input.shape, numbersOf(node.constant('shape'))));
  },
  Tile: (node) => {
    const input = node.constant('input');
    return arranged(input, tiled(input.shape, numbersOf(node.constant('repeats'))));
  },
  ArgMax: (node) => argument(node, false),
  ArgMin: (node) => argument(node, true),
};

function argument(node: NodeReader, smallest: boolean): Constant {
  return foldArg(node.constant('data'), node.attributes.int('axis'), node.attributes.int('keepdims') === 1, smallest, flag(node, 'select_last_index'));
}

function reduction(node: NodeReader): Constant {
  const data = node.constant('data');
  const axes = node.mayNumbersOrInts('axes');
  if ((axes?.length ?? 0) === 0 && flag(node, 'noop_with_empty_axes')) return data;
  return foldReduction(node.op, data, axes && axes.length > 0 ? axes : undefined, node.attributes.int('keepdims') === 1);
}

/** Undefined where the operator is not computed here. */
export function foldOf(op: string): Fold | undefined {
  if (isElementwise(op)) return (node) => foldElementwise(op, node.all.map((value) => (value?.kind === 'constant' ? value : refuse('operand', 'has no operand'))));
  return isReduction(op) ? reduction : folds[op];
}
