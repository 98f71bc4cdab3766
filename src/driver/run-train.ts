// Trains a checked model on a data set: phase after phase on the engine's threads, with checkpoints, so that
// a run killed at any moment goes on to the same bits.

import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { fail } from '../base/diagnostic.ts';
import { present } from '../base/invariant.ts';
import type { Dataset } from '../data/dataset.ts';
import { fitDataset } from '../data/fit-dataset.ts';
import { startEngine } from '../engine/engine.ts';
import type { PhaseTensors } from '../engine/engine.ts';
import type { ParameterData } from '../ir/graph.ts';
import type { Model, TrainSpec } from '../ir/network.ts';
import { epochsBehind, phaseTraits, productOf } from '../ir/phase.ts';
import { ops } from '../ops/index.ts';
import { groupSets } from '../sparsity/groups.ts';
import type { RunPlan } from '../train/plan.ts';
import { answersOf, compactedClassifier } from './classifier.ts';
import { evaluationOf, namesOf } from './evaluation.ts';
import type { Evaluation } from './evaluation.ts';
import { phaseRequests } from './run-context.ts';
import type { Run } from './run-context.ts';
import { checkIdentity, readCheckpoint, writeCheckpoint } from './run-checkpoint.ts';
import type { Checkpoint, RunIdentity, StoredCheckpoint } from './run-checkpoint.ts';
import { fitWeights } from './fit-weights.ts';
import { loadInitial } from './initial-weights.ts';
import type { InitialWeights, InitReport } from './initial-weights.ts';
import { runData } from './run-data.ts';
import type { RunData } from './run-data.ts';
import { runDiagnostics } from './run-diagnostics.ts';
import { readInitial, settleInitial, startWarnings, summarizeInitial } from './run-initial.ts';
import { cutMetrics, openRunFolder, runFiles, writeRunFile } from './run-folder.ts';
import type { RunFolder } from './run-folder.ts';
import { readPhaseParameters, runPhase, weightsFile } from './run-phase.ts';
import type { PhaseStart } from './run-phase.ts';
import { checkedPlan } from './run-plan.ts';
import { outputNames } from './run-facts.ts';
import { summarize, summaryJson } from './run-summary.ts';
import type { RunResults } from './run-summary.ts';
import type { TrainOptions, TrainResult } from './train-options.ts';
import { tensorsInMemory } from './tensor-source.ts';

/** Shards of a batch are at most so many. */
const mostThreads = 8;

/** How a model is trained, or `run/no-train`. */
export function trainSpecOf(model: Model): TrainSpec {
  return model.train ?? fail(runDiagnostics['no-train']({ args: [model.network.name], help: 'for example `train on digits { baseline { epochs = 4, rate = 0.02 } }`' }));
}

/**
 * @param dataset Not kept: its samples move to shared memory, so let go of it.
 * @returns The summary, also written to `summary.json` of the run's folder.
 * Fails with `run/*`, `data/*`, `train/*`, `weights/*` and `fit/*` diagnostics.
 */
export async function train(model: Model, dataset: Dataset, options: TrainOptions): Promise<TrainResult> {
  const spec = trainSpecOf(model);
  const { init } = options;
  const given = init === undefined ? undefined : loadInitial(typeof init === 'string' ? { from: init } : init, model.network);
  const data = runData(fitDataset(dataset, model.network, spec.span), spec);
  const { name, labels, samples, chance } = data;
  // Not awaited, so that this call does not hold on to the data set.
  return conclude(model, { name, labels, samples, chance }, openAndTrain(model, spec, data, options, given), options);
}

/** What is left of a run once its data and its threads are let go. */
type Trained = Extract<TrainResult, { readonly status: 'interrupted' }> | (StoredCheckpoint & { readonly status: 'trained' | 'trained before' });

/** Still locked. */
interface TrainedFolder {
  readonly folder: RunFolder;
  readonly ended: Trained;
  /** Absent where the run was interrupted. */
  readonly evaluation?: Evaluation;
}

/** What a summary tells of the data. */
type DataFacts = Pick<RunData, 'name' | 'labels' | 'samples' | 'chance'>;

async function conclude(model: Model, data: DataFacts, training: Promise<TrainedFolder>, { tidy }: TrainOptions): Promise<TrainResult> {
  const { folder, ended, evaluation } = await training;
  try {
    if (ended.status === 'interrupted') return ended;
    tidy?.();
    const result = await finish(model, folder, ended, data, present(evaluation, 'evaluation of a run that has ended'));
    if (ended.status === 'trained') await writeCheckpoint(folder, ended.checkpoint, ended.tensors);
    return result;
  } finally {
    await folder.lock.release();
  }
}

async function openAndTrain(model: Model, spec: TrainSpec, data: RunData, options: TrainOptions, given: InitialWeights | undefined): Promise<TrainedFolder> {
  const plan = checkedPlan(spec, data.division);
  const { folder, resumable } = await openRunFolder(options.out, options.resume ?? false);
  try {
    const ended = await trainOn(model, spec, plan, data, options, await beginIn(folder, resumable, given));
    if (ended.status === 'interrupted') return { folder, ended };
    // The threads' memory is free by now, the data is needed once more.
    options.tidy?.();
    return { folder, ended, evaluation: await evaluateModule(model, parametersOf(ended), data) };
  } catch (error) {
    await folder.lock.release();
    throw error;
  }
}

/** Where a session begins. */
interface Beginning {
  readonly folder: RunFolder;
  readonly stored: StoredCheckpoint | undefined;
  /** What the run began with; undefined: all was drawn from the seed. */
  readonly initial: string | undefined;
  readonly report: InitReport | undefined;
}

async function beginIn(folder: RunFolder, resumable: boolean, given: InitialWeights | undefined): Promise<Beginning> {
  const stored = resumable ? await readCheckpoint(folder.path) : undefined;
  return { folder, stored, initial: await settleInitial(folder, given, stored?.checkpoint), report: given?.report };
}

async function trainOn(model: Model, spec: TrainSpec, plan: RunPlan, data: RunData, options: TrainOptions, { folder, stored, initial, report }: Beginning): Promise<Trained> {
  // More of them than cores would wait for each other, each until the others had their turn.
  const threads = Math.min(options.threads ?? mostThreads, availableParallelism());
  const source = spec.span.source.text;
  const identity: RunIdentity = { source: createHash('sha256').update(source).digest('hex'), data: data.fingerprint, seed: spec.seed, initial };

  if (stored) checkIdentity(folder.path, stored.checkpoint, identity);
  options.onProgress?.({ kind: 'begin', ...(report && { initial: report }), warnings: stored ? [] : startWarnings(spec, initial) });
  const finished = stored !== undefined && stored.checkpoint.phase >= plan.phases.length;
  if (finished) fitWeights(tensorsInMemory(`the checkpoint in ${folder.path}`, stored.tensors), model.network);
  const started = performance.now();
  const before = stored?.checkpoint.seconds ?? 0;
  const seconds = (): number => before + (performance.now() - started) / 1000;
  if (stored) await cutMetrics(folder, stored.checkpoint.metricsBytes);
  if (finished) return { status: 'trained before', ...stored };

  const groups = groupSets(model.network, ops, model.penalties);
  const phases = phaseRequests(spec, groups);
  const engine = startEngine({ model, phases, data: data.shared, threads, tidy: options.tidy }, ops);
  try {
    await writeRunFile(folder, runFiles.source, source);
    const run: Run = { model, spec, plan, data, engine, groups, phases, folder, options, stop: AbortSignal.any([folder.lock.lost, ...(options.signal ? [options.signal] : [])]), seconds, began: { step: stored?.checkpoint.step ?? 0, seconds: seconds() } };
    let state: Checkpoint = stored?.checkpoint ?? { ...identity, phase: 0, step: 0, sums: { loss: 0, correct: 0 }, metricsBytes: 0, error: {}, heldOut: {}, seconds: 0 };
    let start: PhaseStart | undefined = stored && { kind: 'stored', tensors: stored.tensors };
    let last: PhaseEnd | undefined;
    for (let phase = state.phase; phase < plan.phases.length; phase++) {
      const ended = await runPhase(run, state, start ?? (await startOf(run, phase, last, initial)));
      if (ended.kind === 'interrupted') return { status: 'interrupted', step: ended.state.step, totalSteps: plan.totalSteps };
      ({ state } = ended);
      [start, last] = [undefined, { phase, parameters: ended.parameters }];
    }
    return { status: 'trained', checkpoint: { ...state, seconds: seconds() }, tensors: await parametersAfter(run, plan.product, last) };
  } finally {
    await engine.close();
  }
}

/** A phase that this session has come to the end of, with what it left in memory. */
interface PhaseEnd {
  readonly phase: number;
  readonly parameters: PhaseTensors;
}

/** @param initial What the run began with. */
async function startOf(run: Run, phase: number, last: PhaseEnd | undefined, initial: string | undefined): Promise<PhaseStart> {
  const origin = run.plan.phases[phase]?.origin;
  if (origin !== undefined) return { kind: 'parameters', parameters: await parametersAfter(run, origin, last) };
  return { kind: 'initial', given: initial === undefined ? new Map() : (await readInitial(run.folder.path, initial)).tensors };
}

/** What a phase ended with: what is in memory still, or its file. */
async function parametersAfter(run: Run, phase: number, last: PhaseEnd | undefined): Promise<PhaseTensors> {
  return last?.phase === phase ? last.parameters : readPhaseParameters(run, phase);
}

/** Which phases the figures of a run are to be read by, and how much training stands behind each. */
function rolesOf({ phases }: TrainSpec): Pick<RunResults, 'product' | 'control' | 'epochs'> {
  const control = phases.find(({ kind }) => phaseTraits[kind].compares);
  return {
    product: present(phases[productOf(phases)], 'phase of the weights').name,
    ...(control && { control: control.name }),
    epochs: Object.fromEntries(phases.map(({ name }, index) => [name, epochsBehind(phases, index)])),
  };
}

function parametersOf({ tensors }: StoredCheckpoint): ReadonlyMap<string, ParameterData> {
  return new Map([...tensors].map(([name, { shape, data }]) => [name, { shape, data: Float64Array.from(data) }]));
}

/** How the module that `build` makes of the run answers the test set. */
async function evaluateModule(model: Model, parameters: ReadonlyMap<string, ParameterData>, { shared: { test }, labels }: RunData): Promise<Evaluation> {
  const { graph, classes } = model.network;
  const classifier = await compactedClassifier({ graph, parameters }, ops);
  return evaluationOf(await answersOf(classifier, test), test.labels, namesOf(classes, outputNames(model.network, labels)));
}

/** Writes what a finished run leaves behind, the summary last. */
async function finish(model: Model, folder: RunFolder, ended: StoredCheckpoint, { name: dataset, labels, samples, chance }: DataFacts, evaluation: Evaluation): Promise<TrainResult> {
  const { checkpoint, tensors } = ended;
  const { seed, seconds, error, heldOut } = checkpoint;
  const initial = checkpoint.initial === undefined ? undefined : await summarizeInitial(folder.path, model.network, checkpoint.initial);
  const names = outputNames(model.network, labels);
  const summary = summarize(model, parametersOf(ended), { dataset, ...(names && { labels: names }), samples, chance, seed, ...(initial && { initial }), seconds, ...rolesOf(trainSpecOf(model)), error, heldOut, evaluation }, ops);
  await writeRunFile(folder, runFiles.weights, weightsFile(model, tensors));
  await writeRunFile(folder, runFiles.summary, summaryJson(summary));
  return { status: 'finished', summary };
}
