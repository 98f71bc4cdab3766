// How the penalties have shared a budget of the whole network, and the losses by which they have.

import { formatBytes, grouped, percent } from '../../base/number-text.ts';
import { taskOf } from '../../train/tasks/index.ts';
import { element } from '../markup.ts';
import type { Child } from '../markup.ts';
import type { ReportData } from '../report-data.ts';
import { dataTable, folded, layerName, section } from './parts.ts';

const mostShown = 24;

export function budgetShares({ shared, ...data }: ReportData): Child {
  if (!shared) return undefined;
  const { words } = taskOf(data);
  const { budget, of, whole, reached, layers } = shared;
  const amount = of === 'bytes' ? formatBytes : grouped;
  return section(
    'Shares of the budget',
    element('p', {}, `${budget}: ${amount(reached)} of ${amount(whole)} (${percent(reached / whole)}) are left with these shares. Each layer was tried alone with fewer of its groups, without training: behind each number of them the loss on the held-out samples.`),
    folded(layers, mostShown, 'more layers', (shown) =>
      dataTable({
        head: ['layer', 'groups', 'kept', 'tried'],
        text: [1, 3],
        rows: shown.map(({ layer, structure, kept, total, tried }) => [layerName(layer), structure, `${grouped(kept)} of ${grouped(total)}`, tried.map((point) => `${grouped(point.kept)}: ${point.loss === null ? 'not finite' : words.loss(point.loss, 3)}`).join(', ')]),
      }),
    ),
  );
}
