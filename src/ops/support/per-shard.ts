// Sums over the samples and positions of each channel, one a shard: result [shards, channels].

import type { Shape } from '../../base/tensor.ts';
import type { Batch } from '../../ir/graph.ts';
import type { Index, Nest, NestExpr } from '../../ir/nest.ts';
import type { F64Tensor } from '../../ir/op.ts';
import { along, index, result } from '../../ir/nest.ts';
import { activationAxes, parallel, reduce, samplesPerShard, shardAxis } from './nests.ts';
import { channelLayout } from './shapes.ts';

/** @param term What element `at` of the activation, in channel `c`, adds. */
export function perShardReference(activation: F64Tensor, batch: Batch, sums: F64Tensor, term: (at: number, c: number) => number): F64Tensor {
  const { samples, channels, positions } = channelLayout(activation.shape, 'a sum over channels');
  for (let n = 0; n < samples; n++) {
    const shard = Math.floor(n / samplesPerShard(batch));
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      const first = (n * channels + c) * positions;
      for (let at = first; at < first + positions; at++) sum += term(at, c);
      sums.data[shard * channels + c] = (sums.data[shard * channels + c] as number) + sum;
    }
  }
  return sums;
}

/** @param term Gets the activation's indices and the channel's. */
export function perShardNest(name: string, activation: Shape, batch: Batch, term: (at: readonly Index[], c: Index) => NestExpr): Nest {
  const [s, c, n, firstOfPosition] = [0, 1, 2, 3] as const;
  const [, , ...position] = activationAxes(activation);
  const [, channels = 1] = activation;
  const sample = index(0, [s, samplesPerShard(batch)], [n, 1]);
  const at = [sample, along(c), ...position.map((_, d) => along(firstOfPosition + d))];
  return {
    name,
    axes: [shardAxis(batch.shards), parallel('c', channels), reduce('n', samplesPerShard(batch)), ...position.map((axis) => reduce(axis.name, axis.extent))],
    write: { tensor: result(0), index: [along(s), along(c)] },
    combine: 'sum',
    initial: 0,
    value: term(at, along(c)),
  };
}
