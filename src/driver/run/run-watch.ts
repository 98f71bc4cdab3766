// Looks after a phase while its threads train: tells how far they are, and makes them stop after a step when
// a checkpoint is due or the run is to end.

import { present } from '../../base/invariant.ts';
import { positionOf } from '../../train/plan.ts';
import { taskPart } from '../../train/tasks/index.ts';
import { paceOf } from './run-context.ts';
import type { Run } from './run-context.ts';

const progressMilliseconds = 250;

export interface Watched {
  /** The first step of the epoch that is being trained; absent: none is. */
  readonly epochStart?: number | undefined;
  /** When the next checkpoint should be, in seconds of the run. */
  readonly due: number;
}

/** @returns Ends the watch. */
export function watchPhase(run: Run, phase: number, watched: () => Watched): () => void {
  const { engine, plan, options, stop } = run;
  const { spec } = present(plan.phases[phase], 'phase');
  let told = -1;
  const look = (): void => {
    const { epochStart, due } = watched();
    if (epochStart === undefined) return;
    if (run.seconds() > due) engine.pause();
    const { done, batchLoss } = engine.progress();
    const step = epochStart + done;
    if (done === 0 || step === told) return;
    told = step;
    const { epoch, rate } = positionOf(plan, step - 1);
    options.onProgress?.({ kind: 'step', ...taskPart(run.spec), phase: spec.name, ...(run.attempt && { attempt: run.attempt.number }), epoch: epoch + 1, epochs: spec.epochs, step, totalSteps: plan.totalSteps, loss: batchLoss, rate, ...paceOf(run, step) });
  };
  const timer = setInterval(look, progressMilliseconds);
  const pause = (): void => engine.pause();
  stop.addEventListener('abort', pause);
  return () => {
    clearInterval(timer);
    stop.removeEventListener('abort', pause);
  };
}
