// Gives each penalty that shares the budget of the whole network its part, as the phase that prunes begins: by how much the
// loss on the held-out samples grows as a layer loses its least groups, without training.

import { fail } from '../../base/diagnostic.ts';
import { present } from '../../base/invariant.ts';
import type { PhaseTensors } from '../../engine/engine.ts';
import type { Model, NetworkBudget } from '../../ir/network.ts';
import { phaseTraits } from '../../ir/phase.ts';
import { structureTitle } from '../../ir/structure.ts';
import { amountText, budgetFor, budgetText, limitOf } from '../../sparsity/network-budget.ts';
import { methods } from '../../train/methods/index.ts';
import { keptGroups } from '../../train/methods/projection.ts';
import { taskPart } from '../../train/tasks/index.ts';
import { costOfParameters, inDoubles } from './budget-cost.ts';
import type { Run } from './run-context.ts';
import { runDiagnostics } from './run-diagnostics.ts';
import type { LayerShare, BudgetShares } from './budget-shares.ts';
import { penaltyTitle, scanSharers, sharersOf, sharingOf, withKept } from './sharing.ts';

/** Groups that each penalty keeps, by its title: `filters of conv1`. */
export type KeptByPenalty = Readonly<Record<string, number>>;

/** The run with shares given out. */
export function withShares(run: Run, kept: KeptByPenalty): Run {
  return { ...run, groups: run.groups.map((set) => withKept(set, kept[penaltyTitle(set)])) };
}

/** The budget that is shared in a phase, if it prunes. */
export function budgetToShare({ model: { method, total }, plan }: Run, phase: number): NetworkBudget | undefined {
  return phaseTraits[present(plan.phases[phase], 'phase').spec.kind].penalizes && methods[method].takes === 'budget' ? total : undefined;
}

/**
 * Leaves the phase as it was.
 * @param held All of its tensors.
 * @throws DiagnosticError `run/budget-beyond`
 */
export async function shareBudget(run: Run, phase: number, budget: NetworkBudget, held: PhaseTensors): Promise<{ readonly shares: KeptByPenalty; readonly shared: BudgetShares }> {
  const { model, options } = run;
  const sharers = sharersOf(run);
  const scanned = options.scan ?? (await scanSharers(run, phase, held));
  const { whole, within } = sharingOf(run, held, budget.of, scanned);
  const limit = limitOf(budget, whole);
  const found = within(limit);
  if (found.kind === 'beyond') return failBeyond(model, budget, limit, found.least, whole);
  const layers = sharers.map((set, i): LayerShare => ({ layer: set.penalty.layer, structure: structureTitle(set.penalty), kept: present(found.kept[i], 'share'), total: set.count, tried: present(scanned[i], 'scan').map(({ kept, loss }) => ({ kept, loss: Number.isFinite(loss) ? loss : null })) }));
  const shared = { whole, limit, reached: found.cost, layers };
  options.onProgress?.({ kind: 'shares', ...taskPart(run.spec), phase: present(run.plan.phases[phase], 'phase').spec.name, budget, ...shared });
  return { shares: Object.fromEntries(sharers.map((set, i) => [penaltyTitle(set), present(found.kept[i], 'share')])), shared };
}

/** @param least That any network has which still sees its input. */
export function failBeyond({ totalSpan: span }: Model, budget: NetworkBudget, limit: number, least: number, dense: number): never {
  const help = `write \`keep ${budgetFor(budget, least, dense)}\` or more, or let more layers lose groups`;
  return fail(runDiagnostics['budget-beyond']({ span, args: [budgetText(budget), amountText(budget.of, limit), amountText(budget.of, least)], help }));
}

/** Whether more is left than the budget that the phase shares. */
export function exceedsBudget(run: Run, phase: number, held: PhaseTensors): boolean {
  const total = budgetToShare(run, phase);
  if (!total) return false;
  const { dense, compacted } = costOfParameters(run, inDoubles(run, held), total.of);
  return compacted > limitOf(total, dense) && sharersOf(run).some((set) => keptGroups(set) > 1);
}

/** Of the set that shares and keeps the largest part of its groups, one in fifty goes. */
export function withFewer(run: Run): Run {
  const most = sharersOf(run).reduce((a, b) => (keptGroups(b) / b.count > keptGroups(a) / a.count ? b : a));
  const kept = keptGroups(most);
  return withShares(run, { [penaltyTitle(most)]: kept - Math.max(1, Math.floor(kept / 50)) });
}
