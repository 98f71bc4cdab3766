// What inference asks of operand shapes, in a person's words.

import { invariant, present } from '../../base/invariant.ts';
import { formatShape, sameShape, sizeOf } from '../../base/tensor.ts';
import type { F64Tensor } from '../../ir/op.ts';
import type { Shape } from '../../base/tensor.ts';
import { ShapeError } from '../../ir/op.ts';

/** Operand `i`; that it exists is the builder's duty, not the user's. */
export function operand<T>(inputs: readonly T[], i: number): T {
  return present(inputs[i], `operand ${i}`);
}

export function expectCount(inputs: readonly unknown[], op: string, ...counts: readonly number[]): void {
  invariant(counts.includes(inputs.length), () => `${op} has ${inputs.length} operands`);
}

/** Samples, channels, rows, columns of an image activation. */
export function imageShape(shape: Shape, op: string): readonly [number, number, number, number] {
  const [samples, channels, rows, columns] = shape;
  if (shape.length !== 4 || samples === undefined || channels === undefined || rows === undefined || columns === undefined) {
    throw new ShapeError(`${op} takes images of shape [channels, rows, columns], not ${formatShape(shape.slice(1))}`, noImageHelp(shape.slice(1)));
  }
  return [samples, channels, rows, columns];
}

function noImageHelp(sample: Shape): string | undefined {
  if (sample.length === 1) return 'it stands after a layer that gives a flat list of features; move it before that layer';
  return sample.length === 2 ? `a grey image is [1, ${sample.join(', ')}]` : undefined;
}

/** Samples and features of a flat activation. */
export function flatShape(shape: Shape, op: string): readonly [number, number] {
  const [samples, features] = shape;
  if (shape.length !== 2 || samples === undefined || features === undefined) {
    throw new ShapeError(`${op} takes a flat list of features, not ${formatShape(shape.slice(1))}`, 'put flatten before it');
  }
  return [samples, features];
}

export interface ChannelLayout {
  readonly samples: number;
  readonly channels: number;
  /** Of one channel: rows times columns of an image, 1 of a flat activation. */
  readonly positions: number;
}

/** An activation as samples x channels x positions. */
export function channelLayout(shape: Shape, op: string): ChannelLayout {
  const [samples, channels] = shape;
  if (samples === undefined || channels === undefined) throw new ShapeError(`${op} takes samples that have channels or features, not ${formatShape(shape.slice(1))}`);
  return { samples, channels, positions: sizeOf(shape.slice(2)) };
}

export function expectSame(left: Shape, right: Shape, op: string): void {
  if (sameShape(left, right)) return;
  // Shapes are written without the batch axis, in which what a user adds agrees.
  const [found, other] = left[0] === right[0] ? [left.slice(1), right.slice(1)] : [left, right];
  throw new ShapeError(`${op} takes operands of one shape, not ${formatShape(found)} and ${formatShape(other)}`);
}

/** A parameter's shape, known from the operands. */
export function expectParameter(found: Shape, expected: Shape, what: string): void {
  if (!sameShape(found, expected)) throw new ShapeError(`${what} has shape ${formatShape(found)}, expected ${formatShape(expected)}`);
}

export function expectPositive(value: number, what: string): void {
  if (!Number.isSafeInteger(value) || value < 1) throw new ShapeError(`${what} must be a whole number from 1, not ${value}`);
}

/** The shape, if its size is still an exact integer. */
export function finiteShape(shape: Shape, what: string): Shape {
  if (!Number.isSafeInteger(sizeOf(shape))) throw new ShapeError(`${what} would have shape ${formatShape(shape)}, which is too large`);
  return shape;
}

/** Like `data.map`, but named for what it makes: a tensor of the same shape. */
export function mapTensor(a: F64Tensor, f: (value: number, index: number) => number): F64Tensor {
  return { shape: a.shape, data: a.data.map(f) };
}
