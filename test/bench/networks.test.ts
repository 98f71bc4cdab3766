import { describe, expect, test } from 'vitest';
import { keepFibers, keepFilters, randomConv, randomDense, randomValues } from '../../bench/masks.ts';
import { elementsOf, flopsOf, liveFibers, mapShapes } from '../../bench/network.ts';
import type { Network } from '../../bench/network.ts';
import { referenceOutput, relativeDifference } from '../../bench/reference.ts';
import { gather, shrink } from '../../bench/shrink.ts';
import { caffeNetLayer, caffeNetLayers, denseNetwork, sparseNetwork } from '../../bench/suites/caffenet.ts';
import { leNets, wholeNetwork } from '../../bench/suites/lenet.ts';
import type { LeNet } from '../../bench/suites/lenet.ts';

describe('cases', () => {
  test('CaffeNet has its shapes', () => {
    const outputs = caffeNetLayers.map((layer) => mapShapes(denseNetwork(layer))[1]);
    expect(outputs).toEqual([[96, 55, 55], [256, 27, 27], [384, 13, 13], [384, 13, 13], [256, 13, 13]]);
  });

  test('CaffeNet at Table 4 row 2 has the ratio of operations that its sparsity gives', () => {
    const ratios = caffeNetLayers.map(
      (layer) => flopsOf(denseNetwork(layer), false) / flopsOf(sparseNetwork(layer), false),
    );
    const expected = [1.1, 3.13, 7.29, 12.32, 5.17];
    ratios.forEach((ratio, index) => expect(ratio).toBeCloseTo(expected[index] ?? NaN, 2));
  });

  test('LeNet 1 to 5 have the share of operations that Tables 1 and 2 print', () => {
    const convFlops = (net: LeNet): number[] => {
      const [conv1, pool1, conv2] = shrink(wholeNetwork(net)).network.layers;
      if (conv1?.op !== 'conv' || pool1?.op !== 'max_pool' || conv2?.op !== 'conv') throw new Error('not a LeNet');
      return [
        flopsOf({ input: [1, 28, 28], layers: [conv1] }, false),
        flopsOf({ input: [conv1.filters, 12, 12], layers: [conv2] }, false),
      ];
    };
    const [dense1 = NaN, dense2 = NaN] = convFlops(leNets[0] as LeNet);
    const shares = leNets.map((net) => convFlops(net).map((flops, at) => flops / (at === 0 ? dense1 : dense2)));
    // Table 1 counts LeNet 2's fifth filter of conv1 (25%), though conv2 reads but four: 20%.
    const published = [[1, 1], [0.2, 0.076], [0.15, 0.036], [0.084, 0.082], [0.014, 0.028]];
    shares.forEach((share, index) => {
      expect(share[0]).toBeCloseTo(published[index]?.[0] ?? NaN, 3);
      expect(share[1]).toBeCloseTo(published[index]?.[1] ?? NaN, 3);
    });
  });

  test('masks depend on nothing but the seed', () => {
    const layer = caffeNetLayer('conv5');
    const [first] = sparseNetwork(layer).layers;
    const [second] = sparseNetwork(layer).layers;
    expect(first).toEqual(second);
  });
});

describe('reference', () => {
  test('a convolution by hand, with stride, padding, groups and relu', () => {
    const network: Network = {
      input: [2, 3, 3],
      layers: [
        {
          op: 'conv',
          filters: 2,
          window: 2,
          stride: 2,
          padding: 1,
          groups: 2,
          weights: Float32Array.of(1, 2, 3, 4, -1, 0, 0, 0),
          bias: Float32Array.of(0.5, 1),
          relu: true,
        },
      ],
    };
    const input = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    // Filter 0 at (0, 0) sees only the input's first element, under its last tap.
    expect([...referenceOutput(network, input)]).toEqual([4.5, 18.5, 36.5, 77.5, 1, 1, 1, 0]);
  });

  test('differences are relative to the largest value, and NaN is never agreement', () => {
    expect(relativeDifference(Float32Array.of(1, 2.5), Float64Array.of(1, 2))).toBeCloseTo(0.25);
    expect(relativeDifference(Float32Array.of(NaN), Float64Array.of(1))).toBe(Infinity);
    expect(relativeDifference(Float32Array.of(1), Float64Array.of(1, 2))).toBe(Infinity);
  });
});

describe('shrink', () => {
  test('keeps the value of a chain of layers with zero filters and unread channels', () => {
    const conv1 = keepFilters(randomConv('a', { filters: 6, channels: 2, window: 3, padding: 1 }), [0, 2, 3, 5]);
    const read = [0, 2, 5].flatMap((channel) => [channel * 4, channel * 4 + 3]);
    const conv2 = keepFilters(keepFibers(randomConv('b', { filters: 5, channels: 6, window: 2 }), [read]), [1, 4]);
    const network: Network = {
      input: [2, 8, 8],
      layers: [
        conv1,
        { op: 'max_pool', window: 2, stride: 2 },
        conv2,
        { op: 'flatten' },
        randomDense('c', 45, 4, true),
        randomDense('d', 4, 3, false),
      ],
    };
    const small = shrink(network).network;
    expect(mapShapes(small).map((shape) => shape[0])).toEqual([2, 3, 3, 2, 18, 4, 3]);
    const input = randomValues('input', 128, 1);
    expect(relativeDifference(Float32Array.from(referenceOutput(small, input)), referenceOutput(network, input)))
      .toBeLessThan(1e-6);
  });

  test('keeps equally many channels in both groups', () => {
    const layer = randomConv('g', { filters: 4, channels: 6, window: 1, groups: 2 });
    const network: Network = { input: [6, 3, 3], layers: [keepFibers(layer, [[1], [0, 2]])] };
    const { network: small, inputChannels } = shrink(network);
    expect(inputChannels).toEqual([0, 1, 3, 5]);
    expect(small.layers[0]?.op === 'conv' && liveFibers(small.layers[0])).toEqual([[1], [0, 1]]);
    const input = randomValues('input', elementsOf(network.input), 1);
    const found = referenceOutput(small, gather(input, 9, inputChannels));
    expect([...found]).toEqual([...referenceOutput(network, input)]);
  });
});
