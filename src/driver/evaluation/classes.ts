// What a classifier has answered, counted: the error, the error of each class, and which classes it takes for
// which others.

export interface ClassScore {
  readonly name: string;
  /** Of this class in the data. */
  readonly samples: number;
  readonly wrong: number;
  /** Share answered wrongly; absent where the data has no sample of the class. */
  readonly error?: number;
  /** The wrong class that is answered most often, the first of equals; absent where none is. */
  readonly takenFor?: { readonly name: string; readonly samples: number };
}

export interface ClassEvaluation {
  readonly samples: number;
  readonly wrong: number;
  /** Share answered wrongly. */
  readonly error: number;
  /** The error of always answering the most frequent class. */
  readonly chance: number;
  /** Samples with a score that is not a number: they have no answer and are wrong. */
  readonly unanswered: number;
  /** In the order of the network's outputs. */
  readonly classes: readonly ClassScore[];
  /** Samples by true class (rows) and by answer (columns). */
  readonly confusion: readonly (readonly number[])[];
}

/** The answer to a sample with a score that is not a number. */
export const noAnswer = -1;

/** The position of the largest score, the first of equals, or {@link noAnswer}. */
export function answerOf(scores: Float32Array): number {
  let best = 0;
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i] as number;
    if (Number.isNaN(score)) return noAnswer;
    if (score > (scores[best] as number)) best = i;
  }
  return best;
}

/** Names of the outputs: those that are given, numbers where there are none. */
export function namesOf(classes: number, given: readonly string[] = []): readonly string[] {
  return Array.from({ length: classes }, (_, c) => given[c] ?? String(c));
}

/**
 * @param answers A class for each sample, or {@link noAnswer}; at least one.
 * @param labels The true classes, each below the number of `names`.
 */
export function evaluationOf(answers: Int32Array, labels: ArrayLike<number>, names: readonly string[]): ClassEvaluation {
  const confusion = names.map(() => names.map(() => 0));
  const counts = names.map(() => 0);
  let unanswered = 0;
  for (const [i, answer] of answers.entries()) {
    const label = labels[i] as number;
    counts[label] = (counts[label] as number) + 1;
    const row = confusion[label] as number[];
    if (answer === noAnswer) unanswered++;
    else row[answer] = (row[answer] as number) + 1;
  }
  const classes = names.map((name, c) => classScore(name, c, counts[c] as number, confusion[c] as number[], names));
  const wrong = classes.reduce((sum, each) => sum + each.wrong, 0);
  const samples = answers.length;
  return { samples, wrong, error: wrong / samples, chance: chanceOf(counts), unanswered, classes, confusion };
}

/** The error of always answering the most frequent class. @param counts Samples of each class; not all zero. */
export function chanceOf(counts: readonly number[]): number {
  const samples = counts.reduce((a, b) => a + b, 0);
  return (samples - counts.reduce((a, b) => Math.max(a, b), 0)) / samples;
}

function classScore(name: string, index: number, samples: number, row: readonly number[], names: readonly string[]): ClassScore {
  const wrong = samples - (row[index] as number);
  const others = row.map((count, answer) => (answer === index ? 0 : count));
  const most = others.reduce((a, b) => Math.max(a, b), 0);
  return {
    name,
    samples,
    wrong,
    ...(samples > 0 && { error: wrong / samples }),
    ...(most > 0 && { takenFor: { name: names[others.indexOf(most)] as string, samples: most } }),
  };
}
