// Whether any network that its penalties can lead to is within a budget: looked at before a step is taken, not when a
// baseline has been trained.

import type { GroupSet } from '../../ir/group.ts';
import type { Program } from '../../ir/graph.ts';
import type { Model } from '../../ir/network.ts';
import { sizeOf } from '../../base/tensor.ts';
import { ops } from '../../ops/index.ts';
import { groupSets } from '../../sparsity/groups.ts';
import { whereInputIsLost } from '../../sparsity/lost-input.ts';
import { limitOf } from '../../sparsity/network-budget.ts';
import { norms } from '../../sparsity/norms.ts';
import { copiesOf, keptGroups, project } from '../../train/methods/projection.ts';
import { costOfParameters } from './budget-cost.ts';
import { failBeyond } from './share-budget.ts';

/**
 * Of weights that are all alive, a single group of each penalty that shares the budget is left, the one with the number 0; of
 * lassos none, where the network still sees its input without, as by way of a shortcut.
 * @throws DiagnosticError `run/budget-beyond`
 */
export function checkReachable(model: Model): void {
  const { network, penalties, total } = model;
  if (!total) return;
  const groups = groupSets(network, ops, penalties);
  const whole: Program['parameters'] = new Map(network.parameters.map(({ name, shape }) => [name, { shape, data: new Float64Array(sizeOf(shape)).fill(1) }]));
  const left = (none: ReadonlySet<GroupSet>): Program['parameters'] => {
    const values = copiesOf(groups, whole);
    project(groups, values, norms, { graph: network.graph, ops, values: whole }, (set) => (none.has(set) ? 0 : isFixed(set) ? keptGroups(set) : 1));
    return new Map([...whole].map(([name, { shape, data }]) => [name, { shape, data: values.get(name)?.data ?? data }]));
  };
  const none = new Set<GroupSet>();
  for (const set of groups) {
    if (set.penalty.kind !== 'lasso') continue;
    if (set.penalty.strength > 0 && whereInputIsLost({ graph: network.graph, parameters: left(new Set([...none, set])) }, ops).length === 0) none.add(set);
  }
  const { dense } = costOfParameters({ model }, whole, total.of);
  const { compacted } = costOfParameters({ model }, left(none), total.of);
  const limit = limitOf(total, dense);
  if (compacted > limit) failBeyond(model, total, limit, compacted, dense);
}

/** A budget of groups of its own. */
function isFixed({ penalty }: GroupSet): boolean {
  return penalty.kind === 'budget' && penalty.keep !== 'shared';
}
