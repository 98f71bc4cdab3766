// Pools.

import { oneOf, optional } from '../../../ir/attributes.ts';
import { poolAttributes, poolGeometry, reachesOutside } from '../../../ops/support/pools.ts';
import type { PoolAttrs } from '../../../ops/support/pools.ts';
import { reachOf } from '../../../ops/support/window.ts';
import type { ExportedNode, ExportRules } from '../exported-node.ts';
import type { AttributeValues } from '../graph-writer.ts';
import { sidesOf } from './window.ts';

const averageAttributes = { ...poolAttributes, divisor: optional(oneOf('padded', 'window')) };

function windowed({ window, stride, padding, dilation = [1, 1], ceil }: PoolAttrs): AttributeValues {
  const pads = sidesOf(padding);
  return {
    kernel_shape: window,
    strides: stride,
    pads: pads.some((side) => side > 0) ? pads : undefined,
    dilations: dilation.some((step) => step > 1) ? dilation : undefined,
    ceil_mode: ceil ? 1 : undefined,
  };
}

function average(of: ExportedNode): void {
  const attrs = of.attrs(averageAttributes);
  const geometry = poolGeometry(attrs, of.x.shape, 'avg_pool');
  // Windows of dilated places came late.
  const since = geometry.dilation.some((step) => step > 1) ? 19 : undefined;
  if (attrs.divisor === 'window' && reachesOutside(geometry)) {
    // All places count, also those beyond the padding: they are made places of the image.
    const reach = reachOf(geometry);
    const after = ([0, 1] as const).map((d) => Math.max(0, (geometry.output[d] - 1) * geometry.stride[d] - geometry.before[d] + reach[d] - geometry.input[d]));
    const padded = of.before('Pad', [of.x.name, of.integers('pads', [0, 0, ...geometry.before, 0, 0, ...after])]);
    of.last('AveragePool', [padded], windowed({ window: attrs.window, stride: attrs.stride, padding: [0, 0], ...(attrs.dilation && { dilation: attrs.dilation }) }), since);
    return;
  }
  of.last('AveragePool', [of.x.name], { ...windowed(attrs), count_include_pad: attrs.divisor === undefined ? undefined : 1 }, since);
}

export const poolRules: ExportRules = {
  max_pool: (of) => of.last('MaxPool', [of.x.name], windowed(of.attrs(poolAttributes))),
  avg_pool: average,
  global_avg_pool: (of) => of.last('GlobalAveragePool', [of.x.name]),
  global_max_pool: (of) => of.last('GlobalMaxPool', [of.x.name]),
};
