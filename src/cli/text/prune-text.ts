// What pruning to a budget of time tells.

import { grouped } from '../../base/number-text.ts';
import type { GivenErrors } from '../../driver/prune/given-model.ts';
import { millisecondsText } from '../../driver/prune/share-for-time.ts';
import type { TimedShare } from '../../driver/prune/share-for-time.ts';
import type { TimedModule } from '../../driver/prune/time-module.ts';
import { taskOf } from '../../train/tasks/index.ts';
import { verdictText } from './budget-text.ts';

export function givenText({ error, ...of }: GivenErrors): string {
  const { name, text } = taskOf(of).words;
  return `the model as it was given: test ${name} ${text(error)}\n`;
}

export function timedText({ percent, macs, milliseconds }: TimedShare): string {
  return `${percent}% of the MACs (${grouped(macs)}): ${millisecondsText(milliseconds)} ms a run\n`;
}

export function timedModuleText({ milliseconds, measured, met, percent }: TimedModule): string {
  const cure = met ? '' : `\nmeasure again when the machine does less else, by \`ssl-compile bench\`; or prune to less, into another folder: --keep '${Math.max(1, Math.floor((percent * milliseconds) / measured) - 1)}% of macs'`;
  return `a run of the module takes ${millisecondsText(measured)} ms here: ${verdictText(measured, milliseconds)}${cure}\n`;
}
