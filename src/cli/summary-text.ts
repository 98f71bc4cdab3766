// What came of a run, in words and tables.

import type { RunSummary } from '../driver/run-summary.ts';
import { changeText, structureTable } from './structure-table.ts';
import { formatTable } from './text-table.ts';
import { duration, percent } from './train-progress.ts';

export function summaryText({ network, dataset, seed, seconds, error, heldOut, macs, convMacs, weights, layers }: RunSummary, out: string): string {
  const rows = Object.entries(error).map(([phase, test]) => {
    const held = heldOut[phase];
    return [phase, percent(test), held === undefined ? '' : percent(held)];
  });
  return [
    `${network} on ${dataset}, seed ${seed}, ${duration(seconds)}\n`,
    formatTable({ head: ['phase', 'test error', 'held-out error'], rows, text: [0] }),
    structureTable(layers),
    [
      `weights ${changeText(weights)}\n`,
      `MACs ${changeText(macs)}\n`,
      ...(convMacs.dense > 0 ? [`MACs of convolutions ${changeText(convMacs)}\n`] : []),
      `\nthe run is in ${out}; build it with: ssl-compile build ${out} --out DIR\n`,
    ].join(''),
  ].join('\n');
}
