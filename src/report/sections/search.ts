// What was tried to bring a network to a budget by the strengths of its penalties.

import { formatBytes, grouped, percent } from '../../base/number-text.ts';
import { taskOf } from '../../train/tasks/index.ts';
import { element } from '../markup.ts';
import type { Child } from '../markup.ts';
import type { ReportData } from '../report-data.ts';
import { dataTable, section } from './parts.ts';

export function search({ search: found, ...data }: ReportData): Child {
  if (!found) return undefined;
  const { words } = taskOf(data);
  const { budget, of, whole, limit, attempts, chosen } = found;
  const amount = of === 'bytes' ? formatBytes : grouped;
  const verdict = ({ isAlive, reached }: (typeof attempts)[number], at: number): string => (at === chosen ? 'chosen' : !isAlive ? 'sees nothing of its input' : reached > limit ? 'too much' : 'less than chosen');
  return section(
    'Search for strengths',
    element('p', {}, `All strengths times one factor, each time from the same weights, for ${budget}: the largest network within it that still sees its input. The test set has no part in it.`),
    dataTable({
      text: [4],
      head: ['strengths times', `${of === 'bytes' ? 'bytes of parameters' : of} left`, 'of the whole', `held-out ${words.name}`, ''],
      rows: attempts.map((attempt, at) => [attempt.factor, amount(attempt.reached), percent(attempt.reached / whole), attempt.heldOut === undefined ? '–' : words.text(attempt.heldOut), chosen === undefined && attempt.isAlive && attempt.reached <= limit ? '' : verdict(attempt, at)]),
    }),
  );
}
