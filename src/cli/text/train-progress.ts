// The events of a run as lines for a person.

import { duration, grouped, percent } from '../../base/number-text.ts';
import type { EpochEvent, PhaseEvent, SharesEvent, StepEvent, TrainEvent } from '../../driver/run/run-events.ts';
import type { Shell } from '../shell.ts';

/** Shows events where somebody watches, and to a log or a pipe the end of each phase. */
export function showProgress(shell: Shell): (event: TrainEvent) => void {
  return (event) => {
    if (!shell.interactive && event.kind !== 'phase' && event.kind !== 'shares') return;
    switch (event.kind) {
      case 'begin':
        return;
      case 'shares':
        shell.err(sharesText(event));
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

function phaseLine({ phase, error, stopped, kept }: PhaseEvent): string {
  const parts = [...(stopped ? [`stopped after epoch ${stopped.epoch} of ${stopped.epochs}`] : []), ...(kept === undefined ? [] : [`kept epoch ${kept}`]), `test error ${percent(error)}`];
  return `${phase} done: ${parts.join(', ')}`;
}

function sharesText({ phase, of, percent: most, dense, reached, layers }: SharesEvent): string {
  const lines = layers.map(({ layer, structure, kept, total, tried }) => `  ${structure} of ${layer} ${kept}/${total}; held-out loss by what is left: ${tried.map((point) => `${point.kept} ${point.loss.toFixed(3)}`).join(', ')}\n`);
  return `${phase}: ${most}% of ${of}, shared: ${grouped(reached)} of ${grouped(dense)} are left (${percent(reached / dense)})\n${lines.join('')}`;
}

function stepLine({ phase, epoch, epochs, step, totalSteps, loss, secondsLeft }: StepEvent): string {
  const done = Math.floor((20 * step) / totalSteps);
  return `[${'#'.repeat(done)}${'.'.repeat(20 - done)}] ${phase} ${epoch}/${epochs}  loss ${loss.toFixed(3)}  ${duration(secondsLeft)} left`;
}

function epochLine({ phase, epoch, epochs, training, heldOut, best, groups, seconds, secondsLeft }: EpochEvent): string {
  const place = best === undefined ? '' : best === epoch ? ' (the best)' : ` (the best in epoch ${best})`;
  const error = heldOut ? `held-out error ${percent(heldOut.error)}${place}` : `training error ${percent(training.error)}`;
  const alive = groups.map(({ layer, structure, alive: count, total }) => `${structure} of ${layer} ${count}/${total}`).join(', ');
  return [`${phase} ${epoch}/${epochs}`, `loss ${training.loss.toFixed(4)}`, error, ...(alive === '' ? [] : [alive]), `${duration(seconds)}, ${duration(secondsLeft)} left`].join('  ');
}
