// Zeros around an image: [N, C, H, W] -> [N, C, top + H + bottom, left + W + right]

import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { zeros } from '../../base/tensor.ts';
import type { Padding } from '../../ir/attributes.ts';
import { along, index, input, load } from '../../ir/nest.ts';
import { activationAxes, lowered, nestName, storeNest } from '../support/nests.ts';
import { differentiated, nests, sameConstants } from '../support/parts.ts';
import { poolAxes, sampleImage } from '../support/pools.ts';
import { between } from '../support/sampling.ts';
import { expectCount, finiteShape, operand } from '../support/shapes.ts';
import { innerPositions, sidesAttributes, withSides } from '../support/sides.ts';
import { paddingSides, shortest } from '../support/window.ts';

export const pad: Op = defineOp(sidesAttributes)({
  name: 'pad',
  doc: 'Puts zeros around an image.',
  syntax: {
    operands: ['input'],
    params: [{ name: 'padding', doc: 'rows and columns of zeros, on each side', type: 'sides' }],
    example: 'pad(image, padding = [0, 1, 0, 1])',
    attrs: (args) => ({ padding: shortest(args.get('padding') as Padding) }),
  },
  infer: (attrs, inputs) => {
    expectCount(inputs, 'pad', 1);
    return [finiteShape(withSides(operand(inputs, 0), attrs, 1, 'pad'), 'the result of pad')];
  },
  reference: (attrs, inputs) => {
    const image = operand(inputs, 0);
    const result = zeros(withSides(image.shape, attrs, 1, 'pad'));
    for (const [from, at] of innerPositions(image.shape, result.shape, attrs).entries()) result.data[at] = image.data[from] as number;
    return [result];
  },
  training: differentiated(({ builder, node, resultGradients: [g] }) => [g && builder.one('crop', [g], node.attrs, { layer: node.layer })]),
  pruning: {
    kind: 'channels',
    axes: poolAxes,
    // Beside zeros, zero alone is the same everywhere.
    constant: (attrs, operands, known, inputs) => {
      const constants = sameConstants(attrs, operands, known, inputs);
      return paddingSides(attrs.padding).every((side) => side === 0) ? constants : constants.map((value) => (value === 0 ? 0 : NaN));
    },
  },
  lowering: nests((node, inputs) => {
    const [top, , left] = paddingSides(node.attrs.padding);
    const axes = activationAxes(withSides(operand(inputs, 0), node.attrs, 1, 'pad'));
    return lowered([storeNest(nestName(node, 'pad'), axes, load(input(0), [along(0), along(1), index(-top, [2, 1]), index(-left, [3, 1])], 0))]);
  }),
  sample: (random) => {
    const side = (): number => between(random, 0, 2);
    return { attrs: { padding: random() < 0.5 ? [side(), side()] : [side(), side(), side(), side()] }, ...sampleImage(random) };
  },
  bound: 'monotone',
  tolerance: 0,
});
