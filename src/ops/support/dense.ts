// What the dense ops share.

import type { Shape } from '../../base/tensor.ts';
import type { Nest, NestExpr } from '../../ir/nest.ts';
import { accumulator, add, along, input, load, result } from '../../ir/nest.ts';
import { batchAxis, parallel, reduce } from './nests.ts';
import type { F64Tensor } from '../../ir/op.ts';
import { zeros } from '../../base/tensor.ts';

/** result[n, o] = sum over k of value(n, o, k), plus the bias where there is one. Axes n, o, k. */
export function denseNest(name: string, samples: number, units: number, terms: number, value: NestExpr, bias: boolean): Nest {
  return {
    name,
    axes: [batchAxis(samples), parallel('o', units), reduce('i', terms)],
    write: { tensor: result(0), index: [along(0), along(1)] },
    combine: 'sum',
    initial: 0,
    value,
    ...(bias && { finish: add(accumulator, load(input(2), [along(1)])) }),
  };
}

/** result[n, o] = bias[o] + sum over t of input[n, columns[t]] * weight[o, t] */
export function denseReference(activation: F64Tensor, weight: F64Tensor, bias: F64Tensor | undefined, columns: Int32Array, units: number): F64Tensor {
  const [samples = 0, features = 0]: Shape = activation.shape;
  const out = zeros([samples, units]);
  const terms = columns.length;
  for (let n = 0; n < samples; n++) {
    for (let o = 0; o < units; o++) {
      let sum = 0;
      for (let t = 0; t < terms; t++) sum += (activation.data[n * features + (columns[t] as number)] as number) * (weight.data[o * terms + t] as number);
      out.data[n * units + o] = sum + (bias ? (bias.data[o] as number) : 0);
    }
  }
  return out;
}
