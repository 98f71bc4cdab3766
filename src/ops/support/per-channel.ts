// Walking an activation of rank 4 or 2 channel by channel.

import type { F64Tensor } from '../../ir/op.ts';
import { channelLayout } from './shapes.ts';

/** result[n, c, ...] = f(input[n, c, ...], c, position in the array) */
export function mapChannels(activation: F64Tensor, f: (value: number, c: number, at: number) => number): F64Tensor {
  const { channels, positions } = channelLayout(activation.shape, 'a map over channels');
  return { shape: activation.shape, data: activation.data.map((value, at) => f(value, Math.floor(at / positions) % channels, at)) };
}
