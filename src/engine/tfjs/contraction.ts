// A sum of products of two operands as one product of matrices:
//
//   axes of both that stay      batch
//   axes of the left alone      rows
//   axes of the right alone     columns
//   axes of both that go        summed

import type { Axis, Nest } from '../../ir/nest.ts';
import type { Shape } from '../../base/tensor.ts';
import { inOrder, keepsOrder } from './dimensions.ts';
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

  /** Of the two orders of a matrix that which costs nothing, if there is one: products take both. */
  const matrices = (x: TfTensor, first: readonly number[], second: readonly number[]): readonly [matrix: TfTensor, isTransposed: boolean] => {
    const inParts = (...parts: readonly (readonly number[])[]): readonly [order: readonly number[], shape: Shape] => {
      const own = parts.flat();
      return [[...own, ...[...extents.keys()].filter((axis) => !own.includes(axis))], parts.map((part) => pointsOf(part, extents))];
    };
    const [[order, shape], [turned, turnedShape]] = [inParts(batch, first, second), inParts(batch, second, first)];
    const isTransposed = !keepsOrder(x, order) && keepsOrder(x, turned);
    return [isTransposed ? tf.reshape(x, turnedShape) : tf.reshape(inOrder(tf, x, order), shape), isTransposed];
  };
  const order = [...batch, ...rows, ...columns];
  const result = [...order, ...[...extents.keys()].filter((axis) => !order.includes(axis))];
  return (a, b) => {
    const [[leftMatrix, leftTransposed], [rightMatrix, rightTransposed]] = [matrices(a, rows, summed), matrices(b, summed, columns)];
    const product = tf.matMul(leftMatrix, rightMatrix, leftTransposed, rightTransposed);
    const split = tf.reshape(product, result.map((axis) => (order.includes(axis) ? (extents[axis] ?? 1) : 1)));
    return inOrder(tf, split, [...extents.keys()].map((axis) => result.indexOf(axis)));
  };
}
