// What makes a run the run that it is, part by part. Runs of equal parts end with the same bits, so only under the
// same parts does one go on. They say what the checked program means, with all that was changed since it was read;
// how it was written, and where program and data lie, is no part of it.
//
//   strength of filters of conv1   0.02
//   epochs of baseline             4

import { DiagnosticError } from '../../base/diagnostic.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import type { Node } from '../../ir/graph.ts';
import { isParameter } from '../../ir/leaf.ts';
import type { BudgetPenalty, Model, Network, OptimizerSpec, PhaseSpec, TrainSpec } from '../../ir/network.ts';
import { structureTitle } from '../../ir/structure.ts';
import { formatAttr } from '../../ir/print.ts';
import { ops } from '../../ops/index.ts';
import { methods } from '../../train/methods/index.ts';
import { usualOptimizer } from '../../train/optimizers/index.ts';
import { taskPart } from '../../train/tasks/index.ts';
import { trainingVersion } from '../../train/version.ts';
import { engineOf } from './engines.ts';
import type { EngineName } from './train-options.ts';
import { recordOf } from './run-files.ts';
import { runDiagnostics } from './run-diagnostics.ts';

/** What each part is called, and what it is. */
export type RunIdentity = Readonly<Record<string, string>>;

export const dataPart = 'data set';

/** Absent where all was drawn from the seed. */
export const initialPart = 'set of initial weights';

/** Absent where the file has one block without a name, or none. */
export const sparsityPart = '`sparsity` block';

/** What is done with the samples of the data set; but for the first, each is absent where it is not. */
export const samplePartNames = { heldOut: 'share held out', augment: 'augmentation', classWeights: 'list of class weights', resize: 'scaling of images' } as const;

/** Of what a run has beside its program: fingerprints of what it reads, and its engine. */
export interface RunInputs {
  readonly data: string;
  /** Of the weights that it begins with. */
  readonly initial?: string | undefined;
  /** What runs its steps; absent: emitted code. */
  readonly engine?: EngineName | undefined;
}

export function identityOf(model: Model, spec: TrainSpec, { data, initial, engine }: RunInputs): RunIdentity {
  return joined([
    ...networkParts(model.network),
    ...planParts(model, spec),
    ['seed', String(spec.seed)],
    // Absent of runs of before there was another task.
    ...Object.entries(taskPart(spec)),
    [dataPart, data],
    ...(initial === undefined ? [] : [[initialPart, initial] as const]),
    ['engine', engineOf(engine).name],
    ['version of training', String(trainingVersion)],
  ]);
}

/** Names a run by what it is: 16 digits in hex. */
export function hashOfIdentity(identity: RunIdentity): string {
  const parts = Object.entries(identity).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return recordOf([new TextEncoder().encode(JSON.stringify(parts))]).sha256.slice(0, 16);
}

/** What of its plan a run was trained with otherwise than its source says, as a program may change it: warnings `run/overridden`. */
export function overridesOf(folder: string, found: RunIdentity, written: Model): readonly Diagnostic[] {
  if (!written.train) return [];
  return Object.entries(joined(planParts(written, written.train))).flatMap(([name, value]) => {
    if (found[name] === value) return [];
    const help = 'what the run was trained with counts; its source is not what made these weights';
    return [runDiagnostics.overridden({ args: [folder, name, shown(found[name]), shown(value)], help, severity: 'warning' })];
  });
}

type Part = readonly [name: string, value: string];

/** Several of one name, as two nodes of a layer, make one part. */
function joined(parts: readonly Part[]): RunIdentity {
  const values = new Map<string, string>();
  for (const [name, value] of parts) values.set(name, values.has(name) ? `${values.get(name)}, ${value}` : value);
  return Object.fromEntries(values);
}

/** Penalties and phases. */
function planParts({ penalties, method, methodSettings, total, crossing, sparsity }: Model, { phases, heldOut, augment, classWeights, resize }: TrainSpec): readonly Part[] {
  return [
    ...(sparsity === undefined ? [] : [[sparsityPart, sparsity] as const]),
    ['method', method],
    ...Object.entries(methodSettings).flatMap(([name, value]): readonly Part[] => {
      const { default: usual, isLater = false } = methods[method].settings[name] ?? {};
      return isLater && value === usual ? [] : [[`${name} of ${method}`, String(value)]];
    }),
    // Earlier runs had one schedule for all rounds.
    ...((methodSettings['rounds'] ?? 1) > 1 ? [['schedule of rounds', 'anew in each'] as const] : []),
    // Earlier runs ranked all groups, whatever fed them.
    ...(penalties.some(({ kind }) => kind === 'budget') ? [['ranking of groups', 'by what channels feed that vary'] as const] : []),
    ...(total ? [[`budget of ${total.of}`, total.of === 'bytes' ? String(total.bytes) : `${total.percent}%`] as const] : []),
    // Runs of before there was a choice are sequential.
    ...(crossing === 'sequential' ? [] : [['scheme for crossing groups', crossing] as const]),
    ...penalties.flatMap((penalty): Part[] => {
      const groups = `${structureTitle(penalty)} of ${penalty.layer}`;
      if (penalty.kind === 'budget') return [[`number kept of ${groups}`, keptText(penalty.keep)]];
      return [[`strength of ${groups}`, String(penalty.strength)], [`weighting of ${groups}`, penalty.weighting]];
    }),
    ['list of phases', phases.map(({ name }) => name).join(', ')],
    ...phases.flatMap((phase) => phaseParts(phase).map(([name, value]): Part => [`${name} of ${phase.name}`, value])),
    ...sampleParts({ heldOut, augment, classWeights, resize }),
  ];
}

/** What is done with the samples of the data set. */
function sampleParts({ heldOut, augment, classWeights, resize }: Pick<TrainSpec, 'heldOut'> & { readonly [K in 'augment' | 'classWeights' | 'resize']: TrainSpec[K] | undefined }): readonly Part[] {
  return [
    [samplePartNames.heldOut, String(heldOut)],
    // Absent of runs of before there were any, which train as they did.
    ...(augment ? [[samplePartNames.augment, `pad [${augment.pad.join(', ')}], mirror ${augment.mirror}`] as const] : []),
    ...(classWeights ? [[samplePartNames.classWeights, typeof classWeights === 'string' ? classWeights : classWeights.join(', ')] as const] : []),
    ...(resize ? [[samplePartNames.resize, 'to the input'] as const] : []),
  ];
}

function keptText(keep: BudgetPenalty['keep']): string {
  if (keep === 'shared') return 'a share';
  return 'groups' in keep ? String(keep.groups) : `${keep.percent}%`;
}

function networkParts({ name, graph, parameters, labels = [] }: Network): readonly Part[] {
  // What parameters there are, and their shapes, follows from the rest.
  const nodes = graph.nodes.filter((node) => !isParameter(node));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const readBy = ({ inputs }: Node): string => inputs.flatMap(({ node }) => byId.get(node) ?? []).map(titleOf).join(', ');
  return [
    ['name of the network', name],
    ['list of labels', labels.join(', ')],
    ['list of layers', nodes.map((node) => `${titleOf(node)}(${readBy(node)})`).join(', ')],
    ...nodes.flatMap(nodeParts),
    ...parameters.map((parameter): Part => [`start of ${parameter.name}`, JSON.stringify(parameter.initial)]),
  ];
}

function titleOf({ op, layer }: Node): string {
  return layer ?? op;
}

function nodeParts(node: Node): readonly Part[] {
  const of = titleOf(node);
  const training = ops.get(node.op)?.training;
  const revision = training?.kind === 'gradient' ? training.revision?.(node.attrs) : undefined;
  return [
    [`operation of ${of}`, node.op],
    ...Object.entries(node.attrs).map(([name, value]): Part => [`${name} of ${of}`, formatAttr(value)]),
    ...(revision === undefined ? [] : [[`gradient of ${of}`, revision] as const]),
  ];
}

function phaseParts({ schedule: { kind, ...schedule }, optimizer, ...spec }: PhaseSpec): readonly Part[] {
  const written = Object.entries(spec).map(([name, value]) => [inLanguage(name), value] as const);
  const settings: readonly (readonly [string, unknown])[] = [...written, ['schedule', kind], ...Object.entries(schedule), ...optimizerParts(optimizer)];
  return settings.map(([name, value]): Part => [name, typeof value === 'string' ? value : JSON.stringify(value)]);
}

/** `labelSmoothing` is `label_smoothing` in the language. */
function inLanguage(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Runs of before there was a choice of optimizers are of the usual one, without flags. */
function optimizerParts({ name, settings }: OptimizerSpec): readonly (readonly [string, unknown])[] {
  const set = Object.entries(settings).filter(([, value]) => value !== false);
  return name === usualOptimizer.name ? set : [['optimizer', name], ...set];
}

/** Longer values are told by their checksum. */
const mostShown = 40;

function shown(value: string | undefined): string {
  if (value === undefined) return 'none';
  return value.length > mostShown ? `sha256 ${recordOf([new TextEncoder().encode(value)]).sha256.slice(0, 12)}...` : value;
}

/** @throws DiagnosticError `run/different`, one for each part that differs */
export function checkIdentity(folder: string, found: RunIdentity, expected: RunIdentity): void {
  const names = [...new Set([...Object.keys(found), ...Object.keys(expected)])].filter((name) => found[name] !== expected[name]);
  if (names.length === 0) return;
  const help = 'a run goes on with what it began with: write it as it was, or choose another folder';
  throw new DiagnosticError(names.map((name) => runDiagnostics.different({ args: [folder, name, shown(found[name]), shown(expected[name])], help })));
}
