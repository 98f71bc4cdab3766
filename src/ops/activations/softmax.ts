// Softmax over the features of each sample: result[n, f] = exp(input[n, f]) / sum over j of exp(input[n, j])

import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { along, div, load, temporary } from '../../ir/nest.ts';
import { activationAxes, lowered, nestName, storeNest } from '../support/nests.ts';
import { differentiated, nests, opaque } from '../support/parts.ts';
import { between, sampleBatch } from '../support/sampling.ts';
import { expectCount, flatShape, operand } from '../support/shapes.ts';
import { softmaxBound } from '../support/softmax-bound.ts';
import { softmaxNests, softmaxReference, softmaxTemporaries } from '../support/softmax.ts';

export const softmax: Op = defineOp({})({
  name: 'softmax',
  doc: 'Probabilities: exponentials divided by their sum.',
  syntax: { operands: ['input'], params: [], example: 'softmax(fc2)', flattens: true },
  infer: (_attrs, inputs) => {
    expectCount(inputs, 'softmax', 1);
    return [[...flatShape(operand(inputs, 0), 'softmax')]];
  },
  reference: (_attrs, inputs) => [softmaxReference(operand(inputs, 0))],
  training: differentiated(({ builder, node, resultGradients: [g] }) => [g && builder.one('softmax_grad', [g, { node: node.id, result: 0 }], {}, { layer: node.layer })]),
  pruning: opaque,
  lowering: nests((node, inputs) => {
    const [samples, features] = flatShape(operand(inputs, 0), 'softmax');
    const name = nestName(node, 'softmax');
    const [n, f] = [along(0), along(1)] as const;
    const quotient = storeNest(name, activationAxes([samples, features]), div(load(temporary(1), [n, f]), load(temporary(2), [n])));
    return lowered([...softmaxNests(name, samples, features), quotient], softmaxTemporaries(samples, features));
  }),
  sample: (random) => ({ attrs: {}, inputs: [[sampleBatch.samples, between(random, 1, 9)]], batch: sampleBatch }),
  probabilities: true,
  bound: softmaxBound,
  tolerance: 16,
});
