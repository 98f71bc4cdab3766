// The activations of one channel in groups of four that follow each other row by row, a group reaching from the end of a
// row into the next, and the outputs that a few weights of one filter write from each group.
//
// An image has thousands of groups but few kinds of them: away from the borders, groups that start at the same phase of
// the stride write the same pattern of outputs, shifted. So one group of each kind is looked at, and counted as often as
// the kind occurs.

import { present } from '../../base/invariant.ts';
import type { SlidingWeights } from '../../ir/sliding-weights.ts';

/** Activations that are read at once: I of SCNN (Parashar et al., 2017). */
export const activationsAtOnce = 4;

/** Groups whose products go to the same outputs but for a shift, whatever the weights. */
interface GroupKind {
  readonly times: number;
  /** Of one of them. */
  readonly rows: readonly number[];
  readonly columns: readonly number[];
}

export interface ActivationGroups {
  /** Of one channel. */
  readonly activations: number;
  readonly count: number;
  /** How many outputs the weights at these places of the window (row * columns + column) write, summed over all groups. */
  readonly outputs: (taps: readonly number[]) => number;
}

export function activationGroups(slides: SlidingWeights): ActivationGroups {
  const { input, output, window } = slides;
  const [down, across] = [reachOf(slides, 0), reachOf(slides, 1)];
  const activations = input[0] * input[1];
  const kinds = groupKinds(activations, input[1], down, across);
  // What was written for a group, by its number: so nothing has to be wiped between groups.
  const written = new Int32Array(output[0] * output[1]).fill(-1);
  let group = 0;
  const outputsOf = ({ rows, columns }: GroupKind, taps: readonly number[]): number => {
    let found = 0;
    group++;
    for (const tap of taps) {
      const [row, column] = [Math.floor(tap / window[1]), tap % window[1]];
      for (const [i, y] of rows.entries()) {
        const [to, at] = [down.output(y, row), across.output(columns[i] as number, column)];
        if (to < 0 || at < 0 || written[to * output[1] + at] === group) continue;
        written[to * output[1] + at] = group;
        found++;
      }
    }
    return found;
  };
  return { activations, count: Math.ceil(activations / activationsAtOnce), outputs: (taps) => kinds.reduce((sum, kind) => sum + kind.times * outputsOf(kind, taps), 0) };
}

function groupKinds(activations: number, width: number, down: Reach, across: Reach): readonly GroupKind[] {
  const kinds = new Map<string, { times: number; rows: readonly number[]; columns: readonly number[] }>();
  for (let first = 0; first < activations; first += activationsAtOnce) {
    const places = Array.from({ length: Math.min(activationsAtOnce, activations - first) }, (_, i) => first + i);
    const [rows, columns] = [places.map((place) => Math.floor(place / width)), places.map((place) => place % width)];
    const key = `${down.kind(rows)} ${across.kind(columns)}`;
    const found = kinds.get(key);
    if (found) found.times++;
    else kinds.set(key, { times: 1, rows, columns });
  }
  return [...kinds.values()];
}

/** Along rows or columns: which output an activation reaches through which tap. */
interface Reach {
  /** -1: none. */
  readonly output: (index: number, tap: number) => number;
  /** Equal for lists of activations whose outputs differ by a shift alone. */
  readonly kind: (indices: readonly number[]) => string;
}

function reachOf({ input, output, window, stride, dilation, before, spread }: SlidingWeights, d: 0 | 1): Reach {
  const taps = window[d];
  const outputs = Int32Array.from({ length: input[d] * taps }, (_, i) => {
    const [index, apart] = [Math.floor(i / taps), (i % taps) * dilation[d]];
    const to = spread ? index * stride[d] + apart - before[d] : (index + before[d] - apart) / stride[d];
    return Number.isInteger(to) && to >= 0 && to < output[d] ? to : -1;
  });
  const shift = (index: number): number => (spread ? index * stride[d] : Math.floor((index + before[d]) / stride[d]));
  const shapes = new Map<string, number>();
  const shapeOf = Array.from({ length: input[d] }, (_, index) => {
    const shape = Array.from(outputs.subarray(index * taps, (index + 1) * taps), (to) => (to < 0 ? '' : to - shift(index))).join();
    if (!shapes.has(shape)) shapes.set(shape, shapes.size);
    return present(shapes.get(shape), shape);
  });
  return {
    output: (index, tap) => outputs[index * taps + tap] as number,
    kind: (indices) => indices.map((index) => `${shapeOf[index]}+${shift(index) - shift(present(indices[0], 'activation'))}`).join(),
  };
}
