// Product of two tensors of one shape, element by element; or of images by one number a sample and channel, as a
// squeeze-and-excite block gates them (Hu et al. 2018):
//
//   result[n, c, y, x] = left[n, c, y, x] * right[n, c]         right of shape [N, C] or [N, C, 1, 1]

import type { Op } from '../../ir/op.ts';
import { defineOp, ShapeError } from '../../ir/op.ts';
import type { Shape } from '../../base/tensor.ts';
import { formatShape, sameShape } from '../../base/tensor.ts';
import type { Index } from '../../ir/nest.ts';
import { index, input, load, mul } from '../../ir/nest.ts';
import { elementwiseLinks, identityLink } from '../support/axes.ts';
import { axesFor, everywhere, lowered, nestName, storeNest } from '../support/nests.ts';
import { differentiated, nests } from '../support/parts.ts';
import { productBound } from '../support/product-bound.ts';
import { activationShape, sampleBatch } from '../support/sampling.ts';
import { expectCount, operand } from '../support/shapes.ts';

/** Whether `right` holds one number for each sample and channel of `left`. */
function isGate(left: Shape, right: Shape): boolean {
  const isOnePlace = right.length === 2 || (right.length === 4 && right[2] === 1 && right[3] === 1);
  return left.length === 4 && isOnePlace && left[0] === right[0] && left[1] === right[1];
}

/** Where `right` is read, under axes of `left`. */
function rightIndex(left: Shape, right: Shape): readonly Index[] {
  const at = everywhere(left);
  return right.map((extent, d) => (extent === left[d] ? (at[d] ?? index(0)) : index(0)));
}

export const multiply: Op = defineOp({})({
  name: 'multiply',
  doc: 'Product of two activations of one shape, or of images by one number a channel.',
  syntax: { operands: ['left', 'right'], params: [], example: 'multiply(conv2, gate)', operator: '*' },
  infer: (_attrs, inputs) => {
    expectCount(inputs, 'multiply', 2);
    const [left, right] = [operand(inputs, 0), operand(inputs, 1)];
    if (sameShape(left, right) || isGate(left, right)) return [left];
    const help = isGate(right, left) ? 'put the one number a channel second' : 'the second may also be one number a channel of the first: [channels] or [channels, 1, 1]';
    throw new ShapeError(`multiply takes operands of one shape, not ${formatShape(left.slice(1))} and ${formatShape(right.slice(1))}`, help);
  },
  reference: (_attrs, inputs) => {
    const [left, right] = [operand(inputs, 0), operand(inputs, 1)];
    const places = left.data.length / right.data.length;
    return [{ shape: left.shape, data: left.data.map((value, at) => value * (right.data[Math.floor(at / places)] as number)) }];
  },
  training: differentiated(({ builder, node, resultGradients: [g], wanted }) => {
    if (!g) return [];
    const origin = { layer: node.layer };
    const [left, right] = [operand(node.inputs, 0), operand(node.inputs, 1)];
    const shape = builder.shapeOf(right);
    const byRight = (): typeof g =>
      sameShape(builder.shapeOf(left), shape) ? builder.one('multiply', [g, left], {}, origin) : builder.one('place_sums', [g, left], { shape: shape.slice(1) }, origin);
    return [wanted(0) ? builder.one('multiply', [g, right], {}, origin) : undefined, wanted(1) ? byRight() : undefined];
  }),
  pruning: {
    kind: 'channels',
    axes: (_attrs, inputs) => [elementwiseLinks(operand(inputs, 0)), operand(inputs, 1).map((_, axis) => identityLink(axis))],
    constant: (_attrs, [left, right], _known, [shape]) =>
      Float64Array.from({ length: shape?.[1] ?? 0 }, (_, c) => {
        const [a, b] = [left?.[c] ?? NaN, right?.[c] ?? NaN];
        // A channel of zeros shuts the other out.
        return a === 0 || b === 0 ? 0 : a * b;
      }),
    unit: 1,
    // A gate that varies is no image.
    withConstant: (given, values, [left = [], right = []]) =>
      given === 1 || sameShape(left, right) ? { op: 'scale', attrs: { shift: false }, parameters: [['factor', values]] } : undefined,
  },
  lowering: nests((node, inputs, batch) => {
    const [left, right] = [operand(inputs, 0), operand(inputs, 1)];
    return lowered([storeNest(nestName(node, 'multiply'), axesFor(left, batch), mul(load(input(0), everywhere(left)), load(input(1), rightIndex(left, right))))]);
  }),
  sample: (random) => {
    const left = activationShape(random);
    const [samples = 0, channels = 0] = left;
    const gates = left.length === 4 ? [[samples, channels], [samples, channels, 1, 1]] : [];
    return { attrs: {}, inputs: [left, [left, ...gates][Math.floor(random() * (1 + gates.length))] ?? left], batch: sampleBatch };
  },
  bound: productBound,
  tolerance: 1,
});
