// What moves elements.

import { number, numbers, optional, pair } from '../../ir/attributes.ts';
import { blockAttributes } from '../../ops/support/block-order.ts';
import { resizeAttributes } from '../../ops/support/resizing.ts';
import { sidesAttributes } from '../../ops/support/sides.ts';
import { pythonCall, pythonTuple } from '../python-text.ts';
import type { TorchNode, TorchRules } from '../torch-node.ts';
import { sidesText } from './windows.ts';

function resize(of: TorchNode): string {
  const { size, scale, mode, coordinates, rounding } = of.attrs(resizeAttributes);
  const [, , rows = 1, columns = 1] = of.x.shape;
  const factors = scale ?? [size[0] / rows, size[1] / columns];
  return pythonCall('layers.resize', [of.x.text, pythonTuple(size, false), pythonTuple(factors, false), ...[mode, coordinates, rounding].map((word) => `'${word}'`)]);
}

function shuffle(of: TorchNode): string {
  const { groups, order } = of.attrs({ groups: optional(number), order: optional(numbers) });
  return order ? `${of.x.text}[:, [${order.join(', ')}]]` : pythonCall('layers.channel_shuffle', [of.x.text, String(groups ?? 1)]);
}

export const shapeRules: TorchRules = {
  flatten: ({ x }) => pythonCall('torch.flatten', [x.text, '1']),
  concat: ({ operands }) => pythonCall('torch.cat', [`[${operands.map(({ text }) => text).join(', ')}]`], { dim: '1' }),
  pad: (of) => pythonCall('F.pad', [of.x.text, sidesText(of.attrs(sidesAttributes).padding)]),
  upsample: (of) => pythonCall('layers.upsample', [of.x.text, ...of.attrs({ factor: pair }).factor.map(String)]),
  resize,
  take_channels: (of) => {
    const { from, count } = of.attrs({ from: number, count: number });
    return `${of.x.text}[:, ${from}:${from + count}]`;
  },
  channel_shuffle: shuffle,
  depth_to_space: (of) => {
    const { block, order } = of.attrs(blockAttributes);
    return pythonCall(order === 'crd' ? 'F.pixel_shuffle' : 'layers.depth_to_space', [of.x.text, String(block)]);
  },
  space_to_depth: (of) => {
    const { block, order } = of.attrs(blockAttributes);
    return pythonCall('layers.space_to_depth', [of.x.text, String(block), order === 'dcr' ? 'True' : 'False']);
  },
};
