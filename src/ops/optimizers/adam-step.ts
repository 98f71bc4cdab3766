// A step of Adam (Kingma and Ba, 2015, algorithm 1) with decoupled weight decay (Loshchilov and Hutter, 2019,
// algorithm 2):
//
//   m' = beta1 * m + (1 - beta1) * g
//   v' = beta2 * v + (1 - beta2) * g^2
//   w' = w - rate * (first * m' / (second * sqrt(v') + epsilon) + decay * w)
//
// first = 1 / (1 - beta1^t) and second = 1 / sqrt(1 - beta2^t) make up for moments that began as zeros. They come as
// numbers: in 32 bits 1 - beta2^t would lose half of its digits.

import type { Op } from '../../ir/op.ts';
import { number } from '../../ir/attributes.ts';
import { defineOp } from '../../ir/op.ts';
import { sizeOf } from '../../base/tensor.ts';
import { add, constant, div, input, load, mul, result, sub, unary } from '../../ir/nest.ts';
import { everywhere, lowered, nestName, plainAxes, storeNest } from '../support/nests.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { anyShape, sampleBatch } from '../support/sampling.ts';
import { expectCount, expectParameter, expectSame, mapTensor, operand } from '../support/shapes.ts';

export const adamStep: Op = defineOp({ beta1: number, beta2: number, epsilon: number, decay: number })({
  name: 'adam_step',
  doc: 'A step of Adam: new weights and new moments.',
  infer: (_attrs, inputs) => {
    expectCount(inputs, 'adam_step', 7);
    const shape = operand(inputs, 0);
    for (const other of inputs.slice(1, 4)) expectSame(shape, other, 'adam_step');
    for (const [at, what] of ['the rate', 'the first correction', 'the second correction'].entries()) expectParameter(operand(inputs, 4 + at), [], what);
    return [shape, shape, shape];
  },
  reference: ({ beta1, beta2, epsilon, decay }, inputs) => {
    const [w, m, v, g] = [operand(inputs, 0), operand(inputs, 1), operand(inputs, 2), operand(inputs, 3).data];
    const [rate = NaN, first = NaN, second = NaN] = inputs.slice(4).map(({ data }) => data[0]);
    const mean = mapTensor(m, (value, i) => beta1 * value + (1 - beta1) * (g[i] as number));
    const square = mapTensor(v, (value, i) => beta2 * value + (1 - beta2) * (g[i] as number) ** 2);
    const step = (value: number, i: number): number => (first * (mean.data[i] as number)) / (second * Math.sqrt(square.data[i] as number) + epsilon) + decay * value;
    return [mapTensor(w, (value, i) => value - rate * step(value, i)), mean, square];
  },
  training: undifferentiated,
  pruning: opaque,
  // The moments first: where results lie in their operands' memory, w is still the old one then.
  lowering: nests((node, inputs) => {
    const shape = operand(inputs, 0);
    const { beta1, beta2, epsilon, decay } = node.attrs;
    const at = everywhere(shape);
    const axes = plainAxes(shape);
    const name = nestName(node, 'adam_step', 'step');
    const [w, g] = [load(input(0), at), load(input(3), at)] as const;
    const [rate, first, second] = [load(input(4), []), load(input(5), []), load(input(6), [])] as const;
    const moved = (old: number, by: typeof g, share: number): typeof g => add(mul(constant(share), load(input(old), at)), mul(constant(1 - share), by));
    const direction = div(mul(first, load(result(1), at)), add(mul(second, unary('sqrt', load(result(2), at))), constant(epsilon)));
    const whole = decay === 0 ? direction : add(direction, mul(constant(decay), w));
    return lowered([
      storeNest(`${name}.first_moment`, axes, moved(1, g, beta1), result(1)),
      storeNest(`${name}.second_moment`, axes, moved(2, mul(g, g), beta2), result(2)),
      storeNest(name, axes, sub(w, mul(rate, whole)), result(0)),
    ]);
  }),
  sample: (random) => {
    const shape = anyShape(random);
    const squares = Array.from({ length: sizeOf(shape) }, () => 0.1 + random());
    return {
      attrs: { beta1: random(), beta2: random(), epsilon: 0.01 * random(), decay: random() < 0.5 ? 0 : random() },
      inputs: [shape, shape, shape, shape, [], [], []],
      values: [undefined, undefined, squares, undefined, [random()], [1 + random()], [1 + random()]],
      batch: sampleBatch,
    };
  },
  tolerance: 16,
});
