// The convolutions of CaffeNet one after another, with their pools: dense, and with the sparsity of AlexNet 2 (Table 4, row
// 2 of Wen et al. 2016).

import { keepFibers, keepFilters, randomConv, randomIndices } from '../masks.ts';
import type { ConvLayer, Layer, Network } from '../network.ts';
import { caffeNetLayer, caffeNetLayers } from './caffenet.ts';

const POOL: Layer = { op: 'max_pool', window: 3, stride: 2 };

const dense = (name: string): ConvLayer => randomConv(`caffenet/${name}`, { relu: true, ...caffeNetLayer(name) });

function stackOf(conv: (name: string) => Layer): Network {
  const [conv1, conv2, conv3, conv4, conv5] = ['conv1', 'conv2', 'conv3', 'conv4', 'conv5'].map(conv) as [Layer, Layer, Layer, Layer, Layer];
  return { input: [3, 227, 227], layers: [conv1, POOL, conv2, POOL, conv3, conv4, conv5] };
}

export function caffeNetStack(): Network {
  return stackOf(dense);
}

/** Full shapes, with zeros where the table has removed something: as many filters of each group, and fibers of channels that are left. */
export function sparseCaffeNetStack(): Network {
  const layers = new Map<string, Layer>();
  let left: readonly number[] = [0, 1, 2];
  for (const { name, filters, channels, window, groups = 1, rowSparsity, columnSparsity } of caffeNetLayers) {
    const [inGroup, ofGroup] = [channels / groups, filters / groups];
    const kept = Math.round(inGroup * window ** 2 * (1 - columnSparsity));
    const fibers = Array.from({ length: groups }, (_, group) => {
      const alive = left.filter((channel) => Math.floor(channel / inGroup) === group).flatMap((channel) => Array.from({ length: window ** 2 }, (__, tap) => (channel % inGroup) * window ** 2 + tap));
      return randomIndices(`caffenet/stack/${name}/fibers${group}`, alive.length, Math.min(kept, alive.length)).map((at) => alive[at] ?? 0);
    });
    left = Array.from({ length: groups }, (_, group) => randomIndices(`caffenet/stack/${name}/filters${group}`, ofGroup, Math.round(ofGroup * (1 - rowSparsity))).map((filter) => group * ofGroup + filter)).flat();
    layers.set(name, keepFilters(keepFibers(dense(name), fibers), left));
  }
  return stackOf((name) => layers.get(name) ?? dense(name));
}
