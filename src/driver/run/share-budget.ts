// Gives each penalty that shares the budget of the whole network its part, as the phase that prunes begins: by how much the
// loss on the held-out samples grows as a layer loses its least groups, without training.

import { fail } from '../../base/diagnostic.ts';
import { present } from '../../base/invariant.ts';
import { tensor } from '../../base/tensor.ts';
import type { PhaseTensors } from '../../engine/engine.ts';
import type { GroupSet } from '../../ir/group.ts';
import type { Model, NetworkBudget } from '../../ir/network.ts';
import { phaseTraits } from '../../ir/phase.ts';
import { ops } from '../../ops/index.ts';
import { structureTitle } from '../../ir/structure.ts';
import { amountText, budgetFor, budgetText, limitOf } from '../../sparsity/network-budget.ts';
import { scannedShares, sharesWithin } from '../../sparsity/shares.ts';
import type { Sensitivity, SensitivityPoint } from '../../sparsity/shares.ts';
import { methods } from '../../train/methods/index.ts';
import { copiesOf, keptGroups, project } from '../../train/methods/projection.ts';
import type { Projected } from '../../train/methods/projection.ts';
import { taskPart } from '../../train/tasks/index.ts';
import { costOfParameters, inDoubles } from './budget-cost.ts';
import { evaluateOn } from './epoch.ts';
import type { Run } from './run-context.ts';
import { runDiagnostics } from './run-diagnostics.ts';
import type { LayerShare, BudgetShares } from './budget-shares.ts';

/** Groups that each penalty keeps, by its title: `filters of conv1`. */
export type KeptByPenalty = Readonly<Record<string, number>>;

export function penaltyTitle({ penalty }: GroupSet): string {
  return `${structureTitle(penalty)} of ${penalty.layer}`;
}

/** The run with shares given out. */
export function withShares(run: Run, kept: KeptByPenalty): Run {
  return { ...run, groups: run.groups.map((set) => withKept(set, kept[penaltyTitle(set)])) };
}

function withKept(set: GroupSet, kept: number | undefined): GroupSet {
  return kept === undefined || set.penalty.kind !== 'budget' ? set : { ...set, penalty: { ...set.penalty, keep: { groups: kept } } };
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
  const { model, groups, options } = run;
  const salience = present(methods[model.method].salience, 'salience');
  const sharers = sharing(run);
  const fixed = groups.filter((set) => !sharers.includes(set));
  const network = { graph: model.network.graph, ops, values: held };
  const base = copiesOf(groups, held);
  project(fixed, base, salience, network);
  const sensitivities: Sensitivity[] = [];
  for (const set of sharers) sensitivities.push(await scan(run, phase, set, base, held));
  run.engine.write(held);
  const whole = inDoubles(run, held);
  const denseCost = costOfParameters(run, whole, budget.of).dense;
  const costs = new Map<string, number>();
  const costOf = (kept: readonly number[]): number => {
    const key = kept.join();
    const known = costs.get(key);
    if (known !== undefined) return known;
    const values = copiesOf(groups, base);
    const settled = groups.map((set) => withKept(set, kept[sharers.indexOf(set)]));
    project(settled, values, salience, network);
    const cost = costOfParameters(run, new Map([...whole, ...[...values].map(([name, { data }]) => [name, { shape: shapeOf(run, name), data }] as const)]), budget.of).compacted;
    costs.set(key, cost);
    return cost;
  };
  const limit = limitOf(budget, denseCost);
  const found = sharesWithin(sensitivities, limit, costOf);
  if (found.kind === 'beyond') return failBeyond(model, budget, limit, found.least, denseCost);
  const layers = sharers.map((set, i): LayerShare => ({ layer: set.penalty.layer, structure: structureTitle(set.penalty), kept: present(found.kept[i], 'share'), total: set.count, tried: present(sensitivities[i], 'scan').map(({ kept, loss }) => ({ kept, loss: Number.isFinite(loss) ? loss : null })) }));
  const shared = { whole: denseCost, limit, reached: found.cost, layers };
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
  return compacted > limitOf(total, dense) && sharing(run).some((set) => keptGroups(set) > 1);
}

/** Of the set that shares and keeps the largest part of its groups, one in fifty goes. */
export function withFewer(run: Run): Run {
  const most = sharing(run).reduce((a, b) => (keptGroups(b) / b.count > keptGroups(a) / a.count ? b : a));
  const kept = keptGroups(most);
  return withShares(run, { [penaltyTitle(most)]: kept - Math.max(1, Math.floor(kept / 50)) });
}

/** Sets whose penalty has been given a share, or is to be. */
function sharing({ groups, model: { penalties } }: Run): readonly GroupSet[] {
  const titles = new Set(penalties.flatMap((penalty) => (penalty.kind === 'budget' && penalty.keep === 'shared' ? [`${structureTitle(penalty)} of ${penalty.layer}`] : [])));
  return groups.filter((set) => titles.has(penaltyTitle(set)));
}

/** The loss as a set loses its least groups, all others being as they are. */
async function scan(run: Run, phase: number, set: GroupSet, base: Projected, held: PhaseTensors): Promise<Sensitivity> {
  const { heldOut } = run.data.division;
  const salience = present(methods[run.model.method].salience, 'salience');
  const points: SensitivityPoint[] = [];
  const counts = new Set([set.count, ...scannedShares.map((share) => Math.max(1, Math.round(share * set.count)))]);
  for (const kept of counts) {
    const values = copiesOf([set], base);
    project([set], values, salience, { graph: run.model.network.graph, ops, values: new Map<string, { readonly data: ArrayLike<number> }>([...held, ...base]) }, () => kept);
    run.engine.write(new Map([...base, ...values].map(([name, { data }]) => [name, tensor(shapeOf(run, name), Float32Array.from(data))])));
    points.push({ kept, loss: (await evaluateOn(run, phase, 'training', heldOut)).loss });
  }
  return points;
}

function shapeOf({ model: { network } }: Run, name: string): readonly number[] {
  return present(network.parameters.find((parameter) => parameter.name === name), name).shape;
}
