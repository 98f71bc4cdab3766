// Batch normalisation. Inference uses running statistics:
//
//   result = gamma * (x - mean) / sqrt(variance + epsilon) + beta
//
// Training uses the statistics of the whole batch, summed by shards in fixed order, and moves the running
// ones: running = (1 - momentum) * running + momentum * batch, the variance with divisor M - 1 there.

import type { Op } from '../../ir/op.ts';
import type { ParameterSpec } from '../../ir/parameter-spec.ts';
import type { TrainingContext, TrainingForm } from '../../ir/training-rules.ts';
import { number } from '../../ir/attributes.ts';
import type { AttrsOf } from '../../ir/attributes.ts';
import type { Shape } from '../../base/tensor.ts';
import { present } from '../../base/invariant.ts';
import { defineOp, ShapeError } from '../../ir/op.ts';
import { elementwiseLinks, identityLink } from '../support/axes.ts';
import { inverseDeviations, normalizeNests, normalizeReference, sampleChannels } from '../support/batch-norm.ts';
import { nestName } from '../support/nests.ts';
import { nests } from '../support/parts.ts';
import { channelLayout, expectCount, expectParameter, operand } from '../support/shapes.ts';

const attributes = { epsilon: number, momentum: number };
type Attributes = AttrsOf<typeof attributes>;

const places = { gamma: 1, beta: 2, mean: 3, variance: 4 } as const;

function parameters(_attrs: Attributes, operands: readonly Shape[]): readonly ParameterSpec[] {
  const shape = [channelLayout(operand(operands, 0), 'batch_norm').channels];
  const spec = (suffix: string, alias: string, value: number, role: ParameterSpec['role']): ParameterSpec => ({ suffix, alias, shape, initial: { kind: 'constant', value }, role, decay: false });
  return [
    spec('gamma', 'weight', 1, 'trained'),
    spec('beta', 'bias', 0, 'trained'),
    spec('mean', 'running_mean', 0, 'running'),
    { ...spec('variance', 'running_var', 1, 'running'), least: 0 },
  ];
}

function statistics(inputs: readonly Shape[]): number {
  const { samples, positions } = channelLayout(operand(inputs, 0), 'batch_norm');
  return samples * positions;
}

function training({ builder, node, inputs }: TrainingContext<Attributes>): TrainingForm {
  const origin = { layer: node.layer, span: node.span };
  const [x, gamma, beta] = [operand(inputs, 0), operand(inputs, places.gamma), operand(inputs, places.beta)];
  const count = statistics([builder.shapeOf(x)]);
  const { epsilon, momentum } = node.attrs;
  const mean = builder.one('sum_shards', [builder.one('channel_sums', [x], {}, origin)], { scale: 1 / count }, origin);
  const variance = builder.one('sum_shards', [builder.one('channel_squares', [x, mean], {}, origin)], { scale: 1 / count }, origin);
  const unbiased = count > 1 ? count / (count - 1) : 1;
  return {
    results: [builder.one('normalize', [x, mean, variance, gamma, beta], { epsilon }, origin)],
    state: [
      [places.mean, builder.one('running_update', [operand(inputs, places.mean), mean], { momentum, scale: 1 }, origin)],
      [places.variance, builder.one('running_update', [operand(inputs, places.variance), variance], { momentum, scale: unbiased }, origin)],
    ],
  };
}

export const batchNorm: Op = defineOp(attributes)({
  name: 'batch_norm',
  doc: 'Normalises each channel, by the statistics of the batch in training and running ones afterwards.',
  syntax: {
    operands: ['input'],
    params: [
      { name: 'epsilon', doc: 'added to the variance', type: 'positive', default: 1e-5 },
      { name: 'momentum', doc: 'weight of the newest batch in the running statistics', type: 'ratio', default: 0.1 },
    ],
    example: 'batch_norm(conv1)',
  },
  parameters,
  infer: (attrs, inputs) => {
    expectCount(inputs, 'batch_norm', 5);
    const { channels } = channelLayout(operand(inputs, 0), 'batch_norm');
    for (const shape of inputs.slice(1)) expectParameter(shape, [channels], 'a parameter of batch_norm');
    const { epsilon, momentum } = attrs;
    if (!(epsilon > 0)) throw new ShapeError(`epsilon must be positive, not ${epsilon}`);
    if (!(momentum >= 0 && momentum <= 1)) throw new ShapeError(`momentum must be from 0 to 1, not ${momentum}`);
    return [operand(inputs, 0)];
  },
  reference: (attrs, inputs) => [normalizeReference(attrs, inputs, places)],
  training: { kind: 'form', form: training, statistics },
  pruning: {
    kind: 'channels',
    axes: (_attrs, inputs) => [elementwiseLinks(operand(inputs, 0)), ...inputs.slice(1).map(() => [identityLink(1)])],
    constant: (attrs, [values], known, [shape]) => {
      const channels = shape?.[1] ?? 0;
      const [gamma, beta, mean, variance] = [known[places.gamma]?.data, known[places.beta]?.data, known[places.mean]?.data, known[places.variance]?.data];
      if (!gamma || !beta || !mean || !variance) return new Float64Array(channels).fill(NaN);
      const inverse = inverseDeviations(attrs, variance);
      return Float64Array.from({ length: channels }, (_, c) => {
        // A channel with gamma = 0 is constant whatever comes in.
        const normalized = gamma[c] === 0 ? 0 : ((values?.[c] ?? NaN) - (mean[c] as number)) * (inverse[c] as number);
        return normalized * (gamma[c] as number) + (beta[c] as number);
      });
    },
    affine: (attrs, known) => {
      const parameter = (i: number): Float64Array => present(known[i], `parameter ${i} of batch_norm`).data;
      const [gamma, mean] = [parameter(places.gamma), parameter(places.mean)];
      const scale = inverseDeviations(attrs, parameter(places.variance)).map((inverse, c) => inverse * (gamma[c] as number));
      return { scale, shift: parameter(places.beta).map((value, c) => value - (mean[c] as number) * (scale[c] as number)) };
    },
  },
  lowering: nests((node, inputs) => normalizeNests(nestName(node, 'batch_norm'), node.attrs, operand(inputs, 0), places)),
  sample: (random) => {
    const { shape, channels, positive, batch } = sampleChannels(random);
    const each = [channels];
    return { attrs: { epsilon: 1e-3, momentum: 0.1 }, inputs: [shape, each, each, each, each], values: [undefined, undefined, undefined, undefined, positive()], batch };
  },
  bound: 'monotone',
  tolerance: 8,
});
