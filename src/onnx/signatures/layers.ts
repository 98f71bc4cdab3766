// Operators of layers: windows, products, norms, what changes the size of an image.

import { float, floats, int, ints, oneOf, required, since6, since7, string, until } from './signature.ts';
import type { OperatorSignatures } from './signature.ts';

const autoPad = oneOf('NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID');
const convolution = { auto_pad: autoPad, dilations: ints(), group: int(1), kernel_shape: ints(), pads: ints(), strides: ints() };
const pool = { auto_pad: autoPad, kernel_shape: required(ints()), pads: ints(), strides: ints() };
const norm = { epsilon: float(1e-5), momentum: float(0.9) };
const gemm = { alpha: float(1), beta: float(1), transA: int(0), transB: int(0) };
const image = { inputs: 'X', outputs: 'Y' };

const transforms = ['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric', 'tf_crop_and_resize'] as const;
const resize = {
  coordinate_transformation_mode: oneOf(...transforms),
  cubic_coeff_a: float(-0.75),
  exclude_outside: int(0),
  extrapolation_value: float(0),
  mode: oneOf('nearest', 'linear', 'cubic'),
  nearest_mode: oneOf('round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'),
};
const softmax = (since: readonly number[], axis: number) => ({ since, inputs: 'input', outputs: 'output', attributes: { axis: int(axis) } });
const statistics = 'Y mean? var? saved_mean? saved_var?';

export const layerSignatures: Readonly<Record<string, OperatorSignatures>> = {
  Conv: since6({ since: [1, 11, 22], inputs: 'X W B?', outputs: 'Y', attributes: convolution }),
  ConvTranspose: since6({ since: [1, 11, 22], inputs: 'X W B?', outputs: 'Y', attributes: { ...convolution, output_padding: ints(), output_shape: ints() } }),
  AveragePool: since6(
    { ...image, since: [1], attributes: pool },
    { ...image, since: [7], attributes: { ...pool, count_include_pad: int(0) } },
    { ...image, since: [10, 11], attributes: { ...pool, ceil_mode: int(0), count_include_pad: int(0) } },
    { ...image, since: [19, 22], attributes: { ...pool, ceil_mode: int(0), count_include_pad: int(0), dilations: ints() } },
  ),
  MaxPool: since6(
    { ...image, since: [1], attributes: pool },
    { inputs: 'X', outputs: 'Y Indices?', since: [8], attributes: { ...pool, storage_order: int(0) } },
    { inputs: 'X', outputs: 'Y Indices?', since: [10, 11, 12, 22], attributes: { ...pool, ceil_mode: int(0), dilations: ints(), storage_order: int(0) } },
  ),
  GlobalAveragePool: since7({ ...image, since: [1, 22] }),
  GlobalMaxPool: since7({ ...image, since: [1, 22] }),

  Gemm: since6(
    { since: [6], inputs: 'A B C', outputs: 'Y', attributes: { ...gemm, broadcast: int(0) } },
    { since: [7, 9], inputs: 'A B C', outputs: 'Y', attributes: gemm },
    { since: [11, 13], inputs: 'A B C?', outputs: 'Y', attributes: gemm },
  ),
  MatMul: since6({ since: [1, 9, 13], inputs: 'A B', outputs: 'Y' }),

  BatchNormalization: since6(
    { since: [6], inputs: 'X scale B mean var', outputs: statistics, attributes: { ...norm, is_test: int(0), spatial: int(1) } },
    { since: [7], inputs: 'X scale B mean var', outputs: statistics, attributes: { ...norm, spatial: int(1) } },
    { since: [9], inputs: 'X scale B mean var', outputs: statistics, attributes: norm },
    { since: [14, 15], inputs: 'X scale B input_mean input_var', outputs: 'Y running_mean? running_var?', attributes: { ...norm, training_mode: int(0) } },
  ),
  // Before version 21 it had a scale a group, and was withdrawn.
  GroupNormalization: since7({ since: [21], inputs: 'X scale bias', outputs: 'Y', attributes: { epsilon: float(1e-5), num_groups: required(int()), stash_type: int(1) } }),
  InstanceNormalization: since6({ since: [6, 22], inputs: 'input scale B', outputs: 'output', attributes: { epsilon: float(1e-5) } }),
  LRN: since7({ ...image, since: [1, 13], attributes: { alpha: float(1e-4), beta: float(0.75), bias: float(1), size: required(int()) } }),
  LogSoftmax: since6(softmax([1, 11], 1), softmax([13], -1)),
  Softmax: since6(softmax([1, 11], 1), softmax([13], -1)),

  DepthToSpace: since7(
    { since: [1], inputs: 'input', outputs: 'output', attributes: { blocksize: required(int()) } },
    { since: [11, 13], inputs: 'input', outputs: 'output', attributes: { blocksize: required(int()), mode: oneOf('DCR', 'CRD') } },
  ),
  SpaceToDepth: since7({ since: [1, 13], inputs: 'input', outputs: 'output', attributes: { blocksize: required(int()) } }),
  Resize: since7(
    { since: [10], inputs: 'X scales', outputs: 'Y', attributes: { mode: oneOf('nearest', 'linear') } },
    { since: [11], inputs: 'X roi scales sizes?', outputs: 'Y', attributes: { ...resize, coordinate_transformation_mode: oneOf(...transforms, 'tf_half_pixel_for_nn') } },
    { since: [13], inputs: 'X roi? scales? sizes?', outputs: 'Y', attributes: resize },
    {
      since: [18, 19],
      inputs: 'X roi? scales? sizes?',
      outputs: 'Y',
      attributes: { ...resize, coordinate_transformation_mode: oneOf(...transforms, 'half_pixel_symmetric'), antialias: int(0), axes: ints(), keep_aspect_ratio_policy: oneOf('stretch', 'not_larger', 'not_smaller') },
    },
  ),
  Upsample: until(9, since7(
    { since: [7], inputs: 'X', outputs: 'Y', attributes: { mode: string('nearest'), scales: required(floats()) } },
    { since: [9], inputs: 'X scales', outputs: 'Y', attributes: { mode: string('nearest') } },
  )),
};
