// Sums over all that one element of a smaller operand has met (support/broadcast.ts), maybe of products: the gradient of a gate.
//
//   result[n, c] = sum over y, x of left[n, c, y, x] * right[n, c, y, x]          shape [c]
//   result[n, 0, y, x] = sum over c of left[n, c, y, x]                           shape [1, y, x]

import { numbers } from '../../ir/attributes.ts';
import type { AttrsOf } from '../../ir/attributes.ts';
import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import type { Axis } from '../../ir/nest.ts';
import type { Shape } from '../../base/tensor.ts';
import { zeros } from '../../base/tensor.ts';
import { along, index, input, load, mul, result } from '../../ir/nest.ts';
import { smaller } from '../support/binary.ts';
import { broadcastPosition } from '../support/broadcast.ts';
import { activationAxes, everywhere, lowered, nestName, reduce } from '../support/nests.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { between, sampleBatch } from '../support/sampling.ts';
import { expectCount, expectSame, operand } from '../support/shapes.ts';

const attributes = { shape: numbers };

/** `shape` of a result of one sample. */
function resultShape({ shape }: AttrsOf<typeof attributes>, whole: Shape): Shape {
  return [operand(whole, 0), ...shape];
}

export const placeSums: Op = defineOp(attributes)({
  name: 'place_sums',
  doc: 'Sums over what meets each element of a smaller tensor, of one image or of the products of two.',
  infer: (attrs, inputs) => {
    expectCount(inputs, 'place_sums', 1, 2);
    if (inputs.length === 2) expectSame(operand(inputs, 0), operand(inputs, 1), 'place_sums');
    return [resultShape(attrs, operand(inputs, 0))];
  },
  reference: (attrs, inputs) => {
    const [left, right] = [operand(inputs, 0), inputs[1]];
    const sums = zeros(resultShape(attrs, left.shape));
    const to = broadcastPosition(sums.shape, left.shape);
    for (const [at, value] of left.data.entries()) sums.data[to(at)] = (sums.data[to(at)] as number) + value * (right ? (right.data[at] as number) : 1);
    return [sums];
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node, inputs) => {
    const whole = operand(inputs, 0);
    const small = resultShape(node.attrs, whole);
    const isSummed = (d: number): boolean => small[d] !== whole[d] || (d > 1 && small[d] === 1);
    const at = everywhere(whole);
    // What is summed over comes last.
    const axes = activationAxes(whole).map((axis, d): Axis => (isSummed(d) ? reduce(axis.name, axis.extent) : axis));
    const order = [...axes.keys()].sort((a, b) => Number(isSummed(a)) - Number(isSummed(b)));
    const place = at.map((_, d) => along(order.indexOf(d)));
    const value = load(input(0), place);
    return lowered([
      {
        name: nestName(node, 'place_sums', 'sums'),
        axes: order.map((d) => operand(axes, d)),
        write: { tensor: result(0), index: small.map((_, d) => (isSummed(d) ? index(0) : operand(place, d))) },
        combine: 'sum',
        initial: 0,
        value: inputs.length > 1 ? mul(value, load(input(1), place)) : value,
      },
    ]);
  }),
  sample: (random) => {
    const whole = [sampleBatch.samples, between(random, 1, 5), ...(random() < 0.8 ? [between(random, 1, 4), between(random, 1, 4)] : [])];
    return { attrs: { shape: smaller(random, whole).slice(1) }, inputs: random() < 0.5 ? [whole, whole] : [whole], batch: sampleBatch };
  },
  tolerance: 4,
});
