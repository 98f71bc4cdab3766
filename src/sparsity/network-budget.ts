// A budget of a whole network as a number, and in words.

import { formatBytes, grouped } from '../base/number-text.ts';
import type { BudgetMeasure, NetworkBudget } from '../ir/network.ts';

/** The most that may be left. @param dense What the whole network has. */
export function limitOf(budget: NetworkBudget, dense: number): number {
  return budget.of === 'bytes' ? budget.bytes : (budget.percent / 100) * dense;
}

/** As the language writes it: `30% of macs`, `120 KB`. */
export function budgetText(budget: NetworkBudget): string {
  if (budget.of !== 'bytes') return `${budget.percent}% of ${budget.of}`;
  const { bytes } = budget;
  return bytes < 1e6 ? `${bytes / 1e3} KB` : `${bytes / 1e6} MB`;
}

/** A budget of the same measure that `amount` is within, with few digits. */
export function budgetFor(budget: NetworkBudget, amount: number, dense: number): string {
  return budgetText(budget.of === 'bytes' ? { ...budget, bytes: 10 ** 2 * Math.ceil(amount / 100) } : { ...budget, percent: Math.ceil((1000 * amount) / dense) / 10 });
}

/** `61,000 macs`, `120 KB` */
export function amountText(of: BudgetMeasure, amount: number): string {
  return of === 'bytes' ? formatBytes(amount) : `${grouped(Math.round(amount))} ${of}`;
}
