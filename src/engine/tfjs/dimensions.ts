// Dimensions in another order, at no cost where it makes no difference.

import type { Tensorflow, TfTensor } from './tensorflow.ts';

/** Whether elements stay in their order: the only dimensions that change places have extent 1. */
export function keepsOrder({ shape }: TfTensor, order: readonly number[]): boolean {
  const moved = order.filter((d) => shape[d] !== 1);
  return moved.every((d, i) => i === 0 || d > (moved[i - 1] ?? d));
}

export function inOrder(tf: Tensorflow, x: TfTensor, order: readonly number[]): TfTensor {
  return keepsOrder(x, order) ? tf.reshape(x, order.map((d) => x.shape[d] ?? 1)) : tf.transpose(x, order);
}
