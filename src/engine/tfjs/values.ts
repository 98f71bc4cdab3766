// Values of a graph as TensorFlow.js has them and as references want them; each form is made from the other when it is asked for.

import type { Shape } from '../../base/tensor.ts';
import type { F64Tensor } from '../../ir/op.ts';
import type { Tensorflow, TfTensor } from './tensorflow.ts';

export interface TfValue {
  readonly tensor: () => TfTensor;
  readonly numbers: () => F64Tensor;
}

export function ofTensor(tensor: TfTensor, shape: Shape): TfValue {
  return { tensor: () => tensor, numbers: () => ({ shape, data: Float64Array.from(tensor.dataSync()) }) };
}

/** As a tensor rounded to f32. */
export function ofNumbers(tf: Tensorflow, { shape, data }: F64Tensor): TfValue {
  let made: TfTensor | undefined;
  return { tensor: () => (made ??= tf.tensor(Float32Array.from(data), shape, 'float32')), numbers: () => ({ shape, data }) };
}
