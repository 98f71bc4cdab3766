// The convolutions of CaffeNet one after another, with their pools.

import { randomConv } from '../masks.ts';
import type { Layer, Network } from '../network.ts';
import { caffeNetLayer } from './caffenet.ts';

const POOL: Layer = { op: 'max_pool', window: 3, stride: 2 };

export function caffeNetStack(): Network {
  const conv = (name: string): Layer => randomConv(`caffenet/${name}`, { relu: true, ...caffeNetLayer(name) });
  return {
    input: [3, 227, 227],
    layers: [conv('conv1'), POOL, conv('conv2'), POOL, conv('conv3'), conv('conv4'), conv('conv5')],
  };
}
