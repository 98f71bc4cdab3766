// Weights of a compacted layer in dense windows, zeros where compaction left a tap out.

import { invariant, present } from '../src/base/invariant.ts';
import { sizeOf } from '../src/base/tensor.ts';
import type { Node, Program } from '../src/ir/graph.ts';
import type { MapShape } from './network.ts';

/** A parameter of a node by its place among the operands; absent: zeros for each of `count`. */
function parameterOf(node: Node, at: number, { graph, parameters }: Program, count: number): Float32Array {
  const leaf = graph.nodes.find(({ id }) => id === node.inputs[at]?.node);
  if (!leaf) return new Float32Array(count);
  return Float32Array.from(present(parameters.get(String(leaf.attrs['name'])), String(leaf.attrs['name'])).data);
}

interface ConvWeights {
  readonly filters: number;
  readonly groups: number;
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/** Of conv or tap_conv, whose groups are all of one size. */
export function convWeights(node: Node, [channels]: MapShape, program: Program): ConvWeights {
  const [, filters = 0] = present(node.results[0], 'shape');
  const [weights, bias] = [parameterOf(node, 1, program, 0), parameterOf(node, 2, program, filters)];
  if (node.op === 'conv') return { filters, groups: Number(node.attrs['groups']), weights, bias };
  const parts = node.attrs['filters'] as readonly number[];
  const taps = node.attrs['taps'] as readonly (readonly number[])[];
  const area = sizeOf(node.attrs['window'] as readonly number[]);
  const groups = parts.length;
  const fibers = (channels / groups) * area;
  const perGroup = filters / groups;
  const dense = new Float32Array(filters * fibers);
  let from = 0;
  for (const [group, kept] of taps.entries()) {
    invariant(parts[group] === perGroup && kept.every((tap) => Math.floor(tap / fibers) === group), 'groups of a convolution have equally many filters and channels');
    for (let o = group * perGroup; o < (group + 1) * perGroup; o++) {
      for (const tap of kept) dense[o * fibers + (tap % fibers)] = weights[from++] ?? NaN;
    }
  }
  return { filters, groups, weights: dense, bias };
}

/** Of normalize_input, whose statistics are lists, or parameters where they were measured. */
export function normalizeWeights(node: Node, [channels]: MapShape, program: Program): { readonly scale: Float32Array; readonly offset: Float32Array } {
  const [listed, deviations] = [node.attrs['mean'], node.attrs['deviation']] as readonly (readonly number[] | undefined)[];
  const mean = listed ?? parameterOf(node, 1, program, channels);
  const deviation = deviations ?? parameterOf(node, listed ? 1 : 2, program, channels);
  const entry = (list: ArrayLike<number>, c: number): number => list[list.length === 1 ? 0 : c] ?? NaN;
  // A mean image holds its channels one after another.
  const each = Math.max(mean.length, channels) / channels;
  return {
    scale: Float32Array.from({ length: channels }, (_, c) => 1 / entry(deviation, c)),
    offset: Float32Array.from({ length: channels * each }, (_, at) => -entry(mean, at) / entry(deviation, Math.floor(at / each))),
  };
}

/** Of dense or tap_dense. */
export function denseWeights(node: Node, [inputs]: MapShape, program: Program): { readonly units: number; readonly weights: Float32Array; readonly bias: Float32Array } {
  const units = Number(node.attrs['units']);
  const [weights, bias] = [parameterOf(node, 1, program, 0), parameterOf(node, 2, program, units)];
  if (node.op === 'dense') return { units, weights, bias };
  const taps = node.attrs['taps'] as readonly number[];
  const dense = new Float32Array(units * inputs);
  for (let unit = 0; unit < units; unit++) {
    for (const [t, tap] of taps.entries()) dense[unit * inputs + tap] = weights[unit * taps.length + t] ?? NaN;
  }
  return { units, weights: dense, bias };
}
