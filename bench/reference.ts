// The network's value in float64, by the definition of each layer: the oracle that every candidate must
// agree with before it is timed.

import { assertNever } from '../src/base/invariant.ts';
import { elementsOf, outputShape } from './network.ts';
import type { ConvLayer, DenseLayer, Layer, MapShape, MaxPoolLayer, Network } from './network.ts';

export function referenceOutput(network: Network, input: Float32Array): Float64Array {
  let shape: MapShape = network.input;
  let map = Float64Array.from(input);
  for (const layer of network.layers) {
    map = applyLayer(layer, shape, map);
    shape = outputShape(layer, shape);
  }
  return map;
}

function applyLayer(layer: Layer, shape: MapShape, map: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  switch (layer.op) {
    case 'conv':
      return conv(layer, shape, map);
    case 'max_pool':
      return maxPool(layer, shape, map);
    case 'flatten':
      return map;
    case 'dense':
      return dense(layer, map);
  }
  assertNever(layer);
}

// One multiply-add over a whole output row at a time: a few times faster than one output at a time, and
// CaffeNet has 0.7 billion of them.
function conv(layer: ConvLayer, shape: MapShape, map: Float64Array): Float64Array<ArrayBuffer> {
  const { filters, window, stride, padding, groups, weights, bias } = layer;
  const [channels, height, width] = shape;
  const output = outputShape(layer, shape);
  const [, outHeight, outWidth] = output;
  const result = new Float64Array(elementsOf(output));
  const groupChannels = channels / groups;
  const groupFilters = filters / groups;
  for (let n = 0; n < filters; n++) {
    const planeStart = n * outHeight * outWidth;
    result.fill(bias[n] as number, planeStart, planeStart + outHeight * outWidth);
    const firstChannel = Math.floor(n / groupFilters) * groupChannels;
    for (let tap = 0; tap < groupChannels * window * window; tap++) {
      const weight = weights[n * groupChannels * window * window + tap] as number;
      if (weight === 0) continue;
      const column = tap % window;
      const row = Math.floor(tap / window) % window;
      const channel = firstChannel + Math.floor(tap / (window * window));
      for (let y = 0; y < outHeight; y++) {
        const inY = y * stride + row - padding;
        if (inY < 0 || inY >= height) continue;
        const from = (channel * height + inY) * width + column - padding;
        const to = planeStart + y * outWidth;
        const firstX = Math.max(0, Math.ceil((padding - column) / stride));
        const endX = Math.min(outWidth, Math.ceil((width - column + padding) / stride));
        for (let x = firstX; x < endX; x++) {
          result[to + x] = (result[to + x] as number) + weight * (map[from + x * stride] as number);
        }
      }
    }
  }
  return layer.relu ? result.map((value) => Math.max(value, 0)) : result;
}

function maxPool(layer: MaxPoolLayer, shape: MapShape, map: Float64Array): Float64Array<ArrayBuffer> {
  const [, height, width] = shape;
  const output = outputShape(layer, shape);
  const [channels, outHeight, outWidth] = output;
  const result = new Float64Array(elementsOf(output));
  for (let c = 0, at = 0; c < channels; c++) {
    for (let y = 0; y < outHeight; y++) {
      for (let x = 0; x < outWidth; x++, at++) {
        let largest = -Infinity;
        for (let row = 0; row < layer.window; row++) {
          const from = (c * height + y * layer.stride + row) * width + x * layer.stride;
          for (let column = 0; column < layer.window; column++) {
            largest = Math.max(largest, map[from + column] as number);
          }
        }
        result[at] = largest;
      }
    }
  }
  return result;
}

function dense(layer: DenseLayer, map: Float64Array): Float64Array<ArrayBuffer> {
  return Float64Array.from({ length: layer.units }, (_, unit) => {
    let sum = layer.bias[unit] as number;
    for (let i = 0; i < map.length; i++) sum += (layer.weights[unit * map.length + i] as number) * (map[i] as number);
    return layer.relu ? Math.max(sum, 0) : sum;
  });
}

/** The largest difference, relative to the largest value of the reference. */
export function relativeDifference(found: Float32Array, reference: Float64Array): number {
  if (found.length !== reference.length) return Infinity;
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < reference.length; i++) {
    const distance = Math.abs((found[i] as number) - (reference[i] as number));
    if (Number.isNaN(distance)) return Infinity;
    difference = Math.max(difference, distance);
    largest = Math.max(largest, Math.abs(reference[i] as number));
  }
  return largest === 0 ? difference : difference / largest;
}
