// Tensors in the memory of emitted kernels, through the index tables of their bindings.

import { invariant, present } from '../base/invariant.ts';
import { sizeOf, tensor } from '../base/tensor.ts';
import type { Shape, Tensor } from '../base/tensor.ts';
import type { Binding } from './kernel.ts';

/** Element offset of every element of `axes`, row-major, relative to the binding's own offset. */
function offsetsAlong(axes: readonly Int32Array[]): Int32Array {
  let offsets = Int32Array.of(0);
  for (const axis of axes) {
    const next = new Int32Array(offsets.length * axis.length);
    let at = 0;
    for (const outer of offsets) for (const inner of axis) next[at++] = outer + inner;
    offsets = next;
  }
  return offsets;
}

/** Where a batch's samples lie: element e of sample n is at `starts[n] + elements[e]`. */
export interface SampleOffsets {
  /** Of one sample. */
  readonly shape: Shape;
  readonly starts: Int32Array;
  readonly elements: Int32Array;
}

export function sampleOffsets({ name, shape, offset, axes }: Binding): SampleOffsets {
  const [batch, ...sample] = axes;
  return { shape: shape.slice(1), starts: present(batch, `sample axis of ${name}`).map((start) => offset + start), elements: offsetsAlong(sample) };
}

/** The tensor in logical layout, copied out; to `data` where given. */
export function readBinding({ shape, offset, axes }: Binding, memory: Float32Array, data: Float32Array = new Float32Array(sizeOf(shape))): Tensor<Float32Array> {
  let at = 0;
  eachRow(axes, offset, (start, row) => {
    for (let i = 0; i < row.length; i++) data[at++] = memory[start + (row[i] as number)] as number;
  });
  return tensor(shape, data);
}

/** Copies a tensor of the binding's shape in; values are rounded to f32. */
export function writeBinding({ name, shape, offset, axes }: Binding, memory: Float32Array, { data }: { readonly shape: Shape; readonly data: ArrayLike<number> }): void {
  invariant(data.length === sizeOf(shape), () => `${data.length} elements for ${name}`);
  let at = 0;
  eachRow(axes, offset, (start, row) => {
    for (let i = 0; i < row.length; i++) memory[start + (row[i] as number)] = data[at++] as number;
  });
}

/** Visits the rows along the last axis in row-major order. */
function eachRow(axes: readonly Int32Array[], offset: number, visit: (start: number, row: Int32Array) => void): void {
  const row = axes.at(-1) ?? Int32Array.of(0);
  const walk = (d: number, start: number): void => {
    const axis = axes[d];
    if (d >= axes.length - 1 || !axis) visit(start, row);
    else for (const along of axis) walk(d + 1, start + along);
  };
  walk(0, offset);
}
