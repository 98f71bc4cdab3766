// A constant: a number of the source, or a tensor of the weights that no training changes. It is the same for all samples.
//
//   %2 = constant() {value: 0.5, shape: [1]}             : [N, 1]
//   %2 = constant(%1) {value: 0, shape: [16, 1, 1]}      : [N, 16, 1, 1]
//
// As an operand of arithmetic one number stands for all channels, [channels, 1, 1] for one each (support/broadcast.ts). What
// is one number a channel becomes part of the layer before it, or of a scale, when a network is compacted.

import { number, numbers } from '../../ir/attributes.ts';
import type { AttrsOf } from '../../ir/attributes.ts';
import type { Op } from '../../ir/op.ts';
import type { ParameterSpec } from '../../ir/parameter-spec.ts';
import { defineOp, ShapeError } from '../../ir/op.ts';
import { formatShape, sizeOf, zeros } from '../../base/tensor.ts';
import { along, constant as fixed, input, load } from '../../ir/nest.ts';
import { identityLink, keptAxis } from '../support/axes.ts';
import { activationAxes, lowered, nestName, storeNest } from '../support/nests.ts';
import { nests, undifferentiated } from '../support/parts.ts';
import { between, sampleBatch } from '../support/sampling.ts';
import { expectCount, expectParameter, expectPositive, finiteShape, operand } from '../support/shapes.ts';

const attributes = { value: number, shape: numbers };
type Attributes = AttrsOf<typeof attributes>;

/** Whether it is a number of the source: a shape of one element. */
const isNumber = ({ shape }: Attributes): boolean => sizeOf(shape) === 1;

function parameters(attrs: Attributes): readonly ParameterSpec[] {
  return isNumber(attrs) ? [] : [{ suffix: 'value', shape: attrs.shape, initial: { kind: 'constant', value: attrs.value }, role: 'fixed', decay: false }];
}

export const constant: Op = defineOp(attributes)({
  name: 'constant',
  doc: 'A number, or a tensor of the weights that is not trained.',
  syntax: {
    operands: [],
    params: [
      { name: 'value', doc: 'the number, or what each element of the tensor begins as', type: 'number', default: 0 },
      { name: 'shape', doc: '1 for a number, else the shape of a tensor, as [features] or [channels, rows, columns]', type: 'shape', default: 1 },
    ],
    example: 'constant(0.5)',
  },
  parameters,
  infer: (attrs, inputs, batch) => {
    const { shape } = attrs;
    if (shape.length < 1 || shape.length > 4) throw new ShapeError(`a constant has a shape of one to four axes, not ${formatShape(shape)}`);
    for (const extent of shape) expectPositive(extent, 'the shape of constant');
    // What elimination leaves of a tensor may be one element, and is read all the same.
    expectCount(inputs, 'constant', ...(isNumber(attrs) ? [0, 1] : [1]));
    if (inputs.length > 0) expectParameter(operand(inputs, 0), shape, 'the value of constant');
    return [finiteShape([batch.samples, ...shape], 'the result of constant')];
  },
  reference: ({ value, shape }, [tensor], { samples }) => {
    const all = zeros([samples, ...shape]);
    const size = sizeOf(shape);
    return [{ shape: all.shape, data: all.data.map((_, at) => (tensor ? (tensor.data[at % size] as number) : value)) }];
  },
  training: undifferentiated,
  pruning: {
    kind: 'channels',
    axes: (_attrs, inputs) => inputs.map((shape) => shape.map((_, axis) => identityLink(axis + 1))),
    slice: (attrs, kept) => {
      const channels = keptAxis(kept, 0, 0);
      return channels ? { ...attrs, shape: attrs.shape.with(0, channels.length) } : attrs;
    },
    constant: ({ value, shape }, _constants, [tensor]) => {
      const [channels = 1, ...places] = shape;
      if (!tensor) return new Float64Array(channels).fill(isNumber({ value, shape }) ? value : NaN);
      const size = sizeOf(places);
      return Float64Array.from({ length: channels }, (_, c) => {
        const own = tensor.data.subarray(c * size, (c + 1) * size);
        return own.every((each) => each === own[0]) ? (own[0] ?? NaN) : NaN;
      });
    },
  },
  lowering: nests((node, inputs, { samples }) => {
    const { value, shape } = node.attrs;
    const axes = activationAxes([samples, ...shape]);
    return lowered([storeNest(nestName(node, 'constant'), axes, inputs.length > 0 ? load(input(0), shape.map((_, d) => along(d + 1))) : fixed(value))]);
  }),
  sample: (random) => {
    const channels = between(random, 1, 5);
    const shape = random() < 0.3 ? [channels] : random() < 0.5 ? [channels, 1, 1] : [channels, between(random, 1, 4), between(random, 1, 4)];
    const attrs = { value: random() - 0.5, shape };
    return { attrs, inputs: parameters(attrs).map((spec) => spec.shape), batch: sampleBatch };
  },
  bound: 'monotone',
  // A number of the source is rounded.
  tolerance: 1,
});
