// Where a step takes its gradient, in numbers: the parameters that its forward pass reads, where the optimizer looks
// ahead. For those who look into a step that went wrong.

import { present } from '../base/invariant.ts';
import { tensor } from '../base/tensor.ts';
import type { Tensor } from '../base/tensor.ts';
import { graphBuilder } from '../ir/builder.ts';
import { evaluate } from '../ir/evaluate.ts';
import type { Network, OptimizerSpec } from '../ir/network.ts';
import type { F64Tensor, OpRegistry } from '../ir/op.ts';
import { optimizers } from './optimizers/index.ts';
import { bufferName } from './optimizers/optimizer.ts';

/** @param held Parameters and buffers before the step. @returns Parameters by name, running statistics among them. */
export function gradientPoints({ parameters }: Network, { name: optimizer, settings }: OptimizerSpec, held: ReadonlyMap<string, Tensor>, ops: OpRegistry): ReadonlyMap<string, F64Tensor> {
  const valueOf = (name: string): F64Tensor => {
    const { shape, data } = present(held.get(name), name);
    return tensor(shape, Float64Array.from(data));
  };
  const values = new Map(parameters.map(({ name }) => [name, valueOf(name)]));
  const { buffers, lookahead } = optimizers[optimizer];
  const moved = lookahead?.(settings);
  if (!moved) return values;
  const builder = graphBuilder('gradient points', { samples: 1, shards: 1 }, ops);
  const feeds = new Map<string, F64Tensor>();
  const fed = (name: string): ReturnType<typeof builder.parameter> => {
    const value = valueOf(name);
    feeds.set(name, value);
    return builder.parameter(name, value.shape);
  };
  for (const { name, layer, role } of parameters) {
    // One that the output does not depend on has no buffers.
    if (role !== 'trained' || !buffers.every((buffer) => held.has(bufferName(name, buffer)))) continue;
    const ofParameter = Object.fromEntries(buffers.map((buffer) => [buffer, fed(bufferName(name, buffer))]));
    builder.output(name, moved(builder, { name, layer, value: fed(name), buffers: ofParameter }));
  }
  return new Map([...values, ...evaluate(builder.finish(), ops, feeds).outputs]);
}
