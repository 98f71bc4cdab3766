// What may be wrong with a result (findings.ts finds it), as summaries and commands hold it.

import type { OfTask } from '../../train/tasks/index.ts';

/** As a summary holds it. */
export interface Finding {
  /** `result/dead-layer`, `result/untouched`, `result/at-chance`, `result/never-learned` */
  readonly code: string;
  readonly message: string;
  /** What to turn, and which way. */
  readonly help: string;
}

/** What a run has measured. */
export interface RunErrors extends OfTask {
  /** The phase that the weights come from. */
  readonly product: string;
  /** Of the test set by phase. */
  readonly error: Readonly<Record<string, number>>;
  /** The test error of always answering the same. */
  readonly chance: number;
}

/** Whether the network answers at all; if not, there is nothing that its smaller size could be praised for. */
export function answersNothing(findings: readonly Finding[]): boolean {
  return findings.some(({ code }) => code !== 'result/untouched');
}
