// A convolution with random grains of its weights zero: single ones, 2-D filters.

import { invariant } from '../../src/base/invariant.ts';
import { randomIndices } from '../masks.ts';
import { flopsOf } from '../network.ts';
import type { ConvLayer, Network } from '../network.ts';

/** @param grain Weights that are zero together, which follow each other. @param sparsity Share of the grains. */
export function maskedGrains(network: Network, name: string, grain: number, sparsity: number): Network {
  const [layer] = network.layers;
  invariant(layer?.op === 'conv', 'a convolution');
  const grains = layer.weights.length / grain;
  const kept = new Set(randomIndices(name, grains, Math.round(grains * (1 - sparsity))));
  const sparse: ConvLayer = { ...layer, weights: layer.weights.map((weight, i) => (kept.has(Math.floor(i / grain)) ? weight : 0)) };
  return { ...network, layers: [sparse] };
}

/** Operations for each weight that is not zero. */
export function liveFlops(network: Network): number {
  const [layer] = network.layers;
  invariant(layer?.op === 'conv', 'a convolution');
  return (flopsOf(network, true) * layer.weights.reduce((count, weight) => count + (weight === 0 ? 0 : 1), 0)) / layer.weights.length;
}
