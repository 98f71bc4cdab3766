// A sparsity block -> penalties: which structures of which layers, how strong.

import type { Diagnostic } from '../../base/diagnostic.ts';
import type { Model, Penalty } from '../../ir/network.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { structureTitle } from '../../ir/structure.ts';
import type { Structure } from '../../ir/structure.ts';
import { methods, usualMethod } from '../../train/methods/index.ts';
import type { Expression, LassoStatement, LayerPattern, Setting, SparsityDeclaration } from '../../syntax/ast.ts';
import { bindSettings } from '../values/bind.ts';
import { choose } from '../values/choice.ts';
import type { Constants } from '../values/constants.ts';
import { sparsityDiagnostics } from '../diagnostics.ts';
import type { Report } from '../diagnostics.ts';
import { isPlain } from './glob.ts';
import { hasStructure, layerLookup } from './layer-lookup.ts';
import type { LayerLookup } from './layer-lookup.ts';
import type { CheckedNetwork } from '../network/network.ts';
import type { Layer } from '../network/layer.ts';
import { warnOfSameGroups } from './same-groups.ts';
import { findShortcuts, shortcutHelp } from './shortcuts.ts';
import type { Shortcuts } from './shortcuts.ts';
import { readStructure } from './structure-reference.ts';
import { notNegative, readValue } from '../values/values.ts';

export type CheckedSparsity = Pick<Model, 'penalties' | 'method' | 'crossing'>;

const methodNames: ReadonlyMap<string, Model['method']> = new Map(Object.values(methods).map(({ name }) => [name, name]));
const crossings: ReadonlyMap<string, Model['crossing']> = new Map([
  ['sequential', 'sequential'],
  ['converged', 'converged'],
]);
const weightings: ReadonlyMap<string, Penalty['weighting']> = new Map([
  ['sqrt_size', 'sqrt_size'],
  ['one', 'one'],
]);

/** Without a block: no penalties. */
export function checkSparsity(
  declaration: SparsityDeclaration | undefined,
  network: CheckedNetwork,
  constants: Constants,
  ops: OpRegistry,
  report: Report,
): CheckedSparsity {
  const statements = declaration?.statements ?? [];
  const settings = bindSettings(statements.filter((statement) => statement.kind === 'setting'), ['method', 'crossing', 'weighting'], 'sparsity-setting', sparsityDiagnostics, report);
  const method = chosen(settings.get('method'), methodNames, report) ?? usualMethod;
  const crossing = settings.get('crossing');
  if (crossing && !methods[method].ofCrossing) {
    const args: [string] = [method];
    report(sparsityDiagnostics['no-crossing']({ span: crossing.name.span, args, help: `leave it out, or write \`method = ${usualMethod}\`` }));
  }
  const weighting = chosen(settings.get('weighting'), weightings, report) ?? 'sqrt_size';
  const penalties = new Map<string, Penalty>();
  const shortcuts = findShortcuts(network.network);
  const lookup = layerLookup(network.layers, (layer, { needsShortcut }) => !needsShortcut || shortcuts.leadAround(layer));
  const scope: LassoScope = { network, lookup, shortcuts, constants, ops, report, weighting, penalties };
  for (const statement of statements) {
    // Past the limit of what is looked up there is nothing more to say.
    if (statement.kind === 'lasso' && !checkLasso(statement, scope)) break;
  }
  warnOfSameGroups(penalties.values(), network.layers, report);
  return { penalties: [...penalties.values()], method, crossing: chosen(crossing, crossings, report) ?? 'sequential' };
}

interface LassoScope {
  readonly network: CheckedNetwork;
  readonly lookup: LayerLookup;
  readonly shortcuts: Shortcuts;
  readonly constants: Constants;
  readonly ops: OpRegistry;
  readonly report: Report;
  readonly weighting: Penalty['weighting'];
  /** By structure and layer. */
  readonly penalties: Map<string, Penalty>;
}

/** Whether the layers of its patterns could be looked up. */
function checkLasso(statement: LassoStatement, scope: LassoScope): boolean {
  const strength = checkStrength(statement.strength, scope);
  const clauses = bindSettings(statement.clauses, ['weighting'], 'sparsity-setting', sparsityDiagnostics, scope.report);
  const weighting = chosen(clauses.get('weighting'), weightings, scope.report) ?? scope.weighting;
  const patterns = statement.layers.map((pattern) => ({ pattern, strength: multiplied(strength, pattern, scope) }));
  for (const reference of statement.structures) {
    const read = readStructure(reference, scope.constants, scope.report);
    if (!read) continue;
    const { structure, given } = read;
    for (const { pattern, strength: own } of patterns) {
      const candidates = scope.lookup.matching(pattern.pattern);
      if (!candidates) {
        scope.report(sparsityDiagnostics['too-many-matches']({ span: pattern.span, args: [], help: 'fewer lines with wider patterns say the same: `lasso filters of stage2.* strength 5e-3`' }));
        return false;
      }
      for (const layer of fittingLayers(pattern, candidates, structure, scope)) {
        addPenalty({ structure: structure.name, ...(given && { arguments: given }), layer: layer.name, strength: own ?? 0, weighting, span: pattern.span }, scope);
      }
    }
  }
  return true;
}

function addPenalty(penalty: Penalty, { penalties, report }: LassoScope): void {
  const title = structureTitle(penalty);
  const key = `${title} of ${penalty.layer}`;
  const taken = penalties.get(key);
  if (taken) {
    const related = [{ message: 'first penalised here', span: taken.span }];
    report(sparsityDiagnostics['duplicate-penalty']({ span: penalty.span, args: [title, penalty.layer], related }));
  } else {
    penalties.set(key, penalty);
  }
}

function checkStrength(expression: Expression, { constants, report }: LassoScope): number | undefined {
  return readValue(expression, notNegative, constants, report, (found, expected) =>
    sparsityDiagnostics.value({ span: expression.span, args: ['strength', found, expected] }),
  );
}

/** The strength that a pattern has of its own: `conv1 times 0.2`. */
function multiplied(strength: number | undefined, { pattern, multiplier }: LayerPattern, { constants, report }: LassoScope): number | undefined {
  if (!multiplier) return strength;
  const rejected = (found: string, expected: string): Diagnostic => sparsityDiagnostics.value({ span: multiplier.span, args: [`multiplier of ${pattern}`, found, expected] });
  const factor = readValue(multiplier, notNegative, constants, report, rejected);
  if (factor === undefined || strength === undefined) return undefined;
  // The product may be beyond 32 bits where neither of the two is.
  const product = strength * factor;
  return notNegative.read(product) ?? report(sparsityDiagnostics.value({ span: multiplier.span, args: [`strength of ${pattern}`, String(product), notNegative.expected(product)] }));
}

/** Of the layers that match a pattern; a plain name must fit, a pattern takes those that do. */
function fittingLayers({ span, pattern: text }: LayerPattern, candidates: readonly Layer[], structure: Structure, { network, lookup, shortcuts, ops, report }: LassoScope): readonly Layer[] {
  const { name } = structure;
  const [first] = candidates;
  if (!first) {
    // Where layers are not known, the one that is meant may be among them.
    if (network.whole) report(sparsityDiagnostics['no-layer']({ span, args: [text], help: report.advice.on('layer', text, lookup.having(structure)), severity: isPlain(text) ? 'error' : 'warning' }));
    return [];
  }
  const having = candidates.filter((layer) => hasStructure(layer, name) && network.reached(layer));
  const fitting = structure.needsShortcut ? having.filter(shortcuts.leadAround) : having;
  // A layer that has been reported may have had the structure.
  if (fitting.length > 0 || candidates.some((layer) => !layer.checked)) return fitting;
  const related = [{ message: `\`${text}\` is defined here`, span: first.span }];
  if (having.length > 0) {
    const args: [readonly string[]] = [having.map((layer) => layer.name)];
    report(sparsityDiagnostics[structure.key === 'branch' ? 'no-branch' : 'no-shortcut']({ span, args, help: shortcutHelp(structure), ...(isPlain(text) && { related }) }));
  } else if (!isPlain(text)) {
    report(sparsityDiagnostics['no-group-matched']({ span, args: [text, name], help: helpWithPlaces(structure, lookup, ops), severity: 'warning' }));
  } else if (hasStructure(first, name)) {
    report(sparsityDiagnostics['unread-layer']({ span, args: [text] }));
  } else {
    report(sparsityDiagnostics['no-group']({ span, args: [text, first.op, name], related, help: helpWithStructure(first, structure, lookup, ops) }));
  }
  return [];
}

function helpWithStructure(layer: Layer, structure: Structure, lookup: LayerLookup, ops: OpRegistry): string {
  const own = layer.checked?.structures ?? [];
  return own.length > 0 ? `${layer.op} has ${own.map(({ name }) => name).join(', ')}` : helpWithPlaces(structure, lookup, ops);
}

/** Where the structure is. */
function helpWithPlaces(structure: Structure, lookup: LayerLookup, ops: OpRegistry): string {
  const others = lookup.having(structure);
  if (others.length > 0) return `${structure.name} are in ${others.slice(0, 8).join(', ')}`;
  if (structure.needsShortcut) return shortcutHelp(structure);
  const penalized = [...ops.values()].filter((op) => op.syntax?.weightAxes).map((op) => op.name);
  return `layers of ${penalized.join(', ')} have groups`;
}

function chosen<T>(setting: Setting | undefined, choices: ReadonlyMap<string, T>, report: Report): T | undefined {
  return setting && choose(setting, choices, sparsityDiagnostics, report);
}
