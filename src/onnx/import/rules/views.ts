// Operators that compute nothing: they say in which shape and order elements are seen.

import { flattened, gathered, reshaped, sliced, split, squeezed, transposed, unsqueezed } from '../arrangement.ts';
import { isFloatType, numbersOf, ofInts } from '../constant.ts';
import { elementTypeOf } from '../../format/element-types.ts';
import { refuse } from '../refusal.ts';
import { rearranged } from '../wire.ts';
import type { NodeReader } from '../node-reader.ts';
import type { Rules } from './rule.ts';

/** The sizes of a split, given or equal; the last of these may be smaller. */
export function partsOf(node: NodeReader, extent: number): readonly number[] {
  const given = node.mayNumbersOrInts('split');
  if (given) return given;
  const count = (node.attributes.knows('num_outputs') ? node.attributes.mayInt('num_outputs') : undefined) ?? node.call.node.outputs.length;
  const size = Math.ceil(extent / count);
  return Array.from({ length: count }, (_, i) => Math.max(0, Math.min(size, extent - i * size)));
}

export function sliceAxes(node: NodeReader): Parameters<typeof sliced>[1] {
  const big = (name: string): readonly number[] | undefined => (node.attributes.knows(name) ? node.attributes.mayBigInts(name)?.map(Number) : node.mayNumbers(name));
  const required = (name: string): readonly number[] => big(name) ?? refuse('operand', `has no \`${name}\``);
  return { starts: required('starts'), ends: required('ends'), axes: big('axes'), steps: node.attributes.knows('starts') ? undefined : node.mayNumbers('steps') };
}

export const viewRules: Rules = {
  Reshape: (node) => {
    const data = node.wire('data');
    return rearranged(data, reshaped(data.shape, numbersOf(node.constant('shape')), node.attributes.knows('allowzero') && node.attributes.int('allowzero') === 1));
  },
  Flatten: (node) => {
    const input = node.wire('input');
    return rearranged(input, flattened(input.shape, node.attributes.int('axis')));
  },
  Squeeze: (node) => {
    const data = node.wire('data');
    return rearranged(data, squeezed(data.shape, node.mayNumbersOrInts('axes')));
  },
  Unsqueeze: (node) => {
    const data = node.wire('data');
    return rearranged(data, unsqueezed(data.shape, node.mayNumbersOrInts('axes') ?? []));
  },
  Transpose: (node) => {
    const data = node.wire('data');
    return rearranged(data, transposed(data.shape, node.attributes.mayInts('perm')));
  },
  Slice: (node) => {
    const data = node.wire('data');
    return rearranged(data, sliced(data.shape, sliceAxes(node)));
  },
  Gather: (node) => {
    const data = node.wire('data');
    const indices = node.constant('indices');
    return rearranged(data, gathered(data.shape, { shape: indices.shape, values: numbersOf(indices) }, node.attributes.int('axis')));
  },
  Split: (node) => {
    const input = node.wire('input');
    const axis = node.attributes.int('axis');
    const at = axis < 0 ? axis + input.shape.length : axis;
    return split(input.shape, axis, partsOf(node, input.shape[at] ?? 0)).map((part) => rearranged(input, part));
  },
  Shape: (node) => {
    const { shape } = node.wire('data');
    const { attributes } = node;
    const of = (name: string): number | undefined => (attributes.knows(name) ? attributes.mayInt(name) : undefined);
    const found = shape.slice(of('start') ?? 0, of('end') ?? shape.length);
    return ofInts([found.length], found);
  },
  Size: (node) => ofInts([], [node.wire('data').shape.reduce((size, extent) => size * extent, 1)]),
  Identity: (node) => node.wire('X'),
  Dropout: (node) => {
    if (node.isRead('mask')) refuse('operand', 'gives a mask, which only training has');
    if (node.attributes.knows('training_mode') || node.may('training_mode')) {
      const mode = node.mayConstant('training_mode');
      if (mode && mode.data[0] !== 0n) refuse('operand', 'drops at random, as in training', 'export the model for inference: `model.eval()`');
    }
    return node.wire('data');
  },
  Cast: (node) => {
    const type = elementTypeOf(node.attributes.int('to'));
    if (!type || !isFloatType(type.name)) refuse('operand', `makes ${type?.name ?? 'an unknown type'} of a value of the network`, 'only floats are computed');
    return node.wire('input');
  },
};
