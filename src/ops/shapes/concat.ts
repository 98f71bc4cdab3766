// Channels of several activations, one after the other: [N, C1, H, W], [N, C2, H, W], ... -> [N, C1 + C2 + ..., H, W]

import { invariant } from '../../base/invariant.ts';
import type { Op } from '../../ir/op.ts';
import { defineOp, ShapeError } from '../../ir/op.ts';
import type { Shape } from '../../base/tensor.ts';
import { formatShape, sizeOf, zeros } from '../../base/tensor.ts';
import { input, load, result } from '../../ir/nest.ts';
import { elementwiseLinks } from '../support/axes.ts';
import { channelsFrom } from '../support/channel-range.ts';
import { helpWithExtents, helpWithRanks } from '../support/joining.ts';
import { activationAxes, everywhere, lowered, nestName, storeNest } from '../support/nests.ts';
import { differentiated, nests } from '../support/parts.ts';
import { activationShape, between, sampleBatch } from '../support/sampling.ts';
import { channelLayout, finiteShape, operand } from '../support/shapes.ts';

const channelsOf = (shape: Shape): number => operand(shape, 1);

/** The first channel of the result that each operand becomes. */
function offsetsOf(inputs: readonly Shape[]): readonly number[] {
  let next = 0;
  return inputs.map((shape) => {
    const offset = next;
    next += channelsOf(shape);
    return offset;
  });
}

function concatenated(inputs: readonly Shape[]): Shape {
  return operand(inputs, 0).with(1, inputs.reduce((sum, shape) => sum + channelsOf(shape), 0));
}

export const concat: Op = defineOp({})({
  name: 'concat',
  doc: 'Channels of several layers, one after the other.',
  syntax: { operands: ['first', 'second'], more: true, params: [], example: 'concat(conv1, conv2)' },
  infer: (_attrs, inputs) => {
    invariant(inputs.length > 0, 'concat has operands');
    const [first = [], ...others] = inputs;
    channelLayout(first, 'concat');
    for (const [i, other] of others.entries()) {
      if (other.length === first.length && other.every((extent, d) => d === 1 || extent === first[d])) continue;
      const shapes = `${formatShape(first.slice(1))} and ${formatShape(other.slice(1))}`;
      if (other.length !== first.length) throw new ShapeError(`concat takes images or flat lists of features, not both: ${shapes}`, helpWithRanks('concat', inputs));
      throw new ShapeError(`concat takes images of as many rows and columns, not ${shapes}`, helpWithExtents('concat', inputs, i + 1));
    }
    return [finiteShape(concatenated(inputs), 'the result of concat')];
  },
  reference: (_attrs, inputs) => {
    const shape = concatenated(inputs.map((each) => each.shape));
    const whole = zeros(shape);
    const size = sizeOf(shape.slice(1));
    let from = 0;
    for (const { shape: part, data } of inputs) {
      const own = sizeOf(part.slice(1));
      for (let n = 0; n < operand(shape, 0); n++) whole.data.set(data.subarray(n * own, (n + 1) * own), n * size + from);
      from += own;
    }
    return [whole];
  },
  training: differentiated(({ builder, node, resultGradients: [g], wanted }) => {
    if (!g) return [];
    const shapes = node.inputs.map(builder.shapeOf);
    const offsets = offsetsOf(shapes);
    return shapes.map((shape, i) => (wanted(i) ? builder.one('take_channels', [g], { from: operand(offsets, i), count: channelsOf(shape) }, { layer: node.layer }) : undefined));
  }),
  pruning: {
    kind: 'channels',
    axes: (_attrs, inputs) => {
      const offsets = offsetsOf(inputs);
      return inputs.map((shape, i) => elementwiseLinks(shape).with(1, { kind: 'offset', result: 0, axis: 1, offset: operand(offsets, i) }));
    },
    constant: (_attrs, constants, _known, inputs) => Float64Array.from(inputs.flatMap((shape, i) => [...(constants[i] ?? new Float64Array(channelsOf(shape)).fill(NaN))])),
  },
  lowering: nests((node, inputs) => {
    const name = nestName(node, 'concat');
    const offsets = offsetsOf(inputs);
    return lowered(inputs.map((shape, i) => storeNest(`${name}.operand${i}`, activationAxes(shape), load(input(i), everywhere(shape)), result(0), channelsFrom(shape, operand(offsets, i)))));
  }),
  sample: (random) => {
    const shape = activationShape(random);
    return { attrs: {}, inputs: Array.from({ length: between(random, 2, 4) }, () => shape.with(1, between(random, 1, 5))), batch: sampleBatch };
  },
  bound: 'monotone',
  tolerance: 0,
});
