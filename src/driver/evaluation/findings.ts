// What is wrong with a result, though every step of it went well: a network that no longer sees its input,
// penalties that removed nothing, errors of pure guessing. Ratios of such a network are no achievement, so
// this is said before any of them, and which way to turn what.

import { defineDiagnostics, DiagnosticError } from '../../base/diagnostic.ts';
import type { Diagnostic, DiagnosticTable } from '../../base/diagnostic.ts';
import { present } from '../../base/invariant.ts';
import { nodeMap } from '../../ir/graph.ts';
import type { Program } from '../../ir/graph.ts';
import type { GroupSet } from '../../ir/group.ts';
import { fedName } from '../../ir/leaf.ts';
import type { Model } from '../../ir/network.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { structureNamed, structureTitle } from '../../ir/structure.ts';
import { phaseTraits } from '../../ir/phase.ts';
import { groupSets } from '../../sparsity/groups.ts';
import { whereInputIsLost } from '../../sparsity/lost-input.ts';
import { alive, norms } from '../../sparsity/norms.ts';
import { labelOf } from '../../sparsity/removal.ts';
import { taskOf } from '../../train/tasks/index.ts';
import type { Finding, RunErrors } from './finding.ts';

const resultMessages = {
  'dead-layer': (what: string): string => `${what}: the network no longer sees its input and answers the same to everything`,
  untouched: (): string => 'the penalties removed nothing: no group is zero',
  'at-chance': (phase: string, name: string, error: string, guess: string, chance: string): string => `after ${phase} the network is no better than guessing: its test ${name} is ${error}, and ${guess} has ${chance}`,
  'never-learned': (phase: string, name: string, error: string, guess: string, chance: string): string => `${phase} has not learned: its test ${name} is ${error}, and ${guess} has ${chance}`,
};
const resultDiagnostics: DiagnosticTable<typeof resultMessages> = defineDiagnostics('result', resultMessages);

/** Below this part of the error of guessing, a network has learned something. */
const nearChance = 0.95;

/** @param errors Of the run that the weights come from; absent: they come from elsewhere. */
export function findingsOf(model: Model, parameters: Program['parameters'], errors: RunErrors | undefined, ops: OpRegistry): readonly Finding[] {
  const sets = groupSets(model.network, ops, model.penalties);
  const unlearned = errors ? neverLearned(model, errors) : [];
  const dead = deadLayers(model, parameters, sets, ops);
  const atChance = errors && unlearned.length + dead.length === 0 ? endedAtChance(model, errors) : [];
  const untouched = errors && unlearned.length === 0 && sparsifies(model) ? untouchedBy(model, sets, parameters) : [];
  return [...dead, ...unlearned, ...atChance, ...untouched].map(({ code, message, help = '' }) => ({ code, message, help }));
}

function sparsifies({ train }: Model): boolean {
  return train?.phases.some(({ kind, epochs }) => phaseTraits[kind].penalizes && epochs > 0) ?? false;
}

/** Nothing is left to emit of a network whose whole path is dead. @throws DiagnosticError `result/dead-layer` */
export function refuseDeadNetwork(model: Model, parameters: Program['parameters'], ops: OpRegistry): void {
  const dead = deadLayers(model, parameters, groupSets(model.network, ops, model.penalties), ops);
  if (dead.length > 0) throw new DiagnosticError(dead.map((each) => ({ ...each, severity: 'error', help: `${each.help}; \`--dense\` builds it with its zeros` })));
}

function deadLayers({ network: { graph } }: Model, parameters: Program['parameters'], sets: readonly GroupSet[], ops: OpRegistry): readonly Diagnostic[] {
  const nodes = nodeMap(graph);
  return whereInputIsLost({ graph, parameters }, ops).map((node) => {
    const owned = new Set(node.inputs.flatMap(({ node: id }) => fedName(present(nodes.get(id), `node %${id}`)) ?? []));
    const concerned = sets.filter(({ members }) => members.some(({ parameter }) => owned.has(parameter)));
    const zero = concerned.filter((set) => !alive(set, parameters).includes(1));
    const [first] = zero;
    const what = first ? zeroText(first) : `no weight of ${labelOf(node)} reads what is left before it`;
    const blamed = zero.length > 0 ? zero : concerned;
    const help = blamed.length > 0 ? `${isLasso(blamed) ? 'lower the strength' : 'keep more'} of ${penaltyNames(blamed)}` : `${labelOf(node)} has no penalty: its weights came so`;
    return resultDiagnostics['dead-layer']({ args: [what], help, severity: 'warning' });
  });
}

function zeroText({ penalty: { structure, layer } }: GroupSet): string {
  const { key, singular } = structureNamed(structure);
  if (key === 'branch') return `the branch into ${layer} is zero`;
  return key.length === 0 ? `all of ${layer} is zero` : `every ${singular} of ${layer} is zero`;
}

function untouchedBy({ total }: Model, sets: readonly GroupSet[], parameters: Program['parameters']): readonly Diagnostic[] {
  if (sets.length === 0 || sets.some((set) => alive(set, parameters).includes(0))) return [];
  const least = sets.map((set) => ({ set, norm: norms(set, parameters).reduce((a, b) => Math.min(a, b), Infinity) }));
  const nearest = least.reduce((a, b) => (b.norm < a.norm ? b : a));
  const help = `${total ? 'keep less of the whole network' : `${isLasso(sets) ? 'raise the strength' : 'keep fewer'} of ${penaltyNames(sets)}`}; the smallest norm of a group is ${nearest.norm.toPrecision(2)}, among ${nameOf(nearest.set)}`;
  return [resultDiagnostics.untouched({ args: [], help, severity: 'warning' })];
}

function neverLearned({ train }: Model, errors: RunErrors): readonly Diagnostic[] {
  const first = train?.phases.find(({ epochs }) => epochs > 0);
  if (!first || phaseTraits[first.kind].penalizes || !isChance(errors, first.name) || !isChance(errors, errors.product)) return [];
  const help = `the rate of ${first.name} is ${first.schedule.rate}: lower it if the loss in metrics.jsonl jumps or stands still, raise it if the loss falls slowly`;
  return [resultDiagnostics['never-learned']({ args: [first.name, ...compared(errors, first.name)], help, severity: 'warning' })];
}

function endedAtChance({ train, penalties }: Model, errors: RunErrors): readonly Diagnostic[] {
  if (!isChance(errors, errors.product)) return [];
  const product = train?.phases.find(({ name }) => name === errors.product);
  const help = [...(penalties.length > 0 ? [penalties.some(({ kind }) => kind === 'lasso') ? 'lower the strengths of the penalties' : 'let the penalties keep more'] : []), ...(product ? [`lower the rate of ${product.name} (${product.schedule.rate})`] : [])].join(', or ');
  return [resultDiagnostics['at-chance']({ args: [errors.product, ...compared(errors, errors.product)], help, severity: 'warning' })];
}

function isChance({ error, chance }: RunErrors, phase: string): boolean {
  const found = error[phase];
  return found !== undefined && isGuessing(found, chance);
}

/** @param chance The error of always answering the same; 0 where all samples are answered alike, of which nothing can be said. */
export function isGuessing(error: number, chance: number): boolean {
  return chance > 0 && error >= nearChance * chance;
}

/** The error and that of guessing, in words. */
function compared({ error, chance, ...errors }: RunErrors, phase: string): readonly [name: string, error: string, guess: string, chance: string] {
  const { name, text, guess } = taskOf(errors).words;
  return [name, text(error[phase] ?? NaN), guess, text(chance)];
}

/** All penalties of a model are of one kind. */
function isLasso(sets: readonly GroupSet[]): boolean {
  return sets.some(({ penalty }) => penalty.kind === 'lasso');
}

function penaltyNames(sets: readonly GroupSet[]): string {
  return sets.map((set) => `${nameOf(set)}${set.penalty.kind === 'lasso' ? ` (${set.penalty.strength})` : ''}`).join(', ');
}

function nameOf({ penalty }: GroupSet): string {
  return `\`${structureTitle(penalty)} of ${penalty.layer}\``;
}
