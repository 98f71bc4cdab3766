// The network that an import writes, before it is text: layers that call operations of the language, with their weights.

import { invariant } from '../../base/invariant.ts';
import { sizeOf } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';

/** A tensor of weights, in the layout of the language. */
export interface Weight {
  readonly shape: Shape;
  readonly data: Float64Array;
}

/** An argument as it is written. */
export type Argument = number | boolean | readonly number[] | { readonly word: string };

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
  /** Whether the network computes with all the numbers of the model, to the bit. */
  isExact = true;
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
    source.normalized ??= this.#normalized(source, source.affine);
    return source.normalized;
  }

  /** factor * x + shift: by `normalize` as (x - mean) / deviation, else by a number a channel, else by one for each element. */
  #normalized(input: DraftInput, { factor, shift }: ElementAffine): DraftLayer {
    const { sample, order } = input;
    const [by, plus] = [perChannel(input, factor), perChannel(input, shift)];
    const layer = (made: Partial<DraftLayer> & Pick<DraftLayer, 'callee' | 'operands'>): DraftLayer => {
      const whole: DraftLayer = { kind: 'layer', sample, args: new Map(), weights: new Map(), ...made };
      this.layers.push(whole);
      return whole;
    };
    if (by && plus && by.every((value) => value > 0)) {
      const args = { mean: plus.map((value, c) => -value / (by[c] as number)), deviation: by.map((value) => 1 / value) };
      return layer({ callee: 'normalize', operands: [input], args: new Map(Object.entries(args)) });
    }
    if (by && plus) return layer({ callee: 'scale', operands: [input], weights: new Map([['factor', vector(by)], ['shift', vector(plus)]]) });
    const fixed = (values: Float64Array): DraftLayer => layer({ callee: 'constant', operands: [], args: new Map([['shape', sample]]), weights: new Map([['value', { shape: sample, data: order ? Float64Array.from(order, (place) => values[place] as number) : values }]]) });
    const scaled = factor.every((value) => value === 1) ? input : layer({ callee: 'multiply', operands: [input, fixed(factor)] });
    return shift.every((value) => value === 0) && scaled.kind === 'layer' ? scaled : layer({ callee: 'add', operands: [scaled, fixed(shift)] });
  }
}

/** One number for each channel of an input as it is declared, of numbers in the order of the graph; undefined where they differ in one. */
function perChannel({ sample, order }: DraftInput, values: Float64Array): readonly number[] | undefined {
  const channels = sample[0] ?? 1;
  const positions = values.length / channels;
  const found = Array.from({ length: channels }, (_, c) => new Set(Array.from({ length: positions }, (__, i) => values[order?.[c * positions + i] ?? c * positions + i] as number)));
  return found.every(({ size }) => size === 1) ? found.map(([first = 0]) => first) : undefined;
}

const vector = (values: readonly number[]): Weight => ({ shape: [values.length], data: Float64Array.from(values) });
