// Gradient of lrn by its operand. With D as in support/lrn.ts, s what sums of squares are multiplied by, and windows
// that are the same seen from either end:
//
//   result = g / D^beta - 2 s beta x * (sum over the window of g x / D^(beta + 1))

import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { accumulator, constant, div, input, load, mul, result, sub, temporary } from '../../ir/nest.ts';
import { denominatorOf, denominators, inversePower, lrnAttributes, lrnGeometry, spreadShape, windowNests, windowSums } from '../support/lrn.ts';
import { sampleLrn } from '../support/lrn-sample.ts';
import { activationAxes, everywhere, lowered, nestName, storeNest } from '../support/nests.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { expectCount, expectSame, operand } from '../support/shapes.ts';

export const lrnGrad: Op = defineOp(lrnAttributes)({
  name: 'lrn_grad',
  doc: 'Gradient of lrn by its operand.',
  infer: (attrs, inputs) => {
    expectCount(inputs, 'lrn_grad', 2);
    expectSame(operand(inputs, 0), operand(inputs, 1), 'lrn_grad');
    lrnGeometry(attrs, operand(inputs, 1), 'lrn_grad');
    return [operand(inputs, 1)];
  },
  reference: (attrs, inputs) => {
    const [g, { shape, data }] = [operand(inputs, 0).data, operand(inputs, 1)];
    const geometry = lrnGeometry(attrs, shape, 'lrn_grad');
    const { share, beta } = geometry;
    const d = denominators(geometry, data);
    const sums = windowSums(geometry, g.map((value, at) => (value * (data[at] as number)) / (d[at] as number) ** (beta + 1)));
    return [{ shape, data: data.map((x, at) => (g[at] as number) / (d[at] as number) ** beta - 2 * share * beta * x * (sums[at] as number)) }];
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node, inputs) => {
    const shape = operand(inputs, 1);
    const geometry = lrnGeometry(node.attrs, shape, 'lrn_grad');
    const { share, beta } = geometry;
    const name = nestName(node, 'lrn', 'grad');
    const at = everywhere(shape);
    const [g, x, d] = [load(input(0), at), load(input(1), at), load(temporary(0), at)] as const;
    const inverse = inversePower(d, beta);
    return lowered(
      [
        ...windowNests(`${name}.denominator`, geometry, { tensor: input(1), term: (each) => mul(each, each), write: temporary(0), finish: denominatorOf(geometry, accumulator), spread: temporary(2) }),
        storeNest(`${name}.share`, activationAxes(shape), mul(div(mul(g, x), d), inverse), temporary(1)),
        ...windowNests(name, geometry, { tensor: temporary(1), term: (each) => each, write: result(0), finish: sub(mul(g, inverse), mul(mul(constant(2 * share * beta), x), accumulator)), spread: temporary(3) }),
      ],
      [shape, shape, ...spreadShape(geometry), ...spreadShape(geometry)],
    );
  }),
  sample: sampleLrn(2),
  tolerance: 16,
});
