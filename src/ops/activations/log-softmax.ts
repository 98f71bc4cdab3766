// Logarithm of softmax over the features of each sample:
//
//   result[n, f] = (input[n, f] - m) - log(sum over j of exp(input[n, j] - m)),   m = max over j of input[n, j]

import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { accumulator, along, input, load, sub, temporary, unary } from '../../ir/nest.ts';
import { activationAxes, batchAxis, lowered, nestName, reduce, storeNest } from '../support/nests.ts';
import { differentiated, nests, opaque } from '../support/parts.ts';
import { between, sampleBatch } from '../support/sampling.ts';
import { expectCount, flatShape, operand } from '../support/shapes.ts';
import { logSoftmaxBound } from '../support/softmax-bound.ts';
import { logSoftmaxReference, maximumNest } from '../support/softmax.ts';

export const logSoftmax: Op = defineOp({})({
  name: 'log_softmax',
  doc: 'Logarithms of probabilities: of what softmax answers.',
  syntax: { operands: ['input'], params: [], example: 'log_softmax(fc2)', flattens: true },
  infer: (_attrs, inputs) => {
    expectCount(inputs, 'log_softmax', 1);
    return [[...flatShape(operand(inputs, 0), 'log_softmax')]];
  },
  reference: (_attrs, inputs) => [logSoftmaxReference(operand(inputs, 0))],
  training: differentiated(({ builder, node, resultGradients: [g] }) => [g && builder.one('log_softmax_grad', [g, { node: node.id, result: 0 }], {}, { layer: node.layer })]),
  pruning: opaque,
  lowering: nests((node, inputs) => {
    const [samples, features] = flatShape(operand(inputs, 0), 'log_softmax');
    const name = nestName(node, 'log_softmax');
    const [n, f] = [along(0), along(1)] as const;
    const centred = sub(load(input(0), [n, f]), load(temporary(0), [n]));
    return lowered(
      [
        maximumNest(name, samples, features),
        { name: `${name}.sum`, axes: [batchAxis(samples), reduce('c', features)], write: { tensor: temporary(1), index: [n] }, combine: 'sum', initial: 0, value: unary('exp', centred), finish: unary('log', accumulator) },
        storeNest(name, activationAxes([samples, features]), sub(centred, load(temporary(1), [n]))),
      ],
      [[samples], [samples]],
    );
  }),
  sample: (random) => ({ attrs: {}, inputs: [[sampleBatch.samples, between(random, 1, 9)]], batch: sampleBatch }),
  bound: logSoftmaxBound,
  tolerance: 16,
});
