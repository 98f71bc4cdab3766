// A budget of a whole network as a number, and in words.

import { formatBytes, grouped } from '../base/number-text.ts';
import type { BudgetMeasure, NetworkBudget } from '../ir/network.ts';

/** The most that may be left. @param dense What the whole network has. */
export function limitOf(budget: NetworkBudget, dense: number): number {
  return budget.of === 'bytes' ? budget.bytes : (budget.percent / 100) * dense;
}

/** `30% of macs`, `120 KB` */
export function budgetText(budget: NetworkBudget): string {
  return budget.of === 'bytes' ? amountText(budget.of, budget.bytes) : `${budget.percent}% of ${budget.of}`;
}

/** `61,000 macs`, `120 KB` */
export function amountText(of: BudgetMeasure, amount: number): string {
  return of === 'bytes' ? formatBytes(amount) : `${grouped(Math.round(amount))} ${of}`;
}
