// A sparsity block -> penalties: which structures of which layers, how strong or how many stay, and by which method.

import type { LassoPenalty, MethodSettings, Model, Penalty } from '../../ir/network.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { methods, usualMethod } from '../../train/methods/index.ts';
import type { Method } from '../../train/methods/method.ts';
import type { BudgetStatement, LassoStatement, Setting, SparsityDeclaration } from '../../syntax/ast.ts';
import { bindSettings } from '../values/bind.ts';
import { choose } from '../values/choice.ts';
import type { Constants } from '../values/constants.ts';
import { sparsityDiagnostics } from '../diagnostics.ts';
import type { Report } from '../diagnostics.ts';
import type { CheckedNetwork } from '../network/network.ts';
import { count, fromOne, positive, readValue } from '../values/values.ts';
import type { ValueType } from '../values/values.ts';
import { checkBudget } from './budget.ts';
import { checkLasso, weightings } from './lasso.ts';
import { layerLookup } from './layer-lookup.ts';
import { checkTotal } from './network-budget.ts';
import { canLose } from './penalised-layers.ts';
import type { PenaltyScope } from './penalised-layers.ts';
import { warnOfSameGroups } from './same-groups.ts';
import { findRemovable } from './removable.ts';

export type CheckedSparsity = Pick<Model, 'penalties' | 'method' | 'methodSettings' | 'total' | 'totalSpan' | 'crossing'>;

const allMethods: readonly Method[] = Object.values(methods);
const byName = (kind: Penalty['kind']): ReadonlyMap<string, Method> => new Map(allMethods.flatMap((method) => (method.takes === kind ? [[method.name, method]] : [])));
const ofLassos = byName('lasso');
const ofBudgets = byName('budget');
const crossings: ReadonlyMap<string, Model['crossing']> = new Map([
  ['sequential', 'sequential'],
  ['converged', 'converged'],
]);
const ownSettings: readonly string[] = [...new Set(allMethods.flatMap(({ settings }) => Object.keys(settings)))];
const settingTypes: Readonly<Record<Method['settings'][string]['type'], ValueType<number>>> = { positive, from_one: fromOne, count };

/** Without a block: no penalties. */
export function checkSparsity(
  declaration: SparsityDeclaration | undefined,
  network: CheckedNetwork,
  constants: Constants,
  ops: OpRegistry,
  report: Report,
): CheckedSparsity {
  const statements = declaration?.statements ?? [];
  const settings = bindSettings(statements.filter((statement) => statement.kind === 'setting'), ['method', 'crossing', 'weighting', ...ownSettings], 'sparsity-setting', sparsityDiagnostics, report);
  const lines = statements.filter((statement) => statement.kind === 'lasso' || statement.kind === 'budget');
  const method = checkMethod(lines, settings.get('method'), report);
  checkForeign(settings, method, report);
  const weighting: LassoPenalty['weighting'] = chosen(settings.get('weighting'), weightings, report) ?? 'sqrt_size';
  const removable = findRemovable(network.network, ops);
  const lookup = layerLookup(network.layers, (layer, structure) => canLose(layer, structure, removable));
  const scope: PenaltyScope = { network, lookup, removable, constants, ops, report, penalties: new Map() };
  for (const line of lines) {
    // Past the limit of what is looked up there is nothing more to say.
    if (!(line.kind === 'lasso' ? checkLasso(line, weighting, scope) : checkBudget(line, scope))) break;
  }
  const totals = statements.filter((statement) => statement.kind === 'total');
  const total = checkTotal(totals, lines, method.takes, scope);
  const penalties = [...scope.penalties.values()].filter(({ kind }) => kind === method.takes);
  warnOfSameGroups(penalties, network.layers, report);
  const methodSettings = checkMethodSettings(method, settings, constants, report);
  return { penalties, method: method.name, methodSettings, ...(total && totals[0] && { total, totalSpan: totals[0].span }), crossing: chosen(settings.get('crossing'), crossings, report) ?? 'sequential' };
}

/** All lines of a block go by one method: budgets name theirs, lassos have one together. */
function checkMethod(lines: readonly (LassoStatement | BudgetStatement)[], setting: Setting | undefined, report: Report): Method {
  const ofSetting = setting && methodOf(setting, report);
  const [first, ...others] = lines;
  const wordOf = (line: LassoStatement | BudgetStatement): string => (line.kind === 'budget' ? line.method.text : 'lasso');
  for (const line of lines) {
    if (line.kind !== 'budget' || ofBudgets.has(line.method.text)) continue;
    const names = ['lasso', ...ofBudgets.keys()];
    report(sparsityDiagnostics['unknown-method']({ span: line.method.span, args: [line.method.text], help: ofLassos.has(line.method.text) ? `it is a method of lassos: \`method = ${line.method.text}\`, and \`lasso filters of conv1 strength 5e-3\`` : report.advice.on('method', line.method.text, names) }));
  }
  if (!first) return ofSetting ?? methods[usualMethod];
  for (const line of others) {
    if (wordOf(line) === wordOf(first)) continue;
    const related = [{ message: `\`${wordOf(first)}\` stands here`, span: first.kind === 'budget' ? first.method.span : first.span }];
    report(sparsityDiagnostics['several-methods']({ span: line.kind === 'budget' ? line.method.span : line.span, args: [wordOf(first), wordOf(line)], related, help: 'a block of its own can have them: `sparsity other { ... }`' }));
    break;
  }
  const ofLine = first.kind === 'budget' ? ofBudgets.get(first.method.text) : undefined;
  if (first.kind === 'lasso' && ofSetting?.takes !== 'budget') return ofSetting ?? methods[usualMethod];
  if (setting && ofSetting && ofSetting !== ofLine) {
    const help = ofSetting.takes === 'budget' ? `write \`${ofSetting.name} filters of conv1 keep 25%\`` : 'leave it out';
    report(sparsityDiagnostics['other-method']({ span: setting.span, args: [ofSetting.name, wordOf(first)], help }));
  }
  return ofLine ?? methods[usualMethod];
}

/** A budget's is a word of its lines, and no choice here. */
function methodOf(setting: Setting, report: Report): Method | undefined {
  return (setting.value.kind === 'name' ? ofBudgets.get(setting.value.text) : undefined) ?? choose(setting, ofLassos, sparsityDiagnostics, report);
}

/** Settings that the method does not have. */
function checkForeign(settings: ReadonlyMap<string, Setting>, method: Method, report: Report): void {
  const crossing = settings.get('crossing');
  if (crossing && !method.ofCrossing) {
    const args: [string] = [method.name];
    report(sparsityDiagnostics['no-crossing']({ span: crossing.name.span, args, help: method.takes === 'lasso' ? `leave it out, or write \`method = ${usualMethod}\`` : 'leave it out' }));
  }
  for (const [name, { name: { span } }] of settings) {
    const owners = name === 'weighting' ? [...ofLassos.values()] : allMethods.filter((each) => name in each.settings);
    if (owners.length === 0 || owners.includes(method)) continue;
    report(sparsityDiagnostics['not-of-method']({ span, args: [name, owners.map((each) => each.name), method.name], help: 'leave it out' }));
  }
}

function checkMethodSettings({ settings: known }: Method, settings: ReadonlyMap<string, Setting>, constants: Constants, report: Report): MethodSettings {
  return Object.fromEntries(
    Object.entries(known).map(([name, { type, default: usual }]) => {
      const setting = settings.get(name);
      const value = setting && readValue(setting.value, settingTypes[type], constants, report, (found, expected) => sparsityDiagnostics.value({ span: setting.value.span, args: [name, found, expected] }));
      return [name, value ?? usual];
    }),
  );
}

function chosen<T>(setting: Setting | undefined, choices: ReadonlyMap<string, T>, report: Report): T | undefined {
  return setting && choose(setting, choices, sparsityDiagnostics, report);
}
