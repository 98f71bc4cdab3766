// Operators that rearrange elements, reduce axes, and compute shapes.

import { float, floats, int, ints, oneOf, required, since6, since7, string, strings, tensor } from './signature.ts';
import type { OperatorSignatures } from './signature.ts';

/** Axes as an attribute, and later as an input. */
function reduction(from: typeof since6, byAttribute: readonly number[], byInput: readonly number[]): OperatorSignatures {
  return from(
    { since: byAttribute, inputs: 'data', outputs: 'reduced', attributes: { axes: ints(), keepdims: int(1) } },
    { since: byInput, inputs: 'data axes?', outputs: 'reduced', attributes: { keepdims: int(1), noop_with_empty_axes: int(0) } },
  );
}

const arg: OperatorSignatures = since7(
  { since: [1, 11], inputs: 'data', outputs: 'reduced', attributes: { axis: int(0), keepdims: int(1) } },
  { since: [12, 13], inputs: 'data', outputs: 'reduced', attributes: { axis: int(0), keepdims: int(1), select_last_index: int(0) } },
);

const constants = { value_float: float(), value_floats: floats(), value_int: int(), value_ints: ints(), value_string: string(), value_strings: strings() };
const pad = { mode: oneOf('constant', 'reflect', 'edge') };
const padOrWrap = { mode: oneOf('constant', 'reflect', 'edge', 'wrap') };

export const shapeSignatures: Readonly<Record<string, OperatorSignatures>> = {
  // Sparse values are not read, so an attribute that gives one is unknown.
  Constant: since6(
    { since: [1, 9], inputs: '', outputs: 'output', attributes: { value: required(tensor()) } },
    { since: [11], inputs: '', outputs: 'output', attributes: { value: tensor() } },
    { since: [12, 13, 19, 21, 23, 24, 25], inputs: '', outputs: 'output', attributes: { value: tensor(), ...constants } },
  ),
  ConstantOfShape: since7({ since: [9, 20, 21, 23, 24, 25], inputs: 'input', outputs: 'output', attributes: { value: tensor() } }),
  Shape: since7({ since: [1, 13], inputs: 'data', outputs: 'shape' }, { since: [15, 19, 21, 23, 24, 25], inputs: 'data', outputs: 'shape', attributes: { end: int(), start: int(0) } }),
  Size: since7({ since: [1, 13, 19, 21, 23, 24, 25], inputs: 'data', outputs: 'size' }),
  Range: since7({ since: [11], inputs: 'start limit delta', outputs: 'output' }),

  Reshape: since6({ since: [5, 13], inputs: 'data shape', outputs: 'reshaped' }, { since: [14, 19, 21, 23, 24, 25], inputs: 'data shape', outputs: 'reshaped', attributes: { allowzero: int(0) } }),
  Flatten: since6({ since: [1, 9, 11, 13, 21, 23, 24, 25], inputs: 'input', outputs: 'output', attributes: { axis: int(1) } }),
  Squeeze: since6({ since: [1, 11], inputs: 'data', outputs: 'squeezed', attributes: { axes: ints() } }, { since: [13, 21, 23, 24, 25], inputs: 'data axes?', outputs: 'squeezed' }),
  Unsqueeze: since6({ since: [1, 11], inputs: 'data', outputs: 'expanded', attributes: { axes: required(ints()) } }, { since: [13, 21, 23, 24, 25], inputs: 'data axes', outputs: 'expanded' }),
  Transpose: since6({ since: [1, 13, 21, 23, 24, 25], inputs: 'data', outputs: 'transposed', attributes: { perm: ints() } }),
  Expand: since7({ since: [8, 13], inputs: 'input shape', outputs: 'output' }),
  Tile: since7({ since: [6, 13], inputs: 'input repeats', outputs: 'output' }),

  Concat: since6({ since: [4, 11, 13], inputs: 'inputs*', outputs: 'concat_result', attributes: { axis: required(int()) } }),
  Split: since6(
    { since: [2, 11], inputs: 'input', outputs: 'outputs*', attributes: { axis: int(0), split: ints() } },
    { since: [13], inputs: 'input split?', outputs: 'outputs*', attributes: { axis: int(0) } },
    { since: [18], inputs: 'input split?', outputs: 'outputs*', attributes: { axis: int(0), num_outputs: int() } },
  ),
  Slice: since6(
    { since: [1], inputs: 'data', outputs: 'output', attributes: { axes: ints(), ends: required(ints()), starts: required(ints()) } },
    { since: [10, 11, 13], inputs: 'data starts ends axes? steps?', outputs: 'output' },
  ),
  Gather: since7({ since: [1, 11, 13], inputs: 'data indices', outputs: 'output', attributes: { axis: int(0) } }),
  Pad: since6(
    { since: [2], inputs: 'data', outputs: 'output', attributes: { ...pad, pads: required(ints()), value: float(0) } },
    { since: [11, 13], inputs: 'data pads constant_value?', outputs: 'output', attributes: pad },
    { since: [18], inputs: 'data pads constant_value? axes?', outputs: 'output', attributes: pad },
    { since: [19, 21, 23, 24, 25], inputs: 'data pads constant_value? axes?', outputs: 'output', attributes: padOrWrap },
  ),

  ArgMax: arg,
  ArgMin: arg,
  ReduceMax: reduction(since7, [1, 11, 12, 13], [18, 20]),
  ReduceMean: reduction(since6, [1, 11, 13], [18]),
  ReduceMin: reduction(since7, [1, 11, 12, 13], [18, 20]),
  ReduceProd: reduction(since7, [1, 11, 13], [18]),
  ReduceSum: reduction(since6, [1, 11], [13]),
};
