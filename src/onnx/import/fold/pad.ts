// Known numbers with others around them.

import { stridesOf } from '../../../base/tensor.ts';
import { axisOf, table } from '../arrangement.ts';
import type { Constant } from '../constant.ts';
import type { NodeReader } from '../node-reader.ts';
import { refuse } from '../refusal.ts';

/** Outside: the value, or the place that is meant, by extent. */
const modes: Readonly<Record<string, (at: number, extent: number) => number | undefined>> = {
  constant: (at, extent) => (at >= 0 && at < extent ? at : undefined),
  edge: (at, extent) => Math.min(Math.max(at, 0), extent - 1),
  wrap: (at, extent) => ((at % extent) + extent) % extent,
  reflect: (at, extent) => {
    if (extent === 1) return 0;
    const turn = 2 * (extent - 1);
    const within = ((at % turn) + turn) % turn;
    return within < extent ? within : turn - within;
  },
};

export function foldPad(node: NodeReader): Constant {
  const { shape, data, type } = node.constant('data');
  const pads = node.mayNumbersOrInts('pads') ?? [];
  const axes = (node.call.input('axes') === undefined ? undefined : node.mayNumbers('axes')) ?? shape.map((_, axis) => axis);
  const before = shape.map(() => 0);
  const after = shape.map(() => 0);
  for (const [i, axis] of axes.entries()) {
    before[axisOf(axis, shape.length)] = pads[i] ?? 0;
    after[axisOf(axis, shape.length)] = pads[i + axes.length] ?? 0;
  }
  const value = node.attributes.knows('value') ? node.attributes.float('value') : node.mayConstant('constant_value')?.data[0];
  const placed = modes[node.attributes.string('mode')] ?? refuse('operand', 'pads in a way that is not known');
  const result = shape.map((extent, axis) => extent + (before[axis] as number) + (after[axis] as number));
  if (result.some((extent) => extent < 0)) refuse('shape', `takes more away than there is: ${pads.join(', ')}`);
  const strides = stridesOf(shape);
  const places = table(result, (index) => {
    let place = 0;
    for (const [d, at] of index.entries()) {
      const found = placed(at - (before[d] as number), shape[d] as number);
      if (found === undefined) return -1;
      place += found * (strides[d] as number);
    }
    return place;
  });
  if (data instanceof Float64Array) return { kind: 'constant', type, shape: result, data: Float64Array.from(places, (place) => (place < 0 ? Number(value ?? 0) : (data[place] as number))) };
  return { kind: 'constant', type, shape: result, data: BigInt64Array.from(places, (place) => (place < 0 ? BigInt(value ?? 0) : (data[place] as bigint))) };
}
