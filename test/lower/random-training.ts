// Random trainable networks, wider than the small ones of test/random: more than one vector of channels, odd counts,
// several tiles.

import { present } from '../../src/base/invariant.ts';
import type { Attrs, Batch, Value } from '../../src/ir/graph.ts';
import type { Network } from '../../src/ir/network.ts';
import { draws } from '../random/draw.ts';
import type { Draw } from '../random/draw.ts';
import { convAttrs, denseAttrs, networkOf } from '../train/networks.ts';
import type { AddLayer } from '../train/networks.ts';
import type { Update } from './training-cases.ts';
import { updates } from './training-cases.ts';

export interface RandomTraining {
  readonly network: Network;
  readonly update: Update;
  readonly batch: Batch;
}

interface Image {
  readonly value: Value;
  readonly channels: number;
  readonly extent: readonly [number, number];
}

export function randomTraining(seed: number): RandomTraining {
  const draw = draws(seed, 'training');
  const shards = draw.integer(1, 4);
  const batch = { samples: shards * draw.integer(1, 3), shards };
  const input = [draw.integer(1, 6), draw.integer(3, 10), draw.integer(3, 10)] as const;
  const classes = draw.integer(2, 11);
  const network = networkOf(input, classes, (image, layer) => {
    const entries = draw.pick([0, 1, input[0]]);
    const scaled = (): Value => layer('scaled', 'normalize_input', [image], { mean: Array.from({ length: entries }, draw.normal), deviation: Array.from({ length: entries }, () => 0.5 + draw.uniform()) });
    let at: Image = { value: entries > 0 ? scaled() : image, channels: input[0], extent: [input[1], input[2]] };
    for (let i = draw.integer(0, 4); i > 0; i--) at = imageLayer(draw, layer, `image${i}`, at);
    let features = layer('flat', 'flatten', [at.value]);
    for (let i = draw.integer(0, 2); i > 0; i--) features = featureLayer(draw, layer, `features${i}`, features);
    return layer('fc', 'dense', [features], denseAttrs(classes, draw.chance(0.7)));
  });
  return { network, update: draw.pick(updates), batch };
}

function imageLayer(draw: Draw, layer: AddLayer, name: string, { value, channels, extent }: Image): Image {
  const kind = draw.pick(['conv', 'conv', 'conv', 'norm', 'residual', 'max_pool', 'avg_pool'] as const);
  const pair = (least: number, most: number): [number, number] => [draw.integer(least, most), draw.integer(least, most)];
  const slid = (attrs: Attrs): readonly [number, number] => {
    const of = (key: string, d: number): number => present((attrs[key] as readonly number[])[d], key);
    const along = (d: 0 | 1): number => Math.floor((extent[d] + 2 * of('padding', d) - ('dilation' in attrs ? of('dilation', d) : 1) * (of('window', d) - 1) - 1) / of('stride', d)) + 1;
    return [along(0), along(1)];
  };
  switch (kind) {
    case 'conv': {
      const groups = draw.pick([1, 1, ...[2, 3, 5].filter((g) => channels % g === 0)]);
      const filters = groups * draw.integer(1, groups > 1 ? 7 : draw.pick([3, 9, 40]));
      const window = extent.map((e) => draw.integer(1, Math.min(e, 4)));
      const dilation = window.map((w, d) => (draw.chance(0.3) && 2 * (w - 1) < present(extent[d], 'extent') ? 2 : 1));
      const attrs = convAttrs(filters, 1, { window, dilation, groups, stride: draw.chance(0.5) ? [1, 1] : pair(1, 3), padding: pair(0, 2), bias: draw.chance(0.7) });
      const conv = layer(name, 'conv', [value], attrs);
      return { value: draw.chance(0.5) ? layer(`${name}r`, 'relu', [conv]) : conv, channels: filters, extent: slid(attrs) };
    }
    case 'norm': {
      // Nothing stands before the norm whose gradient it would make zero but for rounding.
      const filters = draw.integer(1, 9);
      const conv = layer(`${name}c`, 'conv', [layer(`${name}r`, 'relu', [value])], convAttrs(filters, 3, { padding: [1, 1], bias: false }));
      return { value: layer(name, 'batch_norm', [conv], { epsilon: 0.1, momentum: 0.1 }), channels: filters, extent };
    }
    case 'residual': {
      const conv = layer(name, 'conv', [value], convAttrs(channels, 3, { padding: [1, 1] }));
      return { value: layer(`${name}s`, 'add', draw.chance(0.5) ? [value, conv] : [conv, value]), channels, extent };
    }
    case 'max_pool':
    case 'avg_pool': {
      const window = extent.map((e) => draw.integer(1, Math.min(e, 3)));
      const attrs = { window, stride: pair(1, 3), padding: window.map((w) => draw.integer(0, w - 1 > 0 ? 1 : 0)) };
      return { value: layer(name, kind, [value], attrs), channels, extent: slid(attrs) };
    }
  }
}

function featureLayer(draw: Draw, layer: AddLayer, name: string, value: Value): Value {
  const dense = layer(name, 'dense', [value], denseAttrs(draw.integer(1, draw.pick([5, 70])), draw.chance(0.7)));
  return draw.chance(0.3) ? layer(`${name}d`, 'dropout', [dense], { rate: 0.5 }) : layer(`${name}r`, 'relu', [dense]);
}
