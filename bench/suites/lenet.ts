// LeNet 1 to 5: Caffe's LeNet with the filters, channels and shape fibers that Tables 1 and 2 of Wen et al.
// 2016 leave. The weights and the choice of what is left are random.

import { keepFibers, keepFilters, randomConv, randomDense, randomIndices } from '../masks.ts';
import type { Network } from '../network.ts';

export interface LeNet {
  readonly number: 1 | 2 | 3 | 4 | 5;
  /** Filters left in conv1, and channels of conv2 that are read; in Table 2 the latter alone is given. */
  readonly conv1: { readonly filters: number; readonly fibers: number };
  readonly conv2: { readonly filters: number; readonly channels: number; readonly fibers: number };
  /** Tables 1 and 2: measured speed-up over LeNet 1 of conv1 and conv2. */
  readonly published: readonly [number, number];
}

const CHANNELS = 20;
const WINDOW = 5;
const AREA = WINDOW * WINDOW;

export const leNets: readonly LeNet[] = [
  { number: 1, conv1: { filters: 20, fibers: 25 }, conv2: { filters: 50, channels: 20, fibers: 500 }, published: [1, 1] },
  { number: 2, conv1: { filters: 5, fibers: 25 }, conv2: { filters: 19, channels: 4, fibers: 100 }, published: [1.64, 5.23] },
  { number: 3, conv1: { filters: 3, fibers: 25 }, conv2: { filters: 12, channels: 3, fibers: 75 }, published: [1.99, 7.44] },
  { number: 4, conv1: { filters: 2, fibers: 21 }, conv2: { filters: 50, channels: 2, fibers: 41 }, published: [2.33, 6.93] },
  { number: 5, conv1: { filters: 1, fibers: 7 }, conv2: { filters: 50, channels: 1, fibers: 14 }, published: [5.19, 10.82] },
];

interface Masks {
  readonly filters1: readonly number[];
  readonly fibers1: readonly number[];
  readonly filters2: readonly number[];
  readonly fibers2: readonly number[];
}

function masksOf(net: LeNet): Masks {
  const name = `lenet/${net.number}`;
  const filters1 = randomIndices(`${name}/filters1`, CHANNELS, net.conv1.filters);
  const channels = randomIndices(`${name}/channels2`, filters1.length, net.conv2.channels).map((at) => filters1[at] ?? 0);
  // Every channel that is left keeps a fiber: the first of each, then any others.
  const fibers = randomIndices(`${name}/fibers2`, channels.length * (AREA - 1), net.conv2.fibers - channels.length);
  const rest = fibers.map((fiber) => (channels[Math.floor(fiber / (AREA - 1))] ?? 0) * AREA + 1 + (fiber % (AREA - 1)));
  return {
    filters1,
    fibers1: randomIndices(`${name}/fibers1`, AREA, net.conv1.fibers),
    filters2: randomIndices(`${name}/filters2`, 50, net.conv2.filters),
    fibers2: [...channels.map((channel) => channel * AREA), ...rest],
  };
}

/** The whole network, full shapes, with zeros where the table has removed something. */
export function wholeNetwork(net: LeNet): Network {
  const { filters1, fibers1, filters2, fibers2 } = masksOf(net);
  const conv1 = randomConv('lenet/conv1', { filters: CHANNELS, channels: 1, window: WINDOW });
  const conv2 = randomConv('lenet/conv2', { filters: 50, channels: CHANNELS, window: WINDOW });
  return {
    input: [1, 28, 28],
    layers: [
      keepFilters(keepFibers(conv1, [fibers1]), filters1),
      { op: 'max_pool', window: 2, stride: 2 },
      keepFilters(keepFibers(conv2, [fibers2]), filters2),
      { op: 'max_pool', window: 2, stride: 2 },
      { op: 'flatten' },
      randomDense('lenet/fc1', 800, 500, true),
      randomDense('lenet/fc2', 500, 10, false),
    ],
  };
}

/** conv1 alone with the filters and fibers that are left. */
export function conv1Network(net: LeNet): Network {
  const conv = randomConv('lenet/conv1', { filters: net.conv1.filters, channels: 1, window: WINDOW });
  return { input: [1, 28, 28], layers: [keepFibers(conv, [masksOf(net).fibers1])] };
}

/** conv2 alone with the filters, channels and fibers that are left. */
export function conv2Network(net: LeNet): Network {
  const { channels, filters } = net.conv2;
  const conv = randomConv('lenet/conv2', { filters, channels, window: WINDOW });
  const kept = [...new Set(masksOf(net).fibers2.map((fiber) => Math.floor(fiber / AREA)))].sort((a, b) => a - b);
  const fibers = masksOf(net).fibers2.map((fiber) => kept.indexOf(Math.floor(fiber / AREA)) * AREA + (fiber % AREA));
  return { input: [channels, 12, 12], layers: [keepFibers(conv, [fibers])] };
}
