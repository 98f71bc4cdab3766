// How far answers are from the numbers that they should be: the mean of the squared differences.

import { sizeOf } from '../../base/tensor.ts';
import { tasks } from '../../train/tasks/index.ts';
import { eachAnswer } from './answers.ts';
import type { AnsweringNetwork } from './answers.ts';
import type { JudgedSplit } from './evaluation.ts';

export interface NumberEvaluation {
  readonly samples: number;
  /** Mean squared error over samples and numbers, and its root, which is of the unit of the numbers. */
  readonly error: number;
  readonly root: number;
  /** The error of always answering the mean of these samples. */
  readonly chance: number;
  /** Samples with an answer that is no finite number. */
  readonly unanswered: number;
  /** Of a list of numbers, the error of each; absent of longer lists than {@link mostOutputs}, and of images. */
  readonly outputs?: readonly OutputError[];
}

export interface OutputError {
  readonly name: string;
  readonly error: number;
}

const mostOutputs = 64;

export async function squaresOf(network: AnsweringNetwork, { labels, ...questions }: JudgedSplit, names: readonly string[] = []): Promise<NumberEvaluation> {
  const { count: samples } = questions;
  const { outputShape } = network;
  const size = sizeOf(outputShape);
  const sums = new Float64Array(size);
  let unanswered = 0;
  await eachAnswer(network, questions, (sample, answer) => {
    if (!answer.every(Number.isFinite)) unanswered++;
    for (const [e, value] of answer.entries()) sums[e] = (sums[e] as number) + (value - (labels[sample * size + e] as number)) ** 2;
  });
  const meanOf = (sum: number, count: number): number => tasks.regress.errorOf({ loss: sum, correct: 0 }, count);
  const error = meanOf(sums.reduce((a, b) => a + b, 0), samples * size);
  const listed = outputShape.length === 1 && size > 1 && size <= mostOutputs;
  return { samples, error, root: Math.sqrt(error), chance: spreadOf(labels, size), unanswered, ...(listed && { outputs: Array.from(sums, (sum, e) => ({ name: names[e] ?? String(e), error: meanOf(sum, samples) })) }) };
}

/** The mean squared distance of numbers from their mean, each place of a sample for itself. @param size Numbers of a sample. */
export function spreadOf(numbers: ArrayLike<number>, size: number): number {
  const samples = numbers.length / size;
  // From those of the first sample: numbers that are all the same then have no distance at all, and large ones lose none of it.
  const distance = (i: number): number => (numbers[i] as number) - (numbers[i % size] as number);
  const means = new Float64Array(size);
  for (let i = 0; i < numbers.length; i++) means[i % size] = (means[i % size] as number) + distance(i) / samples;
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += (distance(i) - (means[i % size] as number)) ** 2;
  return sum / numbers.length;
}
