// `admm filters of conv2 keep 25%`: how many groups a method is to leave; `keep 30% of macs`: what all lines that say nothing of
// it are to leave together.

import { partitionOf } from '../../ir/partition.ts';
import type { BudgetMeasure, BudgetPenalty, KeptGroups, NetworkBudget, Penalty } from '../../ir/network.ts';
import { isConvolution, structureNamed, structureTitle } from '../../ir/structure.ts';
import { keptCount } from '../../sparsity/kept-count.ts';
import type { Amount, BudgetStatement, LassoStatement, TotalStatement } from '../../syntax/ast.ts';
import { sparsityDiagnostics } from '../diagnostics.ts';
import { count, perCent, readValue } from '../values/values.ts';
import { addPenalty, placed, placesOf } from './penalised-layers.ts';
import type { PenaltyScope, Place } from './penalised-layers.ts';

/** Whether the layers of its patterns could be looked up. */
export function checkBudget(statement: BudgetStatement, scope: PenaltyScope): boolean {
  const { layers } = statement;
  for (const { multiplier, pattern } of layers) {
    if (multiplier) scope.report(sparsityDiagnostics['no-multiplier']({ span: multiplier.span, args: [pattern], help: 'what is kept of it is a line of its own' }));
  }
  const keep = statement.amount ? checkAmount(statement.amount, scope) : 'shared';
  const places = placesOf(statement, scope);
  for (const place of places ?? []) {
    if (keep && fits(keep, place, statement.amount, scope)) addPenalty({ kind: 'budget', ...placed(place), keep }, scope);
  }
  return places !== undefined;
}

function checkAmount({ value: amount, isPercent }: Amount, { constants, report }: Pick<PenaltyScope, 'constants' | 'report'>): KeptGroups | undefined {
  const type = isPercent ? perCent : count;
  const help = !isPercent ? 'for a share of them write per cent: `keep 25%`' : undefined;
  const value = readValue(amount, type, constants, report, (found, expected) => sparsityDiagnostics.value({ span: amount.span, args: ['keep', `${found}${isPercent ? '%' : ''}`, expected], help }));
  if (value === undefined) return undefined;
  return isPercent ? { percent: value } : { groups: value };
}

const measures: readonly BudgetMeasure[] = ['macs', 'weights', 'conv_macs', 'conv_weights'];

/**
 * Undefined where there is none, or something of it has been reported.
 * @param takes What the method of the block takes.
 */
export function checkTotal(totals: readonly TotalStatement[], lines: readonly (LassoStatement | BudgetStatement)[], takes: Penalty['kind'], scope: PenaltyScope): NetworkBudget | undefined {
  const { report } = scope;
  const [total, second] = totals;
  const sharing = lines.filter((line) => line.kind === 'budget' && !line.amount);
  if (!total) {
    for (const { span } of sharing) report(sparsityDiagnostics['no-share']({ span, args: [], help: 'write `keep 25%` behind it, or `keep 30% of macs` for all such lines together' }));
    return undefined;
  }
  if (second) report(sparsityDiagnostics['second-total']({ span: second.span, args: [], related: [{ message: 'the first is here', span: total.span }] }));
  if (takes === 'lasso' && lines.length > 0) {
    report(sparsityDiagnostics['total-of-lassos']({ span: total.span, args: [], help: 'write `admm filters of conv1` without a strength; or try strengths, with `ssl-compile sweep FILE --set strength=geom(1e-3, 1e-1, 8) --budget-macs N`' }));
    return undefined;
  }
  if (sharing.length === 0) report(sparsityDiagnostics['nothing-shares']({ span: total.span, args: [], help: 'a line that shares has no `keep` of its own: `admm filters of conv1`' }));
  const of = measures.find((measure) => measure === total.of.text);
  if (!of) report(sparsityDiagnostics.value({ span: total.of.span, args: ['keep', `of \`${total.of.text}\``, measures.map((measure) => `\`${measure}\``).join(' or ')] }));
  if (of) reportUncounted(total, of, scope);
  if (!total.amount.isPercent) {
    report(sparsityDiagnostics['no-percent']({ span: total.amount.value.span, args: [], help: `for example \`keep 30% of ${of ?? 'macs'}\`` }));
    return undefined;
  }
  const keep = checkAmount(total.amount, scope);
  return of && keep && 'percent' in keep ? { percent: keep.percent, of } : undefined;
}

const ofConvolutions: readonly BudgetMeasure[] = ['conv_macs', 'conv_weights'];
const ofMacs: readonly BudgetMeasure[] = ['macs', 'conv_macs'];

/** What shares a budget without being counted by it would be pruned for nothing, or down to nothing. */
function reportUncounted(total: TotalStatement, of: BudgetMeasure, { network: { layers }, penalties, report }: PenaltyScope): void {
  const convolutions = new Set([...layers.values()].flatMap(({ name, checked }) => (checked?.axes && isConvolution(checked.axes) ? [name] : [])));
  const whole = of.replace('conv_', '');
  const others = ofConvolutions.includes(of);
  if (others && convolutions.size === 0) report(sparsityDiagnostics['no-convolutions']({ span: total.of.span, args: [of], help: `for example \`of ${whole}\`` }));
  for (const penalty of penalties.values()) {
    if (penalty.kind !== 'budget' || penalty.keep !== 'shared') continue;
    const { structure, layer, span } = penalty;
    if (others && convolutions.size > 0 && !convolutions.has(layer)) report(sparsityDiagnostics['not-counted']({ span, args: [layer, of], help: `give it a \`keep\` of its own, or share \`${whole}\`` }));
    else if (ofMacs.includes(of) && !structureNamed(structure).report) report(sparsityDiagnostics['stays-in-place']({ span, args: [structure, of], help: `write \`of ${of.replace('macs', 'weights')}\`, of which those count that are not zero` }));
  }
}

/** Whether a layer has so many groups, and some would be left. */
function fits(keep: BudgetPenalty['keep'], place: Place, amount: Amount | undefined, { report }: PenaltyScope): boolean {
  const { structure, layer } = place;
  if (structure.needsShortcut) {
    report(sparsityDiagnostics['one-group']({ span: place.pattern.span, args: [structure.name, layer.name], help: `for example \`lasso ${structure.name} of ${layer.name} strength 1e-2\`` }));
    return false;
  }
  const axes = layer.checked?.axes;
  if (!axes || !amount || keep === 'shared') return true;
  const { rows, columns } = partitionOf(structure, place.arguments ?? {}, axes);
  const total = rows.count * columns.count;
  const kept = keptCount(keep, total);
  if (kept >= 1 && kept <= total) return true;
  report(sparsityDiagnostics['no-budget']({ span: amount.value.span, args: [kept, total, structureTitle({ structure: structure.name, arguments: place.arguments }), layer.name] }));
  return false;
}
