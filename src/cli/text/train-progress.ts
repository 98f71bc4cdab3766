// The events of a run as lines for a person.

import { duration, formatBytes, grouped, percent } from '../../base/number-text.ts';
import type { AttemptEvent, EpochEvent, PhaseEvent, SharesEvent, StepEvent, StrengthsEvent, TrainEvent } from '../../driver/run/run-events.ts';
import type { NetworkBudget } from '../../ir/network.ts';
import { budgetText } from '../../sparsity/network-budget.ts';
import { taskOf } from '../../train/tasks/index.ts';
import type { OfTask } from '../../train/tasks/index.ts';
import type { Shell } from '../shell.ts';

/** What a log or a pipe is shown: what ends, and what was decided. */
const lasting: readonly TrainEvent['kind'][] = ['phase', 'shares', 'attempt', 'strengths'];

/** Shows events where somebody watches, and to a log or a pipe those that last. */
export function showProgress(shell: Shell): (event: TrainEvent) => void {
  return (event) => {
    if (!shell.interactive && !lasting.includes(event.kind)) return;
    switch (event.kind) {
      case 'begin':
        return;
      case 'shares':
        shell.err(sharesText(event));
        return;
      case 'attempt':
        shell.err(attemptText(event));
        return;
      case 'strengths':
        shell.err(strengthsText(event));
        return;
      case 'step':
        shell.progress(stepLine(event));
        return;
      case 'epoch':
        shell.err(`${epochLine(event)}\n`);
        return;
      case 'phase':
        shell.err(`${phaseLine(event)}\n`);
        return;
    }
  };
}

/** `held-out error 2.10%` */
export function heldOutText(of: OfTask, error: number): string {
  return errorText('held-out', of, error);
}

function errorText(samples: string, of: OfTask, error: number): string {
  const { name, text } = taskOf(of).words;
  return `${samples} ${name} ${text(error)}`;
}

function phaseLine({ phase, error, stopped, kept, ...event }: PhaseEvent): string {
  const parts = [...(stopped ? [`stopped after epoch ${stopped.epoch} of ${stopped.epochs}`] : []), ...(kept === undefined ? [] : [`kept epoch ${kept}`]), errorText('test', event, error)];
  return `${phase} done: ${parts.join(', ')}`;
}

function sharesText({ phase, budget, whole, reached, layers, ...event }: SharesEvent): string {
  const { words } = taskOf(event);
  const lines = layers.map(({ layer, structure, kept, total, tried }) => `  ${structure} of ${layer} ${kept}/${total}; held-out loss by what is left: ${tried.map((point) => `${point.kept} ${point.loss === null ? 'not finite' : words.loss(point.loss, 3)}`).join(', ')}\n`);
  return `${phase}: ${budgetText(budget)}, shared: ${leftText(budget, reached, whole)}\n${lines.join('')}`;
}

/** `812,000 of 2,293,000 are left (35.41%)` */
function leftText({ of }: NetworkBudget, reached: number, dense: number): string {
  const amount = of === 'bytes' ? formatBytes : grouped;
  return `${amount(reached)} of ${amount(dense)} are left (${percent(reached / dense)})`;
}

function attemptText({ phase, number, most, factor, budget, limit, dense, reached, isAlive, heldOut, ...event }: AttemptEvent): string {
  const verdict = !isAlive ? ', and the network no longer sees its input' : reached > limit ? `, more than ${budgetText(budget)}` : '';
  const error = heldOut === undefined ? '' : `; ${heldOutText(event, heldOut)}`;
  return `${phase}, try ${number} of ${most} at most: strengths times ${factor}: ${leftText(budget, reached, dense)}${verdict}${error}\n`;
}

function strengthsText({ phase, budget, attempt, factor, reached, dense, strengths }: StrengthsEvent): string {
  const lines = strengths.map(({ layer, structure, strength }) => `  ${structure} of ${layer} ${strength}\n`);
  return `${phase}: ${budgetText(budget)}, by strengths times ${factor} (try ${attempt}): ${leftText(budget, reached, dense)}\n${lines.join('')}`;
}

/** `sparsify`, `sparsify (try 2)` */
export function phaseText({ phase, attempt }: { readonly phase: string; readonly attempt?: number | undefined }): string {
  return attempt === undefined ? phase : `${phase} (try ${attempt})`;
}

function stepLine({ phase, attempt, epoch, epochs, step, totalSteps, loss, secondsLeft, ...event }: StepEvent): string {
  const done = Math.floor((20 * step) / totalSteps);
  return `[${'#'.repeat(done)}${'.'.repeat(20 - done)}] ${phaseText({ phase, attempt })} ${epoch}/${epochs}  loss ${taskOf(event).words.loss(loss, 3)}  ${duration(secondsLeft)} left`;
}

function epochLine({ phase, attempt, epoch, epochs, training, heldOut, best, groups, seconds, secondsLeft, ...event }: EpochEvent): string {
  const place = best === undefined ? '' : best === epoch ? ' (the best)' : ` (the best in epoch ${best})`;
  const error = heldOut ? `${heldOutText(event, heldOut.error)}${place}` : errorText('training', event, training.error);
  const alive = groups.map(({ layer, structure, alive: count, total }) => `${structure} of ${layer} ${count}/${total}`).join(', ');
  return [`${phaseText({ phase, attempt })} ${epoch}/${epochs}`, `loss ${taskOf(event).words.loss(training.loss, 4)}`, error, ...(alive === '' ? [] : [alive]), `${duration(seconds)}, ${duration(secondsLeft)} left`].join('  ');
}
