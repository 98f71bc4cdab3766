// A budget of time and what a run spends of it, in words and a table.

import type { Budget } from '../../driver/module/budget.ts';
import { formatTable } from './text-table.ts';

/** @param call Microseconds of one call of `net.run`. */
export function budgetText({ milliseconds, layers, others }: Budget, call: number): string {
  const spent = [...layers, ...(others > 0 ? [{ name: 'all else', microseconds: others }] : [])];
  const rows = spent.map(({ name, microseconds }) => [name, microseconds.toFixed(1), `${((100 * microseconds) / call).toFixed(0)}%`]);
  return `${verdictText(call / 1000, milliseconds)}\n\n${formatTable({ head: ['where the time goes', 'us', 'of the run'], rows, text: [0] })}`;
}

/** @param taken Milliseconds of one run. */
export function verdictText(taken: number, budget: number): string {
  const times = taken / budget;
  return taken <= budget ? `meets the budget of ${budget} ms, ${(100 * times).toFixed(0)}% of it` : `misses the budget of ${budget} ms, ${times.toFixed(times < 10 ? 2 : 0)} times as long`;
}
