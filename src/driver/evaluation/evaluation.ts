// How well a network answers the samples of a split, as its task judges it.

import type { TaskName } from '../../ir/network.ts';
import type { AnsweringNetwork, Questions } from './answers.ts';
import { answerOf, evaluationOf, namesOf } from './classes.ts';
import type { ClassEvaluation } from './classes.ts';
import { eachAnswer } from './answers.ts';
import { squaresOf } from './squares.ts';
import type { NumberEvaluation } from './squares.ts';

/** Classes where the task is to tell them, numbers where it is to answer with such. */
export type Evaluation = ClassEvaluation | NumberEvaluation;

export interface JudgedSplit extends Questions {
  /** Class indices, or numbers, those of a sample side by side. */
  readonly labels: ArrayLike<number>;
}

/** @param names Of outputs, as far as they have any. */
type Judge = (network: AnsweringNetwork, split: JudgedSplit, names: readonly string[] | undefined) => Promise<Evaluation>;

const judges: Readonly<Record<TaskName, Judge>> = {
  classify: async (network, split, names) => {
    const answers = new Int32Array(split.count);
    await eachAnswer(network, split, (sample, scores) => void (answers[sample] = answerOf(scores)));
    return evaluationOf(answers, split.labels, namesOf(network.outputShape[0] ?? 1, names));
  },
  regress: squaresOf,
};

/** Fails with `data/changed`. */
export function judge(task: TaskName, network: AnsweringNetwork, split: JudgedSplit, names: readonly string[] | undefined): Promise<Evaluation> {
  return judges[task](network, split, names);
}
