// Input normalisation: result[n, c, ...] = (input[n, c, ...] - mean[c]) / deviation[c]. One entry a channel,
// or one for all. The first node of a network that states it.

import type { Op } from '../../ir/op.ts';
import { numbers } from '../../ir/attributes.ts';
import type { AttrsOf } from '../../ir/attributes.ts';
import type { Nest } from '../../ir/nest.ts';
import { defineOp, ShapeError } from '../../ir/op.ts';
import { constant, div, index, input, load, result, sub } from '../../ir/nest.ts';
import { elementwiseLinks, keptAxis } from '../support/axes.ts';
import { nests, undifferentiated } from '../support/parts.ts';
import { mapChannels } from '../support/per-channel.ts';
import { activationAxes, everywhere, lowered, nestName } from '../support/nests.ts';
import { activationShape, sampleBatch } from '../support/sampling.ts';
import { channelLayout, expectCount, operand } from '../support/shapes.ts';

const attributes = { mean: numbers, deviation: numbers };
type Attributes = AttrsOf<typeof attributes>;

/** Entry of channel c of a list of one entry a channel, or of one for all. */
function entry(list: readonly number[], c: number): number {
  return list[list.length === 1 ? 0 : c] ?? NaN;
}

function uniform(attrs: Attributes): boolean {
  return [attrs.mean, attrs.deviation].every((list) => list.every((value) => value === list[0]));
}

export const normalizeInput: Op = defineOp(attributes)({
  name: 'normalize_input',
  doc: 'Subtracts the mean of each input channel and divides by its deviation.',
  infer: (attrs, inputs) => {
    expectCount(inputs, 'normalize_input', 1);
    const { channels } = channelLayout(operand(inputs, 0), 'normalize');
    const { mean, deviation } = attrs;
    for (const [what, list] of [['mean', mean], ['deviation', deviation]] as const) {
      if (list.length !== 1 && list.length !== channels) throw new ShapeError(`${what} has ${list.length} entries for ${channels} input channels`, 'give one entry a channel, or one for all');
    }
    if (!deviation.every((value) => value > 0 && Number.isFinite(value)) || !mean.every(Number.isFinite)) throw new ShapeError('deviations must be positive and means finite');
    return [operand(inputs, 0)];
  },
  reference: (attrs, inputs) => {
    const { mean, deviation } = attrs;
    return [mapChannels(operand(inputs, 0), (x, c) => (x - entry(mean, c)) / entry(deviation, c))];
  },
  training: undifferentiated,
  pruning: {
    kind: 'channels',
    axes: (_attrs, inputs) => inputs.map(elementwiseLinks),
    slice: (attrs, kept) => {
      const channels = keptAxis(kept, 0, 1);
      const keep = (list: readonly number[]): readonly number[] => (channels === undefined || list.length === 1 ? list : channels.map((c) => entry(list, c)));
      return { mean: keep(attrs.mean), deviation: keep(attrs.deviation) };
    },
    constant: (attrs, [constants], _known, [shape]) => {
      const { mean, deviation } = attrs;
      return Float64Array.from({ length: shape?.[1] ?? 0 }, (_, c) => ((constants?.[c] ?? NaN) - entry(mean, c)) / entry(deviation, c));
    },
  },
  // One nest where all channels are alike, else one a channel, so that both numbers are constants of its code.
  lowering: nests((node, inputs) => {
    const shape = operand(inputs, 0);
    const { mean, deviation } = node.attrs;
    const alike = uniform(node.attrs);
    const name = nestName(node, 'normalize_input');
    const nest = (c: number): Nest => {
      const axes = activationAxes(shape).map((axis, d) => (d === 1 && !alike ? { ...axis, extent: 1 } : axis));
      const at = everywhere(shape).map((whole, d) => (d === 1 && !alike ? index(c, [1, 1]) : whole));
      const value = div(sub(load(input(0), at), constant(entry(mean, c))), constant(entry(deviation, c)));
      return { name: alike ? name : `${name}.channel${c}`, axes, write: { tensor: result(0), index: at }, combine: 'store', initial: 0, value };
    };
    return lowered(Array.from({ length: alike ? 1 : (shape[1] ?? 0) }, (_, c) => nest(c)));
  }),
  sample: (random) => {
    const shape = activationShape(random);
    const length = random() < 0.5 ? 1 : (shape[1] ?? 1);
    return { attrs: { mean: Array.from({ length }, random), deviation: Array.from({ length }, () => 0.1 + random()) }, inputs: [shape], batch: sampleBatch };
  },
  bound: 'monotone',
  // Mean and deviation are rounded too.
  tolerance: 4,
});
