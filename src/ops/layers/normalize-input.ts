// The user's normalisation of the network's input: (x - mean) / deviation. The first node of a network that states it.
//
//   %1 = normalize_input(%0) {mean: [0.13], deviation: [0.31]}
//   %3 = normalize_input(%0, %1, %2) {}
//
// A list holds one entry a channel, or one for all. Without it the statistic is a parameter, which a run measures of its
// training samples: one number a channel, or, of the mean of `pixels`, one for every element of a sample (the mean image
// of Krizhevsky et al. 2012, section 2).

import type { Op } from '../../ir/op.ts';
import type { ParameterSpec } from '../../ir/parameter-spec.ts';
import { numbers, optional, set } from '../../ir/attributes.ts';
import type { AttrsOf } from '../../ir/attributes.ts';
import type { Index, Nest, NestExpr } from '../../ir/nest.ts';
import { defineOp, ShapeError } from '../../ir/op.ts';
import type { Shape } from '../../base/tensor.ts';
import { constant, div, index, input, load, result, sub } from '../../ir/nest.ts';
import { elementwiseLinks, identityLink, keptAxis } from '../support/axes.ts';
import { nests, undifferentiated } from '../support/parts.ts';
import { mapChannels } from '../support/per-channel.ts';
import { activationAxes, everywhere, lowered, nestName } from '../support/nests.ts';
import { activationShape, sampleBatch } from '../support/sampling.ts';
import { channelLayout, expectCount, expectParameter, operand } from '../support/shapes.ts';

const attributes = { mean: optional(numbers), deviation: optional(numbers), pixels: optional(set) };
type Attributes = AttrsOf<typeof attributes>;

/** The smallest deviation: kernels flush what is below to zero. */
const leastDeviation = 2 ** -126;

/** The statistics that are no list, in the order of their parameters. */
function parameters(attrs: Attributes, operands: readonly Shape[]): readonly ParameterSpec[] {
  const shape = operand(operands, 0);
  const channels = [channelLayout(shape, 'normalize').channels];
  const measured = { role: 'measured', decay: false } as const;
  const mean: ParameterSpec = { ...measured, suffix: 'mean', shape: attrs.pixels ? shape.slice(1) : channels, initial: { kind: 'statistic', of: 'mean' } };
  const deviation: ParameterSpec = { ...measured, suffix: 'deviation', shape: channels, initial: { kind: 'statistic', of: 'deviation', around: attrs.pixels ? 'pixel' : 'channel' }, least: leastDeviation };
  return [...(attrs.mean ? [] : [mean]), ...(attrs.deviation ? [] : [deviation])];
}

/** Where the parameters stand among the inputs. */
function places({ mean, deviation }: Attributes): { readonly mean: number | undefined; readonly deviation: number | undefined } {
  return { mean: mean ? undefined : 1, deviation: deviation ? undefined : mean ? 1 : 2 };
}

/** Entry of channel c of a list of one entry a channel, or of one for all. */
function entry(list: readonly number[], c: number): number {
  return list[list.length === 1 ? 0 : c] ?? NaN;
}

export const normalizeInput: Op = defineOp(attributes)({
  name: 'normalize_input',
  doc: 'Subtracts the mean of each input channel, or element, and divides by its deviation.',
  parameters,
  infer: (attrs, inputs) => {
    const shape = operand(inputs, 0);
    const { channels } = channelLayout(shape, 'normalize');
    const { mean, deviation } = attrs;
    for (const [what, list] of [['mean', mean], ['deviation', deviation]] as const) {
      if (list && list.length !== 1 && list.length !== channels) throw new ShapeError(`${what} has ${list.length} entries for ${channels} input channels`, 'give one entry a channel, or one for all');
    }
    if (!(deviation ?? []).every((value) => value > 0 && Number.isFinite(value)) || !(mean ?? []).every(Number.isFinite)) throw new ShapeError('deviations must be positive and means finite');
    const owned = parameters(attrs, inputs);
    expectCount(inputs, 'normalize_input', 1 + owned.length);
    for (const [i, { suffix, shape: expected }] of owned.entries()) expectParameter(operand(inputs, 1 + i), expected, `the ${suffix} of normalize`);
    return [shape];
  },
  reference: (attrs, inputs) => {
    const x = operand(inputs, 0);
    const { positions, channels } = channelLayout(x.shape, 'normalize');
    const at = places(attrs);
    const mean = (c: number, i: number): number => {
      if (at.mean === undefined) return entry(attrs.mean ?? [], c);
      return operand(inputs, at.mean).data[attrs.pixels ? i % (channels * positions) : c] as number;
    };
    const deviation = (c: number): number => (at.deviation === undefined ? entry(attrs.deviation ?? [], c) : (operand(inputs, at.deviation).data[c] as number));
    return [mapChannels(x, (value, c, i) => (value - mean(c, i)) / deviation(c))];
  },
  training: undifferentiated,
  pruning: {
    kind: 'channels',
    // A parameter is of one number a channel, or as a sample, which has no axis of samples.
    axes: (_attrs, [x = [], ...owned]) => [elementwiseLinks(x), ...owned.map((shape) => shape.map((_, axis) => identityLink(axis + 1)))],
    slice: (attrs, kept) => {
      const channels = keptAxis(kept, 0, 1);
      const keep = (list: readonly number[]): readonly number[] => (channels === undefined || list.length === 1 ? list : channels.map((c) => entry(list, c)));
      return { ...attrs, ...(attrs.mean && { mean: keep(attrs.mean) }), ...(attrs.deviation && { deviation: keep(attrs.deviation) }) };
    },
    constant: (attrs, [constants], known, [shape]) => {
      const at = places(attrs);
      const meanOf = (c: number): number => (at.mean === undefined ? entry(attrs.mean ?? [], c) : attrs.pixels ? NaN : (known[at.mean]?.data[c] ?? NaN));
      const deviationOf = (c: number): number => (at.deviation === undefined ? entry(attrs.deviation ?? [], c) : (known[at.deviation]?.data[c] ?? NaN));
      return Float64Array.from({ length: shape?.[1] ?? 0 }, (_, c) => ((constants?.[c] ?? NaN) - meanOf(c)) / deviationOf(c));
    },
  },
  // One nest where the entries of each list are alike, else one a channel, so that they are constants of its code.
  lowering: nests((node, inputs) => {
    const shape = operand(inputs, 0);
    const { mean, deviation, pixels } = node.attrs;
    const at = places(node.attrs);
    const alike = [mean, deviation].every((list) => (list ?? []).every((value) => value === list?.[0]));
    const name = nestName(node, 'normalize_input');
    const nest = (c: number): Nest => {
      const axes = activationAxes(shape).map((axis, d) => (d === 1 && !alike ? { ...axis, extent: 1 } : axis));
      const place = everywhere(shape).map((whole, d) => (d === 1 && !alike ? index(c, [1, 1]) : whole));
      const statistic = (list: readonly number[] | undefined, from: number | undefined, of: readonly Index[]): NestExpr => (from === undefined ? constant(entry(list ?? [], c)) : load(input(from), of));
      const value = div(sub(load(input(0), place), statistic(mean, at.mean, pixels ? place.slice(1) : place.slice(1, 2))), statistic(deviation, at.deviation, place.slice(1, 2)));
      return { name: alike ? name : `${name}.channel${c}`, axes, write: { tensor: result(0), index: place }, combine: 'store', initial: 0, value };
    };
    return lowered(Array.from({ length: alike ? 1 : (shape[1] ?? 0) }, (_, c) => nest(c)));
  }),
  sample: (random) => {
    const shape = activationShape(random);
    const channels = shape[1] ?? 1;
    const list = (least: number): readonly number[] | undefined => {
      const length = random() < 0.5 ? 1 : channels;
      const values = Array.from({ length }, () => least + random());
      return random() < 0.5 ? values : undefined;
    };
    const [mean, deviation] = [list(0), list(0.1)];
    const pixels = !mean && shape.length === 4 && random() < 0.5;
    const attrs = { ...(mean && { mean }), ...(deviation && { deviation }), ...(pixels && { pixels: true as const }) };
    const owned = parameters(attrs, [shape]);
    const positive = Array.from({ length: channels }, () => 0.1 + random());
    return { attrs, inputs: [shape, ...owned.map((spec) => spec.shape)], values: [undefined, ...owned.map(({ suffix }) => (suffix === 'deviation' ? positive : undefined))], batch: sampleBatch };
  },
  bound: 'monotone',
  // Mean and deviation are rounded too.
  tolerance: 4,
});
