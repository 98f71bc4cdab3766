// The network that an import writes, before it is text: layers that call operations of the language, with their weights.

import { invariant } from '../../base/invariant.ts';
import { sizeOf } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import { refuse } from './refusal.ts';

/** A tensor of weights, in the layout of the language. */
export interface Weight {
  readonly shape: Shape;
  readonly data: Float64Array;
}

/** An argument as it is written. */
export type Argument = number | boolean | string | readonly number[];

export interface DraftLayer {
  readonly kind: 'layer';
  /** The operation of the language. */
  callee: string;
  operands: readonly Source[];
  readonly args: Map<string, Argument>;
  /** By suffix: `weight`, `bias`. */
  readonly weights: Map<string, Weight>;
  /** Of its result, without the batch. */
  sample: Shape;
  /** What it is to be called, if that is free. Absent: after what it does. */
  readonly wanted?: string;
}

export interface DraftInput {
  readonly kind: 'input';
  /** Of the graph. */
  readonly name: string;
  /** As it is declared: that of the graph, until a layer reads it otherwise. */
  sample: Shape;
  /** Of each element as it is declared, its place in the graph's input. Absent: in the same order. */
  order?: Int32Array;
  /** A layer has read it, so it stays as it is. */
  isSettled: boolean;
  /** What is done to its elements before any layer reads them, in the order of the graph. */
  affine?: ElementAffine;
  /** The layer that does so. */
  normalized?: DraftLayer;
}

/** factor * x + shift, of each element. */
export interface ElementAffine {
  readonly factor: Float64Array;
  readonly shift: Float64Array;
}

export type Source = DraftLayer | DraftInput;

export class Draft {
  readonly inputs: DraftInput[] = [];
  /** Each behind those that it reads. */
  readonly layers: DraftLayer[] = [];

  input(name: string, sample: Shape): DraftInput {
    const input: DraftInput = { kind: 'input', name, sample, isSettled: false };
    this.inputs.push(input);
    return input;
  }

  layer(layer: Pick<DraftLayer, 'callee' | 'operands' | 'sample'> & { readonly wanted?: string | undefined; readonly args?: Readonly<Record<string, Argument | undefined>>; readonly weights?: Readonly<Record<string, Weight | undefined>> }): DraftLayer {
    const { callee, operands, sample, wanted, args = {}, weights = {} } = layer;
    const given = Object.entries(args).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
    const owned = Object.entries(weights).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
    for (const [name, { shape, data }] of owned) invariant(sizeOf(shape) === data.length, () => `${data.length} numbers for ${name} of ${callee}`);
    const made: DraftLayer = { kind: 'layer', callee, operands: operands.map((operand) => this.settled(operand)), sample, ...(wanted !== undefined && { wanted }), args: new Map(given), weights: new Map(owned) };
    this.layers.push(made);
    return made;
  }

  /** A source as layers read it: an input is normalized, where the graph does so before. */
  settled(source: Source): Source {
    if (source.kind !== 'input') return source;
    source.isSettled = true;
    if (!source.affine) return source;
    if (!source.normalized) {
      const { sample } = source;
      const args = normalization(source, source.affine);
      source.normalized = { kind: 'layer', callee: 'normalize', operands: [source], sample, args: new Map(Object.entries(args)), weights: new Map() };
      this.layers.push(source.normalized);
    }
    return source.normalized;
  }
}

/** factor * x + shift = (x - mean) / deviation, of each channel. */
function normalization({ name, sample, order }: DraftInput, { factor, shift }: ElementAffine): Readonly<Record<'mean' | 'deviation', readonly number[]>> {
  const channels = sample[0] ?? 1;
  const positions = factor.length / channels;
  const ofChannel = (values: Float64Array): readonly number[] =>
    Array.from({ length: channels }, (_, c) => {
      const found = new Set(Array.from({ length: positions }, (__, i) => values[order?.[c * positions + i] ?? c * positions + i] as number));
      const [first = 0] = found;
      return found.size === 1 ? first : refuse('shape', `reads the input ${JSON.stringify(name)} normalized by other numbers at other places of a channel`, 'an input is normalized by one number a channel');
    });
  const [by, plus] = [ofChannel(factor), ofChannel(shift)];
  return { mean: plus.map((value, c) => -value / (by[c] as number)), deviation: by.map((value) => 1 / value) };
}
