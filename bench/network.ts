// What the suites measure, said once for every candidate: a chain of layers with its weights. A peer's
// adapter turns it into that peer's own network, `ssl.ts` turns it into `.ssl` source and weights.

import { assertNever, invariant } from '../src/base/invariant.ts';

export interface ConvLayer {
  readonly op: 'conv';
  readonly filters: number;
  readonly window: number;
  readonly stride: number;
  readonly padding: number;
  readonly groups: number;
  /** OIHW: filters x channels of one group x window x window. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
  readonly relu: boolean;
}

export interface MaxPoolLayer {
  readonly op: 'max_pool';
  readonly window: number;
  readonly stride: number;
}

export interface FlattenLayer {
  readonly op: 'flatten';
}

export interface DenseLayer {
  readonly op: 'dense';
  readonly units: number;
  /** OI; the inputs of a flattened map in the order CHW. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
  readonly relu: boolean;
}

export type Layer = ConvLayer | MaxPoolLayer | FlattenLayer | DenseLayer;

export interface Network {
  /** [channels, height, width]. */
  readonly input: readonly [number, number, number];
  readonly layers: readonly Layer[];
}

/** [channels, height, width] of a map; a vector of n elements is [n, 1, 1]. */
export type MapShape = readonly [number, number, number];

export function elementsOf([channels, height, width]: MapShape): number {
  return channels * height * width;
}

function windows(extent: number, window: number, stride: number, padding: number): number {
  const count = Math.floor((extent + 2 * padding - window) / stride) + 1;
  invariant(count > 0, () => `window ${window} does not fit into ${extent} with padding ${padding}`);
  return count;
}

/** The shape a layer makes of `shape`. */
export function outputShape(layer: Layer, shape: MapShape): MapShape {
  const [channels, height, width] = shape;
  switch (layer.op) {
    case 'conv': {
      const { filters, window, stride, padding } = layer;
      return [filters, windows(height, window, stride, padding), windows(width, window, stride, padding)];
    }
    case 'max_pool':
      return [channels, windows(height, layer.window, layer.stride, 0), windows(width, layer.window, layer.stride, 0)];
    case 'flatten':
      return [elementsOf(shape), 1, 1];
    case 'dense':
      return [layer.units, 1, 1];
  }
  assertNever(layer);
}

/** The shape of the map before each layer, and last the network's output. */
export function mapShapes(network: Network): readonly MapShape[] {
  const shapes: MapShape[] = [network.input];
  let shape: MapShape = network.input;
  for (const layer of network.layers) shapes.push((shape = outputShape(layer, shape)));
  return shapes;
}

export function networkOutput(network: Network): MapShape {
  return network.layers.reduce<MapShape>((shape, layer) => outputShape(layer, shape), network.input);
}

/** Whether the output is a map, not a vector: a layer alone, as it would stand inside a network. */
export function endsInMap({ layers }: Network): boolean {
  const last = layers.at(-1)?.op;
  return last === 'conv' || last === 'max_pool';
}

/**
 * Floating-point operations of one run, two a multiply-add. Taps that meet padding count; a shape fiber
 * that is zero over all filters of its group counts only if `countZeroFibers`.
 */
export function flopsOf(network: Network, countZeroFibers: boolean): number {
  const shapes = mapShapes(network);
  return network.layers.reduce((flops, layer, index) => {
    if (layer.op === 'dense') return flops + 2 * layer.weights.length;
    if (layer.op !== 'conv') return flops;
    const [, height, width] = shapes[index + 1] as MapShape;
    const taps = countZeroFibers
      ? layer.weights.length
      : liveFibers(layer).reduce((sum, group) => sum + group.length * (layer.filters / layer.groups), 0);
    return flops + 2 * taps * height * width;
  }, 0);
}

/** For each convolution group the shape fibers (index into channel x window x window) with a non-zero weight. */
export function liveFibers(layer: ConvLayer): readonly (readonly number[])[] {
  const filtersOfGroup = layer.filters / layer.groups;
  const fibers = layer.weights.length / layer.filters;
  return Array.from({ length: layer.groups }, (_, group) => {
    const first = group * filtersOfGroup;
    const rows = Array.from({ length: filtersOfGroup }, (_, n) => (first + n) * fibers);
    return Array.from({ length: fibers }, (_, fiber) => fiber).filter((fiber) =>
      rows.some((row) => layer.weights[row + fiber] !== 0),
    );
  });
}
