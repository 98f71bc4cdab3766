import { describe, expect, it } from 'vitest';
import { eachAnswer } from '../../src/driver/evaluation/answers.ts';
import type { AnsweringNetwork } from '../../src/driver/evaluation/answers.ts';
import { squaresOf } from '../../src/driver/evaluation/squares.ts';
import { answerOf, evaluationOf, noAnswer } from '../../src/driver/evaluation/classes.ts';
import { tasks } from '../../src/train/tasks/index.ts';

describe('an answer', () => {
  it.each([
    ['the largest score', [0, 3, 1], 1],
    ['of equal ones the first', [1, 2, 2], 1],
    ['of nothing but infinities', [-Infinity, -Infinity], 0],
    ['an infinite one', [5, Infinity, 1], 1],
    ['none beside a NaN', [5, 1, NaN], noAnswer],
    ['none after a NaN', [NaN, 1, 2], noAnswer],
  ])('is %s', (_, scores, answer) => {
    expect(answerOf(Float32Array.of(9, ...scores, 9).subarray(1, 1 + scores.length))).toBe(answer);
  });
});

describe('counting', () => {
  it('by class, and what is taken for what', () => {
    const answers = Int32Array.of(0, 1, 1, 2, 1, noAnswer, 0);
    expect(evaluationOf(answers, [0, 0, 0, 0, 1, 1, 1], ['a', 'b', 'c'])).toEqual({
      samples: 7,
      wrong: 5,
      error: 5 / 7,
      chance: 3 / 7,
      unanswered: 1,
      classes: [
        { name: 'a', samples: 4, wrong: 3, error: 3 / 4, takenFor: { name: 'b', samples: 2 } },
        { name: 'b', samples: 3, wrong: 2, error: 2 / 3, takenFor: { name: 'a', samples: 1 } },
        { name: 'c', samples: 0, wrong: 0 },
      ],
      confusion: [[1, 2, 1], [1, 1, 0], [0, 0, 0]],
    });
  });
});

describe('asking a network', () => {
  /** Scores a sample by its own numbers. */
  const echo = (batch: number, seen: number[][] = []): AnsweringNetwork => ({
    inputShape: [2],
    outputShape: [2],
    batch,
    run: (samples) => {
      seen.push([...samples]);
      return samples.slice();
    },
  });

  it.each([1, 2, 3, 5, 8])('%d samples a run, the last run not full', async (batch) => {
    const samples = Float32Array.of(1, 0, 0, 1, 2, 1, 1, 2, 5, 5);
    const answers: number[][] = [];
    await eachAnswer(echo(batch), { count: 5, samples }, (sample, answer) => void (answers[sample] = [...answer]));
    expect(answers).toEqual([[1, 0], [0, 1], [2, 1], [1, 2], [5, 5]]);
  });

  it('numbers: squares over samples and places, their root, and what the mean alone would have', async () => {
    const samples = Float32Array.of(1, 0, 2, 1, 0, 5);
    const found = await squaresOf(echo(2), { count: 3, samples, labels: Float32Array.of(1, 1, 0, 1, 2, 1) }, ['a', 'b']);
    expect(found).toEqual({ samples: 3, error: 25 / 6, root: Math.sqrt(25 / 6), chance: expect.closeTo(1 / 3, 12) as number, unanswered: 0, outputs: [{ name: 'a', error: 8 / 3 }, { name: 'b', error: 17 / 3 }] });
  });

  it('an answer that is no number is told of, and its error is larger than any other', async () => {
    const { error, unanswered } = await squaresOf(echo(1), { count: 2, samples: Float32Array.of(1, NaN, 1, 1), labels: Float32Array.of(1, 1, 1, 1) });
    expect({ error, unanswered }).toEqual({ error: Number.MAX_VALUE, unanswered: 1 });
    expect(JSON.parse(JSON.stringify(error))).toBe(Number.MAX_VALUE);
    const { text } = tasks.regress.words;
    expect([error, Math.sqrt(error), 1e77, 1234, 0.0125, 2e-7].map(text)).toEqual(['not finite', 'not finite', '1.00e+77', '1.23e+3', '0.0125', '2.00e-7']);
  });

  it('the mean of numbers that are all the same leaves nothing, whatever they are', async () => {
    const { chance } = await squaresOf(echo(1), { count: 7, samples: new Float32Array(14), labels: Float32Array.from({ length: 14 }, (_, i) => (i % 2 === 0 ? 0.1 : 3)) });
    expect(chance).toBe(0);
  });

  it('bytes are the f32 of byte / 255, floats themselves', async () => {
    const seen: number[][] = [];
    for (const samples of [Uint8Array.of(255, 77), Float32Array.of(255, 77)]) await eachAnswer(echo(1, seen), { count: 1, samples }, () => {});
    expect(seen).toEqual([[1, Math.fround(77 / 255)], [255, 77]]);
  });
});
