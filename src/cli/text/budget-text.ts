// A budget of time and what a run spends of it, in words and a table.

import type { Budget } from '../../driver/module/budget.ts';
import { formatTable } from './text-table.ts';

/** @param call Microseconds of one call of `net.run`. */
export function budgetText({ milliseconds, met, layers, others }: Budget, call: number): string {
  const times = call / 1000 / milliseconds;
  const verdict = met ? `meets the budget of ${milliseconds} ms, ${(100 * times).toFixed(0)}% of it` : `misses the budget of ${milliseconds} ms, ${times.toFixed(times < 10 ? 2 : 0)} times as long`;
  const spent = [...layers, ...(others > 0 ? [{ name: 'all else', microseconds: others }] : [])];
  const rows = spent.map(({ name, microseconds }) => [name, microseconds.toFixed(1), `${((100 * microseconds) / call).toFixed(0)}%`]);
  return `${verdict}\n\n${formatTable({ head: ['where the time goes', 'us', 'of the run'], rows, text: [0] })}`;
}
