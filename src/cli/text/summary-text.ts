// What came of a run, in words and tables.

import { duration, formatBytes, grouped, percent } from '../../base/number-text.ts';
import type { RunSummary } from '../../driver/run/run-summary.ts';
import { budgetText } from '../../sparsity/network-budget.ts';
import { taskOf, tasks } from '../../train/tasks/index.ts';
import { findingsText } from './findings-text.ts';
import { changeText, structureTable } from './structure-table.ts';
import { formatTable } from './text-table.ts';

export function summaryText(summary: RunSummary): string {
  const { findings, network, dataset, seed, initial, seconds, epochs, error, heldOut, macs, convMacs, weights, layers } = summary;
  const { name, text } = taskOf(summary).words;
  const rows = Object.entries(error).map(([phase, test]) => {
    const held = heldOut[phase];
    return [phase, text(test), held === undefined ? '' : text(held), String(epochs[phase])];
  });
  return [
    `${findingsText(findings)}${network} on ${dataset}, seed ${seed}, ${duration(seconds)}\n${initial ? initialLine(initial) : ''}`,
    `${formatTable({ head: ['phase', `test ${name}`, `held-out ${name}`, 'epochs in all'], rows, text: [0] })}${endsText(summary)}${searchText(summary)}${moduleText(summary)}${comparisonText(summary)}`,
    structureTable(layers),
    [
      `weights ${changeText(weights, findings)}\n`,
      `MACs ${changeText(macs, findings)}\n`,
      ...(convMacs.dense > 0 ? [`MACs of convolutions ${changeText(convMacs, findings)}\n`] : []),
    ].join(''),
  ].join('\n');
}

/** Phases that did not end after all of their epochs, with the weights of the last. */
function endsText({ error, stopped, kept }: RunSummary): string {
  const lines = Object.keys(error).flatMap((phase) => {
    const [at, best] = [stopped[phase], kept[phase]];
    const parts = [...(at === undefined ? [] : [`stopped after epoch ${at}`]), ...(best === undefined ? [] : [`kept the weights of epoch ${best}`])];
    return parts.length > 0 ? [`${phase} ${parts.join(' and ')}\n`] : [];
  });
  return lines.length > 0 ? `\n${lines.join('')}` : '';
}

/** What was tried for a budget, the one that the run went on with marked. */
function searchText({ search, ...summary }: RunSummary): string {
  if (!search) return '';
  const { name, text } = taskOf(summary).words;
  const { budget, whole, limit, attempts, chosen } = search;
  const rows = attempts.map(({ factor, reached, isAlive, heldOut }, at) => [
    at === chosen ? `${factor} *` : String(factor),
    budget.of === 'bytes' ? formatBytes(reached) : grouped(reached),
    percent(reached / whole),
    heldOut === undefined ? '' : text(heldOut),
    !isAlive ? 'sees nothing of its input' : reached > limit ? 'too much' : '',
  ]);
  return `\nstrengths for ${budgetText(budget)}; the run went on with *\n\n${formatTable({ head: ['strengths times', budget.of, 'of the whole', `held-out ${name}`, ''], rows, text: [4] })}`;
}

/** What the module answers otherwise than the network it is made of: where scores are equal but for rounding. */
function moduleText({ product, error, evaluation }: RunSummary): string {
  if ('root' in evaluation) return `\nOn the test set the compacted module is off by ${tasks.regress.words.text(evaluation.root)}, the root of its mean squared error.\n`;
  const differing = Math.round(evaluation.samples * Math.abs(evaluation.error - (error[product] ?? evaluation.error)));
  if (differing === 0) return '';
  return `\nThe compacted module has ${percent(evaluation.error)}: rounding decides ${differing} of ${evaluation.samples} samples otherwise.\n`;
}

/** Nobody knows how long these weights were trained before. */
function initialLine({ from, taken, fresh }: NonNullable<RunSummary['initial']>): string {
  return `begun with ${taken} of ${taken + fresh.length} tensors of ${from}; epochs count from there\n`;
}

/** Compacted against dense after the same training; without a control there is no such figure. */
function comparisonText({ product, control, error, epochs, ...summary }: RunSummary): string {
  const { text } = taskOf(summary).words;
  const [ours, dense] = [error[product], error[control ?? '']];
  if (ours === undefined) return '';
  const [spent, spentDense] = [epochs[product], epochs[control ?? '']];
  if (dense !== undefined && spent === spentDense) return `\ncompacted ${text(ours)}, dense ${text(dense)}: each after ${spent} epochs\n`;
  if (dense !== undefined) return `\ncompacted ${text(ours)} after ${spent} epochs, dense ${text(dense)} after ${spentDense}\n`;
  const [first = product] = Object.keys(error);
  if (first === product) return '';
  return `\nNot a comparison of equals: the compacted network had ${epochs[product]} epochs of training, ${first} ${epochs[first]}. \`control {}\` in the \`train\`\nblock trains the dense network for as many.\n`;
}
