// A budget of the whole network where penalties are lassos: their phase is trained again and again from where the one before
// it ended, each time with all strengths times another factor (sparsity/strengths.ts), and goes on with the weights that leave
// the most within the budget. Each attempt has the same steps and batches, so that the run ends with the bits of one whose
// file has the strengths that were found. The test set is looked at when the search has ended.

import { fail } from '../../base/diagnostic.ts';
import { present } from '../../base/invariant.ts';
import type { PhaseTensors } from '../../engine/engine.ts';
import type { Model, NetworkBudget } from '../../ir/network.ts';
import { ops } from '../../ops/index.ts';
import { whereInputIsLost } from '../../sparsity/lost-input.ts';
import { amountText, budgetFor, budgetText, limitOf } from '../../sparsity/network-budget.ts';
import { chosenAttempt, mostAttempts, nextFactor, scaled } from '../../sparsity/strengths.ts';
import type { Attempt, StrengthSearch } from '../../sparsity/strengths.ts';
import { methods } from '../../train/methods/index.ts';
import { taskPart } from '../../train/tasks/index.ts';
import { evaluateOn } from './epoch.ts';
import { phaseRequests } from './run-context.ts';
import type { Run } from './run-context.ts';
import { runDiagnostics } from './run-diagnostics.ts';
import { costOfParameters, inDoubles } from './budget-cost.ts';
import { phaseTraits } from '../../ir/phase.ts';

/** What strengths are searched for in a phase. */
export function budgetToSearchFor({ model: { method, total }, plan }: Run, phase: number): NetworkBudget | undefined {
  const { kind } = present(plan.phases[phase], 'phase').spec;
  return phaseTraits[kind].penalizes && methods[method].takes === 'lasso' ? total : undefined;
}

/** The run with the strengths of the next attempt, or with those that were found. */
export function withStrengths(run: Run, search: StrengthSearch | undefined): Run {
  const { attempts = [], chosen, limit = Infinity } = search ?? {};
  const found = chosen === undefined ? undefined : present(attempts[chosen], 'chosen attempt');
  const factor = found?.factor ?? present(nextFactor(attempts, limit), 'factor to try');
  const groups = run.groups.map((set) => (set.penalty.kind === 'lasso' ? { ...set, penalty: scaled(set.penalty, factor) } : set));
  return { ...run, groups, phases: phaseRequests(run.spec, groups), ...(!found && { attempt: { number: attempts.length + 1, factor } }) };
}

/** The model whose strengths are those that a run has found. */
export function withFoundStrengths(model: Model, search: StrengthSearch | undefined): Model {
  const found = search?.attempts[search.chosen ?? -1];
  return found ? { ...model, penalties: model.penalties.map((penalty) => (penalty.kind === 'lasso' ? scaled(penalty, found.factor) : penalty)) } : model;
}

/**
 * Where the search stands behind an attempt whose steps are done.
 * @param held The tensors of the phase, as the engine has them.
 * @throws DiagnosticError `run/no-strength` where it has ended and nothing is within the budget
 */
export async function judgeAttempt(run: Run, phase: number, before: StrengthSearch | undefined, budget: NetworkBudget, held: PhaseTensors): Promise<StrengthSearch> {
  const { model: { network, penalties }, data, plan, options } = run;
  const { number, factor } = present(run.attempt, 'attempt');
  const parameters = inDoubles(run, held);
  const { dense, compacted: reached } = costOfParameters(run, parameters, budget.of);
  const limit = limitOf(budget, dense);
  const { heldOut } = data.division;
  const attempt: Attempt = {
    factor,
    reached,
    isAlive: whereInputIsLost({ graph: network.graph, parameters }, ops).length === 0,
    ...(heldOut.length > 0 && { heldOut: (await evaluateOn(run, phase, 'training', heldOut)).error }),
  };
  const attempts = [...(before?.attempts ?? []), attempt];
  const { name } = present(plan.phases[phase], 'phase').spec;
  options.onProgress?.({ kind: 'attempt', ...taskPart(run.spec), phase: name, number, most: mostAttempts, budget, dense, limit, ...attempt });
  if (nextFactor(attempts, limit) !== undefined) return { whole: dense, limit, attempts };
  const chosen = chosenAttempt(attempts, limit) ?? failUnmet(run.model, budget, limit, dense, attempts);
  const found = present(attempts[chosen], 'chosen attempt');
  const strengths = penalties.flatMap((penalty) => (penalty.kind === 'lasso' ? [{ layer: penalty.layer, structure: penalty.structure, strength: scaled(penalty, found.factor).strength }] : []));
  options.onProgress?.({ kind: 'strengths', phase: name, budget, dense, limit, attempt: chosen + 1, ...found, strengths });
  return { whole: dense, limit, attempts, chosen };
}

/** Names the nearest: of those that leave too much, or else too little for a network, the one that misses by the least. */
function failUnmet({ totalSpan: span }: Model, budget: NetworkBudget, limit: number, dense: number, attempts: readonly Attempt[]): never {
  const alive = attempts.filter(({ isAlive }) => isAlive).toSorted((a, b) => a.reached - b.reached);
  const nearest = alive[0];
  const what = nearest ? `${nearest.factor} times the strengths leaves ${amountText(budget.of, nearest.reached)} of ${amountText(budget.of, dense)}` : 'all leave a network that no longer sees its input';
  const help = nearest ? `write \`keep ${budgetFor(budget, nearest.reached, dense)}\`, penalise more layers, or let \`sparsify\` train for longer` : 'write smaller strengths: they are where the search begins';
  return fail(runDiagnostics['no-strength']({ span, args: [budgetText(budget), amountText(budget.of, limit), attempts.map(({ factor }) => factor), what], help }));
}
