// A sum of products of two operands as one product of matrices:
//
//   axes of both that stay      batch
//   axes of the left alone      rows
//   axes of the right alone     columns
//   axes of both that go        summed

import type { Axis, Nest } from '../../ir/nest.ts';
import { pointsOf } from './placed-indices.ts';
import type { NestLoad } from './nest-tensors.ts';
import type { Tensorflow, TfTensor } from './tensorflow.ts';

/** Of operands over the axes of the nest, with the summed axes of extent 1. */
export type Contraction = (left: TfTensor, right: TfTensor) => TfTensor;

/** Undefined where the nest is no such sum, or sums over an axis of one operand alone. */
export function contractionOf(tf: Tensorflow, { axes, combine }: Nest, extents: readonly number[], left: NestLoad, right: NestLoad): Contraction | undefined {
  const walked = [...axes.keys()].filter((axis) => extents[axis] !== 1);
  const isSummed = (axis: number): boolean => (axes[axis] as Axis).kind === 'reduce';
  const [summed, kept] = [walked.filter(isSummed), walked.filter((axis) => !isSummed(axis))];
  const isOf = ({ axes: own }: NestLoad) => (axis: number): boolean => own.includes(axis);
  const [ofLeft, ofRight] = [isOf(left), isOf(right)];
  if (combine !== 'sum' || summed.length === 0 || !summed.every((axis) => ofLeft(axis) && ofRight(axis))) return undefined;
  const batch = kept.filter((axis) => ofLeft(axis) && ofRight(axis));
  const rows = kept.filter((axis) => ofLeft(axis) && !ofRight(axis));
  const columns = kept.filter((axis) => ofRight(axis) && !ofLeft(axis));

  const matrices = (x: TfTensor, first: readonly number[], second: readonly number[]): TfTensor => {
    const order = [...batch, ...first, ...second];
    const others = [...extents.keys()].filter((axis) => !order.includes(axis));
    return tf.reshape(tf.transpose(x, [...order, ...others]), [batch, first, second].map((each) => pointsOf(each, extents)));
  };
  const order = [...batch, ...rows, ...columns];
  const result = [...order, ...[...extents.keys()].filter((axis) => !order.includes(axis))];
  return (a, b) => {
    const product = tf.matMul(matrices(a, rows, summed), matrices(b, summed, columns));
    const split = tf.reshape(product, result.map((axis) => (order.includes(axis) ? (extents[axis] ?? 1) : 1)));
    return tf.transpose(split, [...extents.keys()].map((axis) => result.indexOf(axis)));
  };
}
