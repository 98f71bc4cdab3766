// `admm filters of conv2 keep 25%`: how many groups a method is to leave.

import { partitionOf } from '../../ir/partition.ts';
import type { Partition } from '../../ir/partition.ts';
import type { BudgetPenalty, KeptGroups } from '../../ir/network.ts';
import { structureTitle } from '../../ir/structure.ts';
import { keptCount } from '../../sparsity/kept-count.ts';
import type { Amount, BudgetStatement } from '../../syntax/ast.ts';
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

export function checkAmount({ value: amount, isPercent }: Amount, { constants, report }: Pick<PenaltyScope, 'constants' | 'report'>): KeptGroups | undefined {
  const type = isPercent ? perCent : count;
  const help = !isPercent ? 'for a share of them write per cent: `keep 25%`' : undefined;
  const value = readValue(amount, type, constants, report, (found, expected) => sparsityDiagnostics.value({ span: amount.span, args: ['keep', `${found}${isPercent ? '%' : ''}`, expected], help }));
  if (value === undefined) return undefined;
  return isPercent ? { percent: value } : { groups: value };
}

/** Whether a layer has so many groups, and some would be left. */
function fits(keep: BudgetPenalty['keep'], place: Place, amount: Amount | undefined, { removable, report }: PenaltyScope): boolean {
  const { structure, layer } = place;
  if (structure.needsShortcut) {
    report(sparsityDiagnostics['one-group']({ span: place.pattern.span, args: [structure.name, layer.name], help: `for example \`lasso ${structure.name} of ${layer.name} strength 1e-2\`` }));
    return false;
  }
  const axes = layer.checked?.axes;
  if (!axes || !amount || keep === 'shared') return true;
  const total = structure.key === 'coupled' ? (removable.coupled(layer)?.count ?? 0) : groupsOf(partitionOf(structure, place.arguments ?? {}, axes));
  const kept = keptCount(keep, total);
  if (kept >= 1 && kept <= total) return true;
  report(sparsityDiagnostics['no-budget']({ span: amount.value.span, args: [kept, total, structureTitle({ structure: structure.name, arguments: place.arguments }), layer.name] }));
  return false;
}

function groupsOf({ rows, columns }: Partition): number {
  return rows.count * columns.count;
}
