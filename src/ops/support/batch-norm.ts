// What the batch-norm ops share: result = gamma * (x - mean) / sqrt(variance + epsilon) + beta, by channel
// (Ioffe & Szegedy 2015).

import type { Axis, Index, LoweredNode, NestExpr, TensorRef } from '../../ir/nest.ts';
import type { F64Tensor } from '../../ir/op.ts';
import type { Shape } from '../../base/tensor.ts';
import { along, add, constant, input, load, mul, sub, temporary, unary } from '../../ir/nest.ts';
import { activationAxes, everywhere, lowered, parallel, storeNest } from './nests.ts';
import { activationShape, sampleBatch } from './sampling.ts';
import { mapChannels } from './per-channel.ts';
import { operand } from './shapes.ts';

export type NormAttrs = { readonly epsilon: number };

/** Input indices of the per-channel tensors. */
export interface AffineInputs {
  readonly mean: number;
  readonly variance: number;
  readonly gamma: number;
  readonly beta: number;
}

/** 1 / sqrt(variance + epsilon) of each channel. */
export function inverseDeviations(attrs: NormAttrs, variance: Float64Array): Float64Array {
  return variance.map((value) => 1 / Math.sqrt(value + attrs.epsilon));
}

export function inverseDeviation(attrs: NormAttrs, variance: TensorRef, channel: Index): NestExpr {
  return unary('reciprocal', unary('sqrt', add(load(variance, [channel]), constant(attrs.epsilon))));
}

export function normalizeReference(attrs: NormAttrs, inputs: readonly F64Tensor[], at: AffineInputs): F64Tensor {
  const data = (i: number): Float64Array => operand(inputs, i).data;
  const [mean, gamma, beta] = [data(at.mean), data(at.gamma), data(at.beta)];
  const inverse = inverseDeviations(attrs, data(at.variance));
  return mapChannels(operand(inputs, 0), (x, c) => ((x - (mean[c] as number)) * (inverse[c] as number)) * (gamma[c] as number) + (beta[c] as number));
}

/** Channel scales first (temporary 0), then one multiply and add an element. */
export function normalizeNests(name: string, attrs: NormAttrs, shape: Shape, at: AffineInputs): LoweredNode {
  const channels: Axis = parallel('c', shape[1] ?? 0);
  const scale = mul(load(input(at.gamma), [along(0)]), inverseDeviation(attrs, input(at.variance), along(0)));
  const c = [along(1)];
  const centred = sub(load(input(0), everywhere(shape)), load(input(at.mean), c));
  return lowered(
    [storeNest(`${name}.scale`, [channels], scale, temporary(0)), storeNest(name, activationAxes(shape), add(mul(centred, load(temporary(0), c)), load(input(at.beta), c)))],
    [[shape[1] ?? 0]],
  );
}

/** An activation and its channels; positive values for a variance. */
export function sampleChannels(random: () => number): { readonly shape: Shape; readonly channels: number; readonly positive: () => readonly number[]; readonly batch: typeof sampleBatch } {
  const shape = activationShape(random);
  const channels = shape[1] ?? 0;
  return { shape, channels, positive: () => Array.from({ length: channels }, () => 0.1 + random()), batch: sampleBatch };
}
