// The convolutions of CaffeNet, one network each, dense and with the sparsity of AlexNet 2 (Table 4, row 2
// of Wen et al. 2016). ReLU is fused.

import { present } from '../../src/base/invariant.ts';
import { keepFibers, randomConv, randomIndices } from '../masks.ts';
import type { ConvSize } from '../masks.ts';
import type { ConvLayer, Network } from '../network.ts';
import { shrink } from '../shrink.ts';

export interface CaffeNetLayer extends ConvSize {
  readonly name: string;
  /** Height and width of the input. */
  readonly extent: number;
  /** Share of zero rows (filters) and columns (shape fibers) in Table 4, row 2. */
  readonly rowSparsity: number;
  readonly columnSparsity: number;
  /** Table 4, row 2: measured speed-up over dense on a CPU. */
  readonly published: number;
}

export const caffeNetLayers: readonly CaffeNetLayer[] = [
  { name: 'conv1', filters: 96, channels: 3, window: 11, stride: 4, extent: 227, rowSparsity: 0.094, columnSparsity: 0, published: 1.05 },
  { name: 'conv2', filters: 256, channels: 96, window: 5, padding: 2, groups: 2, extent: 27, rowSparsity: 0.129, columnSparsity: 0.632, published: 3.37 },
  { name: 'conv3', filters: 384, channels: 256, window: 3, padding: 1, extent: 13, rowSparsity: 0.406, columnSparsity: 0.769, published: 6.27 },
  { name: 'conv4', filters: 384, channels: 384, window: 3, padding: 1, groups: 2, extent: 13, rowSparsity: 0.469, columnSparsity: 0.847, published: 9.73 },
  { name: 'conv5', filters: 256, channels: 384, window: 3, padding: 1, groups: 2, extent: 13, rowSparsity: 0, columnSparsity: 0.807, published: 4.93 },
];

export function denseNetwork(layer: CaffeNetLayer): Network {
  return networkOf(layer, randomConv(`caffenet/${layer.name}`, { relu: true, ...layer }));
}

/**
 * The layer with its zero filters gone, as many from each group, and random shape fibers zero in each group.
 * The filters are cut from the shape here, since those of a network's last layer are visible to the caller
 * and no compiler may drop them; so are input channels without a single fiber.
 */
export function sparseNetwork(layer: CaffeNetLayer, { rowSparsity, columnSparsity }: Pick<CaffeNetLayer, 'rowSparsity' | 'columnSparsity'> = layer): Network {
  const groups = layer.groups ?? 1;
  const filters = groups * Math.round((layer.filters / groups) * (1 - rowSparsity));
  const fibers = (layer.channels / groups) * layer.window ** 2;
  const kept = Math.round(fibers * (1 - columnSparsity));
  const name = `caffenet/${layer.name}`;
  const dense = randomConv(name, { relu: true, ...layer, filters });
  const masks = Array.from({ length: groups }, (_, group) => randomIndices(`${name}/fibers${group}`, fibers, kept));
  return shrink(networkOf(layer, keepFibers(dense, masks))).network;
}

function networkOf(layer: CaffeNetLayer, conv: ConvLayer): Network {
  return { input: [layer.channels, layer.extent, layer.extent], layers: [conv] };
}

export function caffeNetLayer(name: string): CaffeNetLayer {
  return present(caffeNetLayers.find((layer) => layer.name === name), name);
}
