// Fully connected layer: result[n, o] = bias[o] + sum over i of input[n, i] * weight[o, i]

import type { Op } from '../../ir/op.ts';
import type { KeptMatrices, GatheredNode, WeightMatrices } from '../../ir/pruning-rules.ts';
import type { ParameterSpec } from '../../ir/parameter-spec.ts';
import { flag, number } from '../../ir/attributes.ts';
import type { AttrsOf } from '../../ir/attributes.ts';
import { defineOp } from '../../ir/op.ts';
import type { Shape } from '../../base/tensor.ts';
import { along, input, load, mul } from '../../ir/nest.ts';
import { denseNest, denseReference } from '../support/dense.ts';
import { constantRows } from '../support/matrices.ts';
import { gatherColumns } from '../support/gather-columns.ts';
import { lowered, nestName } from '../support/nests.ts';
import { differentiated, nests } from '../support/parts.ts';
import { between, sampleBatch } from '../support/sampling.ts';
import { expectCount, expectParameter, expectPositive, finiteShape, flatShape, operand } from '../support/shapes.ts';

const attributes = { units: number, bias: flag };
type Attributes = AttrsOf<typeof attributes>;

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function parameters(attrs: Attributes, operands: readonly Shape[]): readonly ParameterSpec[] {
  const [, features] = flatShape(operand(operands, 0), 'dense');
  const { units } = attrs;
  const weight: ParameterSpec = { suffix: 'weight', shape: [units, features], initial: { kind: 'xavier', fanIn: features }, role: 'trained', decay: true };
  const bias: ParameterSpec = { suffix: 'bias', shape: [units], initial: { kind: 'constant', value: 0 }, role: 'trained', decay: false };
  return attrs.bias ? [weight, bias] : [weight];
}

function matrices(attrs: Attributes, inputs: readonly Shape[]): WeightMatrices {
  const [, features] = flatShape(operand(inputs, 0), 'dense');
  return { operand: 0, weight: 1, ...(attrs.bias && { bias: 2 }), parts: [{ rows: attrs.units, channels: range(features) }] };
}

function gather(attrs: Attributes, inputs: readonly Shape[], kept: KeptMatrices): GatheredNode {
  const [, features] = flatShape(operand(inputs, 0), 'dense');
  return gatherColumns(attrs, features, matrices(attrs, inputs), range(features), kept);
}

export const dense: Op = defineOp(attributes)({
  name: 'dense',
  doc: 'Fully connected layer with a bias for every unit.',
  syntax: {
    operands: ['input'],
    params: [
      { name: 'units', doc: 'output neurons', type: 'count' },
      { name: 'bias', doc: 'whether each unit adds a learned constant', type: 'flag', default: true },
    ],
    example: 'dense(pool2, units = 500)',
    flattens: true,
    weightAxes: (attrs, operands) => {
      const [, features] = flatShape(operand(operands, 0), 'dense');
      const outputs = [{ axis: 'output', extent: attrs.units }] as const;
      const weight = { suffix: 'weight', dimensions: [outputs, [{ axis: 'input', extent: features }]] } as const;
      return attrs.bias ? [weight, { suffix: 'bias', dimensions: [outputs] }] : [weight];
    },
  },
  parameters,
  infer: (attrs, inputs) => {
    const { bias } = attrs;
    expectCount(inputs, 'dense', bias ? 3 : 2);
    const [samples, features] = flatShape(operand(inputs, 0), 'dense');
    const { units } = attrs;
    expectPositive(units, 'units');
    expectParameter(operand(inputs, 1), finiteShape([units, features], 'the weight of dense'), 'the weight of dense');
    if (bias) expectParameter(operand(inputs, 2), [units], 'the bias of dense');
    return [finiteShape([samples, units], 'the result of dense')];
  },
  reference: (attrs, inputs) => {
    const activation = operand(inputs, 0);
    const columns = Int32Array.from({ length: activation.shape[1] ?? 0 }, (_, i) => i);
    return [denseReference(activation, operand(inputs, 1), inputs[2], columns, attrs.units)];
  },
  training: differentiated(({ builder, node, resultGradients: [g], wanted }) => {
    if (!g) return [];
    const origin = { layer: node.layer };
    return [
      wanted(0) ? builder.one('dense_grad_input', [g, operand(node.inputs, 1)], {}, origin) : undefined,
      wanted(1) ? builder.one('dense_grad_weight', [operand(node.inputs, 0), g], {}, origin) : undefined,
      ...(node.inputs.length > 2 ? [wanted(2) ? builder.one('sum_shards', [builder.one('channel_sums', [g], {}, origin)], { scale: 1 }, origin) : undefined] : []),
    ];
  }),
  pruning: {
    kind: 'weights',
    matrices,
    gather,
    constant: (attrs, [activation], known, inputs) => constantRows(matrices(attrs, inputs), known[1]?.data, attrs.bias ? known[2]?.data : 'none', activation, true),
  },
  lowering: nests((node, inputs) => {
    const [samples, features] = flatShape(operand(inputs, 0), 'dense');
    const [n, o, i] = [along(0), along(1), along(2)] as const;
    const value = mul(load(input(0), [n, i]), load(input(1), [o, i]));
    return lowered([denseNest(nestName(node, 'dense'), samples, node.attrs.units, features, value, node.attrs.bias)]);
  }),
  macs: (attrs, inputs) => {
    const [samples, features] = flatShape(operand(inputs, 0), 'dense');
    return samples * features * attrs.units;
  },
  slides: (attrs, inputs) => {
    const [, features] = flatShape(operand(inputs, 0), 'dense');
    const one = [1, 1] as const;
    return { groups: 1, groupFilters: attrs.units, groupChannels: features, input: one, output: one, window: one, stride: one, dilation: one, before: [0, 0] };
  },
  sample: (random) => {
    const features = between(random, 1, 9);
    const units = between(random, 1, 6);
    const bias = random() < 0.7;
    const weights = [[sampleBatch.samples, features], [units, features]];
    return { attrs: { units, bias }, inputs: bias ? [...weights, [units]] : weights, batch: sampleBatch };
  },
  bound: 'sums',
  tolerance: 4,
});
