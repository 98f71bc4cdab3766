// Numbers for each sample, in the shape of the output: the mean of the squared differences, over samples and numbers. It is the
// loss and the error.

import { present } from '../../base/invariant.ts';
import { lostError } from './task.ts';
import type { Task } from './task.ts';

/** Three digits. Numbers of f32 come to no error that is lost, nor to its root. */
function digits(error: number): string {
  return error < Math.sqrt(lostError) ? error.toPrecision(3) : 'not finite';
}

export const regress: Task = {
  name: 'regress',
  classes: false,
  takesSoftmax: false,
  answer: 'answer',
  labelShape: (output) => output,
  loss: (builder, { answer, label, weight }) => {
    const [loss, gradient] = builder.add('squared_error', [answer, label, weight]);
    return { loss: present(loss, 'loss'), gradient: present(gradient, 'gradient') };
  },
  errorOf: ({ loss }, samples) => Math.min(lostError, Number.isNaN(loss) ? Infinity : loss / samples),
  words: {
    name: 'MSE',
    text: digits,
    short: (error) => String(Number(error.toPrecision(3))),
    tick: (error) => String(Number(error.toPrecision(6))),
    loss: digits,
    lossName: 'mean squared error',
    about: (samples) => `mean squared error${samples === '' ? '' : ` of ${samples}`}`,
    answers: (error) => `answers the test set with a mean squared error of ${error}`,
    guess: 'always answering the mean',
    change: (from, to) => (from > 0 ? `${(to / from).toFixed(2)}×` : ''),
  },
};
