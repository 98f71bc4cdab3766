// Pools. Those that torch has are its own; of other padding and steps those of layers.py.

import { oneOf, optional } from '../../ir/attributes.ts';
import { poolAttributes } from '../../ops/support/pools.ts';
import type { PoolAttrs } from '../../ops/support/pools.ts';
import { pythonCall, pythonTuple } from '../python-text.ts';
import type { TorchNode, TorchRules } from '../torch-node.ts';
import { evenPadding, sidesText, unless } from './windows.ts';

const averageAttributes = { ...poolAttributes, divisor: optional(oneOf('padded', 'window')) };

/** torch wants padding of half a window at most. */
function ownPadding({ padding, window }: PoolAttrs): readonly [number, number] | undefined {
  const even = evenPadding(padding);
  return even?.every((side, d) => 2 * side <= (window[d] ?? 0)) ? even : undefined;
}

/** Behind the operand: window, stride, sides, dilation, and what the result has of rows and columns. */
function wide({ x, shape }: TorchNode, { window, stride, padding, dilation = [1, 1] }: PoolAttrs): readonly string[] {
  return [x.text, pythonTuple(window, false), pythonTuple(stride, false), sidesText(padding), pythonTuple(dilation, false), pythonTuple(shape.slice(2), false)];
}

function maximum(of: TorchNode): string {
  const attrs = of.attrs(poolAttributes);
  const { window, stride, dilation = [1, 1], ceil } = attrs;
  const padding = ownPadding(attrs);
  if (!padding) return pythonCall('layers.max_pool', wide(of, attrs));
  return pythonCall('F.max_pool2d', [of.x.text, pythonTuple(window), pythonTuple(stride)], { padding: unless(padding, 0), dilation: unless(dilation, 1), ceil_mode: ceil ? 'True' : undefined });
}

function average(of: TorchNode): string {
  const attrs = of.attrs(averageAttributes);
  const { window, stride, dilation = [1, 1], ceil, divisor } = attrs;
  const padding = ownPadding(attrs);
  if (!padding || dilation.some((step) => step !== 1)) return pythonCall('layers.avg_pool', [...wide(of, attrs), `'${divisor ?? 'inside'}'`]);
  return pythonCall('F.avg_pool2d', [of.x.text, pythonTuple(window), pythonTuple(stride)], {
    padding: unless(padding, 0),
    ceil_mode: ceil ? 'True' : undefined,
    count_include_pad: divisor === undefined && padding.some((side) => side > 0) ? 'False' : undefined,
    divisor_override: divisor === 'window' ? String(window[0] * window[1]) : undefined,
  });
}

export const poolRules: TorchRules = {
  max_pool: maximum,
  avg_pool: average,
  global_avg_pool: ({ x, shape }) => `${x.text}.mean(dim=(2, 3)${shape.length === 4 ? ', keepdim=True' : ''})`,
  // Of equal elements the first has the gradient.
  global_max_pool: ({ x, shape }) => `F.adaptive_max_pool2d(${x.text}, 1)${shape.length === 4 ? '' : '.flatten(1)'}`,
};
