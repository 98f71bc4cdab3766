// Softmax and cross entropy in one, with the gradient of the mean loss:
//
//   loss[n]        = weights[n] * -log(softmax(logits[n])[labels[n]])
//   correct[n]     = weights[n] where the first maximum of logits[n] is labels[n], else 0
//   gradient[n, f] = weights[n] * (softmax(logits[n])[f] - [f = labels[n]]) / N
//
// With `smoothing` s of F classes a label is a distribution (Szegedy et al., 2016): [f = labels[n]] becomes
//
//   target[n, f] = (1 - s) * [f = labels[n]] + s / F,  loss[n] = weights[n] * -sum over f of target[n, f] * log(softmax(logits[n])[f])

import type { Op } from '../../ir/op.ts';
import { number, optional } from '../../ir/attributes.ts';
import { defineOp } from '../../ir/op.ts';
import { zeros } from '../../base/tensor.ts';
import { accumulator, add, along, constant, div, input, load, mul, result, select, sub, temporary, unary } from '../../ir/nest.ts';
import { activationAxes, batchAxis, lowered, nestName, reduce, storeNest } from '../support/nests.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { between, choose, sampleBatch } from '../support/sampling.ts';
import { expectCount, expectParameter, flatShape, operand } from '../support/shapes.ts';
import { softmaxNests, softmaxRow, softmaxTemporaries } from '../support/softmax.ts';

export const crossEntropy: Op = defineOp({ smoothing: optional(number) })({
  name: 'cross_entropy',
  doc: 'Loss of each sample, whether it is classified correctly, and the gradient of the mean loss.',
  infer: (_attrs, inputs) => {
    expectCount(inputs, 'cross_entropy', 3);
    const [samples, features] = flatShape(operand(inputs, 0), 'cross_entropy');
    expectParameter(operand(inputs, 1), [samples], 'the labels');
    expectParameter(operand(inputs, 2), [samples], 'the sample weights');
    return [[samples], [samples], [samples, features]];
  },
  reference: ({ smoothing = 0 }, inputs) => {
    const [logits, labels, weights] = [operand(inputs, 0), operand(inputs, 1), operand(inputs, 2)];
    const [samples, features] = flatShape(logits.shape, 'cross_entropy');
    const [loss, correct, gradient] = [zeros([samples]), zeros([samples]), zeros([samples, features])];
    const target = (isLabel: boolean): number => (isLabel ? 1 - smoothing : 0) + smoothing / features;
    for (let n = 0; n < samples; n++) {
      const [label, weight] = [labels.data[n] as number, weights.data[n] as number];
      const { logSum, largest } = softmaxRow(logits, gradient, n);
      const row = logits.data.subarray(n * features, (n + 1) * features);
      const expected = smoothing === 0 ? (row[label] as number) : row.reduce((sum, logit, f) => sum + target(f === label) * logit, 0);
      loss.data[n] = weight * (logSum - expected);
      correct.data[n] = largest === label ? weight : 0;
      for (let f = 0; f < features; f++) {
        const at = n * features + f;
        gradient.data[at] = (weight * ((gradient.data[at] as number) - target(f === label))) / samples;
      }
    }
    return [loss, correct, gradient];
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node, inputs) => {
    const [samples, features] = flatShape(operand(inputs, 0), 'cross_entropy');
    const name = nestName(node, 'loss');
    const [n, f] = [along(0), along(1)] as const;
    const classIndex = { kind: 'index', index: f } as const;
    const [logit, maximum, sum] = [load(input(0), [n, f]), load(temporary(0), [n]), load(temporary(2), [n])] as const;
    const [label, weight] = [load(input(1), [n]), load(input(2), [n])] as const;
    const reduced = [batchAxis(samples), reduce('c', features)];
    const { smoothing } = node.attrs;
    const [ofLabel, ofOther] = smoothing === undefined ? [1, 0] : [1 - smoothing + smoothing / features, smoothing / features];
    const below = sub(maximum, logit);
    return lowered(
      [
        ...softmaxNests(name, samples, features),
        {
          name,
          axes: reduced,
          write: { tensor: result(0), index: [n] },
          combine: 'sum',
          initial: 0,
          value: smoothing === undefined ? select(classIndex, 'eq', label, below, constant(0)) : mul(select(classIndex, 'eq', label, constant(ofLabel), constant(ofOther)), below),
          finish: mul(weight, add(accumulator, unary('log', sum))),
        },
        {
          name: `${name}.correct`,
          axes: reduced,
          write: { tensor: result(1), index: [n] },
          combine: 'min',
          initial: features,
          value: select(logit, 'eq', maximum, classIndex, constant(features)),
          finish: select(accumulator, 'eq', label, weight, constant(0)),
        },
        storeNest(
          `${name}.gradient`,
          activationAxes([samples, features]),
          mul(mul(weight, constant(1 / samples)), sub(div(load(temporary(1), [n, f]), sum), select(classIndex, 'eq', label, constant(ofLabel), constant(ofOther)))),
          result(2),
        ),
      ],
      softmaxTemporaries(samples, features),
    );
  }),
  sample: (random) => {
    const features = between(random, 1, 9);
    const samples = Array.from({ length: sampleBatch.samples });
    const labels = samples.map(() => between(random, 0, features - 1));
    const weights = samples.map(() => choose(random, [1, 1, 0]));
    return { attrs: random() < 0.5 ? {} : { smoothing: random() }, inputs: [[samples.length, features], [samples.length], [samples.length]], values: [undefined, labels, weights], batch: sampleBatch };
  },
  tolerance: 16,
});
