// One class for each sample: the cross entropy of the softmax over a score a class. The error is the share of the samples that
// are answered wrongly.

import { present } from '../../base/invariant.ts';
import { percent } from '../../base/number-text.ts';
import type { Task } from './task.ts';

export const classify: Task = {
  name: 'classify',
  classes: true,
  takesSoftmax: true,
  answer: 'logits',
  labelShape: () => [],
  loss: (builder, { answer, label, weight }, smoothing) => {
    const [loss, correct, gradient] = builder.add('cross_entropy', [answer, label, weight], smoothing === undefined ? {} : { smoothing });
    return { loss: present(loss, 'loss'), correct: present(correct, 'correct'), gradient: present(gradient, 'gradient') };
  },
  errorOf: ({ correct }, samples) => (samples - correct) / samples,
  words: {
    name: 'error',
    text: percent,
    short: (error) => `${Number((100 * error).toFixed(2))}%`,
    tick: (error) => `${Number((100 * error).toPrecision(6))}%`,
    loss: (loss, places) => loss.toFixed(places),
    lossName: 'mean cross entropy',
    about: (samples) => `share${samples === '' ? '' : ` of ${samples}`} answered wrongly`,
    answers: (error) => `answers ${error} of the test set wrongly`,
    guess: 'always answering the most frequent class',
    change: (from, to) => `${to < from ? '−' : '+'}${Math.abs(100 * (to - from)).toFixed(2)} points`,
  },
};
