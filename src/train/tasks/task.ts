// The contract of a task: what a network is trained to answer. Its loss as graph nodes, what the sums of a pass come to as
// an error, and the words in which that is told. One file a task; index.ts lists them.

import type { GraphBuilder } from '../../ir/builder.ts';
import type { Value } from '../../ir/graph.ts';
import type { TaskName } from '../../ir/network.ts';
import type { Shape } from '../../base/tensor.ts';

/** The error of answers that f32 cannot hold: larger than any other, and finite, as JSON has no infinity. Pictures leave it out. */
export const lostError: number = Number.MAX_VALUE;

export interface Task {
  /** As the language writes it. */
  readonly name: TaskName;
  /** It answers with a class of several, each by its score, and its error is a share of samples. Else with numbers. */
  readonly classes: boolean;
  /** The loss takes a softmax in: one that ends a network is left out of its training graphs. */
  readonly takesSoftmax: boolean;
  /** What the output of an evaluation is called, as the loss reads it. */
  readonly answer: string;
  /** Of what one sample is to be answered with, by the shape of the output. */
  readonly labelShape: (output: Shape) => Shape;
  readonly loss: (builder: GraphBuilder, operands: LossOperands, smoothing: number | undefined) => Loss;
  /** Of samples of which these are the sums; at most {@link lostError}, so that any two can be compared. */
  readonly errorOf: (sums: LossSums, samples: number) => number;
  readonly words: ErrorWords;
}

export interface LossOperands {
  /** What the network answers, `[samples, ...]`. */
  readonly answer: Value;
  /** What it is to answer, `[samples, ...labelShape]`. */
  readonly label: Value;
  /** Of each sample, `[samples]`. */
  readonly weight: Value;
}

export interface Loss {
  /** By sample, times its weight, `[samples]`. */
  readonly loss: Value;
  /** Not 0 where a sample of a weight is answered rightly, `[samples]`; absent: there is no right and wrong. */
  readonly correct?: Value;
  /** Of the mean loss by the answer, in its shape. */
  readonly gradient: Value;
}

/** Over samples. */
export interface LossSums {
  /** Of losses, times weights. */
  readonly loss: number;
  /** Samples that are answered rightly. */
  readonly correct: number;
}

/** How people are told of an error. */
export interface ErrorWords {
  /** What stands behind `test` and `held-out`: `error`. */
  readonly name: string;
  /** `2.10%` */
  readonly text: (error: number) => string;
  /** The same shorter, in a chart, and at an axis of round numbers. */
  readonly short: (error: number) => string;
  readonly tick: (error: number) => string;
  /** So many places of a loss, where it is not too small for them. */
  readonly loss: (loss: number, places: number) => string;
  /** What the loss is, and what the error is of samples that are so called. */
  readonly lossName: string;
  readonly about: (samples: string) => string;
  /** A network with this error `answers 2.10% of the test set wrongly`. */
  readonly answers: (error: string) => string;
  /** What the error of one that has learned nothing is held against. */
  readonly guess: string;
  /** From one error to another. */
  readonly change: (from: number, to: number) => string;
}
