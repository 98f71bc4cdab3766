// Seeded data for the suites: weights, inputs and random masks of the sparsity a table names.

import { invariant } from '../src/base/invariant.ts';
import { permutation, stream } from '../src/base/random.ts';
import type { ConvLayer, DenseLayer } from './network.ts';

const SEED = 1;

/** `count` normal draws with deviation `scale`, none of them zero: a zero would look like a pruned weight. */
export function randomValues(name: string, count: number, scale: number): Float32Array {
  const { normal } = stream(SEED, name);
  return Float32Array.from({ length: count }, (_, index) => scale * normal(index) || scale);
}

/** `kept` of `count` indices, drawn without replacement, in rising order. */
export function randomIndices(name: string, count: number, kept: number): readonly number[] {
  invariant(kept <= count, () => `${kept} of ${count} ${name}`);
  return [...permutation(SEED, name, 0, count)].slice(0, kept).sort((a, b) => a - b);
}

export interface ConvSize {
  readonly filters: number;
  /** Of the whole input, all groups together. */
  readonly channels: number;
  readonly window: number;
  readonly stride?: number;
  readonly padding?: number;
  readonly groups?: number;
  readonly relu?: boolean;
}

export function randomConv(name: string, size: ConvSize): ConvLayer {
  const { filters, channels, window, stride = 1, padding = 0, groups = 1, relu = false } = size;
  const fibers = (channels / groups) * window * window;
  return {
    op: 'conv',
    filters,
    window,
    stride,
    padding,
    groups,
    weights: randomValues(`${name}.weights`, filters * fibers, Math.sqrt(2 / fibers)),
    bias: randomValues(`${name}.bias`, filters, 0.1),
    relu,
  };
}

export function randomDense(name: string, inputs: number, units: number, relu: boolean): DenseLayer {
  return {
    op: 'dense',
    units,
    weights: randomValues(`${name}.weights`, units * inputs, Math.sqrt(2 / inputs)),
    bias: randomValues(`${name}.bias`, units, 0.1),
    relu,
  };
}

/** Zeroes all filters (with their bias, so that they are zero maps) but `kept`. */
export function keepFilters(layer: ConvLayer, kept: readonly number[]): ConvLayer {
  const fibers = layer.weights.length / layer.filters;
  const alive = new Set(kept);
  return {
    ...layer,
    weights: layer.weights.map((weight, index) => (alive.has(Math.floor(index / fibers)) ? weight : 0)),
    bias: layer.bias.map((bias, filter) => (alive.has(filter) ? bias : 0)),
  };
}

/** Zeroes all shape fibers but `kept`, which lists the fibers of each convolution group. */
export function keepFibers(layer: ConvLayer, kept: readonly (readonly number[])[]): ConvLayer {
  const fibers = layer.weights.length / layer.filters;
  const alive = kept.map((group) => new Set(group));
  const groupOf = (filter: number): number => Math.floor((filter * layer.groups) / layer.filters);
  return {
    ...layer,
    weights: layer.weights.map((weight, index) =>
      alive[groupOf(Math.floor(index / fibers))]?.has(index % fibers) ? weight : 0,
    ),
  };
}
