// The smaller dense network: filters that are zero and channels that nobody reads are cut from the shapes.
// This much any inference library can use, so peers are given it; zero shape fibers are left in place.

import { invariant, present } from '../src/base/invariant.ts';
import { liveFibers, mapShapes } from './network.ts';
import type { ConvLayer, DenseLayer, Layer, MapShape, Network } from './network.ts';

export interface Shrunk {
  readonly network: Network;
  /** The channels of the first input that are still read. */
  readonly inputChannels: readonly number[];
}

/**
 * Cuts dead filters (weights and bias all zero), and channels that no filter reads, from every layer but
 * the output's filters, which a caller can see. Two groups of a convolution keep equally many of each, as
 * libraries ask: the group with fewer keeps some dead ones.
 */
export function shrink(network: Network): Shrunk {
  const shapes = mapShapes(network);
  const layers: Layer[] = [...network.layers];
  // From the output to the input: what a layer reads decides what the one before it need make.
  let kept: readonly number[] | undefined;
  for (let index = layers.length - 1; index >= 0; index--) {
    const layer = present(layers[index], 'layer');
    const dead = deadFilters(layers, index);
    if (layer.op === 'conv') {
      const [channels] = present(shapes[index], 'shape');
      const narrow = kept === undefined ? layer : keepFilterRows(layer, kept);
      kept = channelsRead(narrow, channels, dead);
      layers[index] = keepChannels(narrow, channels, kept);
    } else if (layer.op === 'dense') {
      const narrow = kept === undefined ? layer : keepUnits(layer, kept);
      // A flattened map is H*W inputs in a row.
      const map = present(shapes[layers[index - 1]?.op === 'flatten' ? index - 1 : index], 'shape');
      kept = range(map[0]).filter((channel) => !dead.has(channel));
      layers[index] = keepInputs(narrow, map, kept);
    }
  }
  const inputChannels = kept ?? range(network.input[0]);
  return {
    network: { input: [inputChannels.length, network.input[1], network.input[2]], layers },
    inputChannels,
  };
}

/** Channels of layer `index`'s input that are zero maps, the filter that makes them being zero. */
function deadFilters(layers: readonly Layer[], index: number): ReadonlySet<number> {
  const maker = layers.slice(0, index).findLast((layer) => layer.op === 'conv' || layer.op === 'dense');
  if (maker?.op !== 'conv') return new Set();
  const { filters, bias, weights } = maker;
  const fibers = weights.length / filters;
  const isZero = (n: number): boolean =>
    bias[n] === 0 && weights.subarray(n * fibers, (n + 1) * fibers).every((weight) => weight === 0);
  return new Set(range(filters).filter(isZero));
}

/** Channels of the input that are not `dead` and read by some filter, the same number in every group. */
function channelsRead(layer: ConvLayer, channels: number, dead: ReadonlySet<number>): readonly number[] {
  const area = layer.window * layer.window;
  const perGroup = channels / layer.groups;
  const read = liveFibers(layer).map((fibers, group) => {
    const live = new Set(fibers.map((fiber) => Math.floor(fiber / area) + group * perGroup));
    return [...live].filter((channel) => !dead.has(channel));
  });
  const most = Math.max(...read.map((group) => group.length));
  return read.flatMap((group, g) => {
    const spare = range(perGroup).map((channel) => g * perGroup + channel).filter((channel) => !group.includes(channel));
    return [...group, ...spare.slice(0, most - group.length)].sort((a, b) => a - b);
  });
}

function keepFilterRows(layer: ConvLayer, kept: readonly number[]): ConvLayer {
  invariant(layer.groups === 1, 'only an ungrouped convolution loses filters to its reader');
  const fibers = layer.weights.length / layer.filters;
  const weights = gather(layer.weights, fibers, kept);
  return { ...layer, filters: kept.length, weights, bias: gather(layer.bias, 1, kept) };
}

function keepChannels(layer: ConvLayer, channels: number, kept: readonly number[]): ConvLayer {
  const perGroup = channels / layer.groups;
  const planes = range(layer.filters).flatMap((filter) => {
    const first = Math.floor((filter * layer.groups) / layer.filters) * perGroup;
    const ofGroup = kept.filter((channel) => channel >= first && channel < first + perGroup);
    return ofGroup.map((channel) => filter * perGroup + channel - first);
  });
  return { ...layer, weights: gather(layer.weights, layer.window * layer.window, planes) };
}

function keepUnits(layer: DenseLayer, kept: readonly number[]): DenseLayer {
  const weights = gather(layer.weights, layer.weights.length / layer.units, kept);
  return { ...layer, units: kept.length, weights, bias: gather(layer.bias, 1, kept) };
}

function keepInputs(layer: DenseLayer, [maps, height, width]: MapShape, kept: readonly number[]): DenseLayer {
  const pieces = range(layer.units).flatMap((unit) => kept.map((map) => unit * maps + map));
  return { ...layer, weights: gather(layer.weights, height * width, pieces) };
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** The pieces of `size` elements at `indices`, one after another. */
export function gather(values: Float32Array, size: number, indices: readonly number[]): Float32Array {
  const result = new Float32Array(size * indices.length);
  indices.forEach((from, to) => result.set(values.subarray(from * size, (from + 1) * size), to * size));
  return result;
}
