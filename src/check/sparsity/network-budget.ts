// `keep 30% of macs`, `keep 120 KB`: what all lines of a block are to leave together that say nothing of it, or lassos of any
// strength.

import { formatBytes } from '../../base/number-text.ts';
import { sizeOf } from '../../base/tensor.ts';
import type { BudgetMeasure, NetworkBudget, Penalty } from '../../ir/network.ts';
import { isConvolution, structureNamed } from '../../ir/structure.ts';
import type { Structure } from '../../ir/structure.ts';
import type { BudgetStatement, LassoStatement, TotalStatement } from '../../syntax/ast.ts';
import { sparsityDiagnostics } from '../diagnostics.ts';
import { positive, readValue } from '../values/values.ts';
import { checkAmount } from './budget.ts';
import type { PenaltyScope } from './penalised-layers.ts';

type Counted = Exclude<BudgetMeasure, 'bytes'>;
const measures: readonly Counted[] = ['macs', 'weights', 'conv_macs', 'conv_weights'];
const ofConvolutions: readonly BudgetMeasure[] = ['conv_macs', 'conv_weights'];
/** In which zeros count as long as they stay in place. */
const withZeros: readonly BudgetMeasure[] = ['macs', 'conv_macs', 'bytes'];
const units: ReadonlyMap<string, number> = new Map([
  ['KB', 1e3],
  ['MB', 1e6],
]);

/**
 * Undefined where there is none, or something of it has been reported.
 * @param takes What the method of the block takes.
 */
export function checkTotal(totals: readonly TotalStatement[], lines: readonly (LassoStatement | BudgetStatement)[], takes: Penalty['kind'], scope: PenaltyScope): NetworkBudget | undefined {
  const { penalties, report } = scope;
  const [total, second] = totals;
  const sharing = lines.filter((line) => line.kind === 'lasso' || !line.amount);
  if (!total) {
    for (const { kind, span } of sharing) if (kind === 'budget') report(sparsityDiagnostics['no-share']({ span, args: [], help: 'write `keep 25%` behind it, or `keep 30% of macs` for all such lines together' }));
    return undefined;
  }
  if (second) report(sparsityDiagnostics['second-total']({ span: second.span, args: [], related: [{ message: 'the first is here', span: total.span }] }));
  if (sharing.length === 0) report(sparsityDiagnostics['nothing-shares']({ span: total.span, args: [], help: lines.length === 0 ? 'a line says what may go: `admm filters of conv1`' : 'each says itself how many groups stay; one that shares has no `keep` of its own: `admm filters of conv1`' }));
  const lassos = [...penalties.values()].filter(({ kind }) => kind === 'lasso');
  if (takes === 'lasso' && lassos.length > 0 && lassos.every((penalty) => penalty.kind === 'lasso' && penalty.strength === 0)) {
    report(sparsityDiagnostics['no-strength']({ span: total.span, args: [], help: 'strengths say how strong penalties are beside one another: for example `strength 1e-3`' }));
  }
  const budget = total.isUnit ? readSize(total, scope) : readShare(total, scope);
  if (budget) reportUncounted(total, budget.of, scope);
  return budget;
}

function readShare(total: TotalStatement, scope: PenaltyScope): NetworkBudget | undefined {
  const { report } = scope;
  const of = measures.find((measure) => measure === total.of.text);
  if (!of) report(sparsityDiagnostics.value({ span: total.of.span, args: ['keep', `of \`${total.of.text}\``, measures.map((measure) => `\`${measure}\``).join(' or ')], help: /bytes|size/.test(total.of.text) ? 'a size is written with its unit: `keep 120 KB`' : undefined }));
  if (!total.amount.isPercent) return report(sparsityDiagnostics['no-percent']({ span: total.amount.value.span, args: [], help: `for example \`keep 30% of ${of ?? 'macs'}\`, or as a size: \`keep 120 KB\`` }));
  const keep = checkAmount(total.amount, scope);
  return of && keep && 'percent' in keep ? { percent: keep.percent, of } : undefined;
}

function readSize({ amount, of: { text, span } }: TotalStatement, { network: { network }, constants, report }: PenaltyScope): NetworkBudget | undefined {
  const unit = units.get(text);
  const value = readValue(amount.value, positive, constants, report, (found, expected) => sparsityDiagnostics.value({ span: amount.value.span, args: ['keep', `${found} ${text}`, expected] }));
  if (unit === undefined) return report(sparsityDiagnostics['unknown-unit']({ span, args: [text], help: 'write `KB` (1,000 bytes) or `MB` (1,000,000 bytes)' }));
  if (value === undefined) return undefined;
  const bytes = Math.floor(value * unit);
  const whole = network && 4 * network.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (whole !== undefined && bytes >= whole) return report(sparsityDiagnostics['nothing-to-lose']({ span: amount.value.span, args: [formatBytes(whole)], help: 'what is kept has to be less' }));
  return { bytes, of: 'bytes' };
}

/** What shares a budget without being counted by it would be pruned for nothing, or down to nothing. Of lassos one that counts is enough. */
function reportUncounted({ of: { span: ofSpan } }: TotalStatement, of: BudgetMeasure, { network: { layers }, penalties, report }: PenaltyScope): void {
  const convolutions = new Set([...layers.values()].flatMap(({ name, checked }) => (checked?.axes && isConvolution(checked.axes) ? [name] : [])));
  const whole = of.replace('conv_', '');
  const others = ofConvolutions.includes(of);
  if (others && convolutions.size === 0) report(sparsityDiagnostics['no-convolutions']({ span: ofSpan, args: [of], help: `for example \`of ${whole}\`` }));
  const sharing = [...penalties.values()].filter((penalty) => penalty.kind === 'lasso' || penalty.keep === 'shared');
  const isElsewhere = ({ layer }: Penalty): boolean => others && convolutions.size > 0 && !convolutions.has(layer);
  const staysInPlace = ({ structure }: Penalty): boolean => withZeros.includes(of) && isFine(structureNamed(structure));
  const uncounted = sharing.filter((penalty) => isElsewhere(penalty) || staysInPlace(penalty));
  if (uncounted.length < sharing.length && sharing.some(({ kind }) => kind === 'lasso')) return;
  for (const penalty of uncounted) {
    const { kind, structure, layer, span } = penalty;
    if (isElsewhere(penalty)) report(sparsityDiagnostics['not-counted']({ span, args: [layer, of], help: kind === 'lasso' ? `write \`of ${whole}\`` : `give it a \`keep\` of its own, or share \`${whole}\`` }));
    else report(sparsityDiagnostics['stays-in-place']({ span, args: [structure, of], help: `write \`keep 30% of ${others ? 'conv_weights' : 'weights'}\`, of which those count that are not zero` }));
  }
}

/** Neither rows nor columns of weights, nor all of one. */
function isFine({ key, report }: Structure): boolean {
  return report === undefined && key !== 'coupled' && key !== 'branch' && key.length > 0;
}
