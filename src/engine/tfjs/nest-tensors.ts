// What a nest reads and writes as tensors over its axes: a load becomes a tensor with a dimension for each axis, of extent 1 where
// the load does not walk it; what a nest has computed, of the same dimensions, becomes its result.

import { invariant, present } from '../../base/invariant.ts';
import type { Shape } from '../../base/tensor.ts';
import type { Index, LoadExpr } from '../../ir/nest.ts';
import { inOrder } from './dimensions.ts';
import { alongAxes, placedIndices, pointsOf } from './placed-indices.ts';
import type { Fixed, PlacedIndex } from './placed-indices.ts';
import type { Tensorflow, TfTensor } from './tensorflow.ts';

export interface NestLoad {
  /** Axes that it walks. */
  readonly axes: readonly number[];
  readonly read: (from: TfTensor) => TfTensor;
}

/** @param shape Of the tensor that is read. Undefined where that is beyond gathers by dimension. */
export function nestLoad(tf: Tensorflow, { index, outside }: LoadExpr, shape: Shape, extents: readonly number[], fixed: Fixed): NestLoad | undefined {
  const placed = placedIndices(index, shape, extents, fixed);
  if (!placed) return undefined;
  const axes = placed.flatMap((each) => each.axes);
  const order = axes.toSorted((a, b) => a - b).map((axis) => axes.indexOf(axis));
  const masks = placed.flatMap((each, d) => maskOf(each, shape[d] ?? 0, extents));
  invariant(masks.length === 0 || outside !== undefined, 'a load that leaves its tensor says what lies outside');
  return {
    axes,
    read: (from) => {
      let gathered = from;
      for (const [d, { positions, isWhole }] of placed.entries()) {
        const last = (shape[d] ?? 1) - 1;
        if (!isWhole) gathered = tf.gather(gathered, tf.tensor(Int32Array.from(positions, (at) => Math.min(Math.max(at, 0), last)), [positions.length], 'int32'), d);
      }
      const split = tf.reshape(gathered, axes.map((axis) => extents[axis] ?? 1));
      const aligned = tf.reshape(inOrder(tf, split, order), alongAxes(axes, extents));
      return masks.reduce((held, { inside, shape: along }) => tf.where(tf.tensor(inside, along, 'bool'), held, tf.scalar(outside ?? NaN)), aligned);
    },
  };
}

interface Mask {
  readonly inside: Uint8Array;
  /** Along the axes of the nest. */
  readonly shape: Shape;
}

/** Which points lie inside, where not all do. */
function maskOf({ axes, ascending }: PlacedIndex, extent: number, extents: readonly number[]): readonly Mask[] {
  const inside = Uint8Array.from(ascending, (at) => (at >= 0 && at < extent ? 1 : 0));
  if (!inside.includes(0)) return [];
  return [{ inside, shape: alongAxes(axes, extents) }];
}

export interface NestWrite {
  /** @param values Over the axes of the nest. @param held What elements that are not written have; absent: 0. */
  readonly write: (values: TfTensor, held: TfTensor | undefined) => TfTensor;
}

/** @param shape Of the result. Undefined where that is beyond gathers by dimension. */
export function nestWrite(tf: Tensorflow, index: readonly Index[], shape: Shape, extents: readonly number[], fixed: Fixed): NestWrite | undefined {
  const placed = placedIndices(index, shape, extents, fixed);
  if (!placed) return undefined;
  const axes = placed.flatMap((each) => each.axes);
  const order = [...axes, ...[...extents.keys()].filter((axis) => !axes.includes(axis))];
  const sources = placed.map(({ positions }, d) => Int32Array.from({ length: shape[d] ?? 0 }, (_, at) => positions.indexOf(at)));
  return {
    write: (values, held) => {
      const whole = tf.broadcastTo(values, alongAxes(axes, extents));
      let written = tf.reshape(inOrder(tf, whole, order), placed.map((each) => pointsOf(each.axes, extents)));
      for (const [d, { isWhole }] of placed.entries()) {
        const source = present(sources[d], 'sources of a dimension');
        if (!isWhole) written = tf.gather(written, tf.tensor(source.map((at) => Math.max(at, 0)), [source.length], 'int32'), d);
      }
      return sources.reduce((kept, source, d) => {
        if (!source.includes(-1)) return kept;
        const mask = tf.tensor(Uint8Array.from(source, (at) => (at < 0 ? 0 : 1)), shape.map((extent, other) => (other === d ? extent : 1)), 'bool');
        return tf.where(mask, kept, held ?? tf.scalar(0));
      }, written);
    },
  };
}
