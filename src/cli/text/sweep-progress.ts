// A sweep as it goes on: where somebody watches, a line a worker; to a log or a pipe, a line for each run that ends.

import { duration, grouped } from '../../base/number-text.ts';
import { combinationText } from '../../driver/sweep/combinations.ts';
import type { JobEvent } from '../../driver/sweep/job.ts';
import type { SweepRun } from '../../driver/sweep/results.ts';
import type { SweepEvent } from '../../driver/sweep/sweep.ts';
import { taskOf } from '../../train/tasks/index.ts';
import type { Shell } from '../shell.ts';
import { heldOutText, phaseText } from './train-progress.ts';

const ends: readonly SweepRun['state'][] = ['finished', 'failed'];
const paintMilliseconds = 100;

export interface ShownSweep {
  /** Nothing but what replaces itself. */
  readonly quiet: boolean;
  /** Workers are elsewhere: what is asked for has none until one tells of it. */
  readonly byOthers: boolean;
}

export function showSweep(shell: Shell, { quiet, byOthers }: ShownSweep): (event: SweepEvent) => void {
  const working = new Map<string, string>();
  let [ended, total] = [0, 0];
  let painted = 0;
  const paint = (): void => shell.progress([`${ended} of ${total} runs have ended`, ...working.values()].join('\n'));
  return (event) => {
    switch (event.kind) {
      case 'begin': {
        total = event.runs.length;
        ended = event.runs.filter(({ state }) => ends.includes(state)).length;
        if (!quiet) shell.err(`${grouped(total)} run${total === 1 ? '' : 's'}${ended > 0 ? `, ${grouped(ended)} of them trained before` : ''}\n`);
        break;
      }
      case 'working':
        if (event.working && !byOthers) working.set(event.hash, 'a worker starts');
        else if (!event.working) working.delete(event.hash);
        break;
      case 'training': {
        const line = trainingLine(event.event);
        if (line !== undefined) working.set(event.hash, `${event.what}: ${line}`);
        break;
      }
      case 'run':
        ended++;
        if (!quiet) shell.err(`${ended}/${total} ${runLine(event.run)}\n`);
        break;
    }
    if (event.kind === 'training' && performance.now() - painted < paintMilliseconds) return;
    painted = performance.now();
    paint();
  };
}

export function trainingLine(event: JobEvent): string | undefined {
  switch (event.kind) {
    case 'step':
      return `${phaseText(event)} ${event.epoch}/${event.epochs}  loss ${taskOf(event).words.loss(event.loss, 3)}  ${duration(event.secondsLeft)} left`;
    case 'epoch':
      return `${phaseText(event)} ${event.epoch}/${event.epochs}  ${event.heldOut ? heldOutText(event, event.heldOut.error) : `loss ${taskOf(event).words.loss(event.training.loss, 3)}`}  ${duration(event.secondsLeft)} left`;
    case 'phase':
    case 'shares':
    case 'attempt':
    case 'strengths':
      return undefined;
  }
}

function runLine({ values, state, result, faults = [] }: SweepRun): string {
  const name = combinationText(values);
  if (!result) return `${name}: ${state}${faults.length > 0 ? `: ${faults.map(({ message }) => message).join('; ')}` : ''}`;
  const { heldOut, macs, seconds } = result;
  return `${name}: ${heldOut === undefined ? '' : `${heldOutText(result, heldOut)}, `}${grouped(macs)} MACs, ${duration(seconds)}`;
}
