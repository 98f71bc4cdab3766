// Trains a checked model on a data set: phase after phase on the engine's threads, with checkpoints, so that
// a run killed at any moment goes on to the same bits.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../../base/diagnostic.ts';
import { present } from '../../base/invariant.ts';
import type { Tensor } from '../../base/tensor.ts';
import type { Dataset } from '../../data/dataset.ts';
import { fitDataset } from '../../data/fit-dataset.ts';
import type { PhaseTensors } from '../../engine/engine.ts';
import type { ParameterData } from '../../ir/graph.ts';
import { dataInterfaceOf } from '../../ir/network.ts';
import type { Model, TrainSpec } from '../../ir/network.ts';
import { epochsBehind, phaseTraits, productOf } from '../../ir/phase.ts';
import type { PhaseEnds } from '../../ir/phase.ts';
import { ops } from '../../ops/index.ts';
import { groupSets } from '../../sparsity/groups.ts';
import type { RunPlan } from '../../train/plan.ts';
import type { Measured } from '../../train/statistics.ts';
import { taskOf, taskPart } from '../../train/tasks/index.ts';
import { compactedNetwork } from '../evaluation/answers.ts';
import { judge } from '../evaluation/evaluation.ts';
import type { Evaluation } from '../evaluation/evaluation.ts';
import { phaseRequests, threadsOf } from './run-context.ts';
import type { Run } from './run-context.ts';
import type { KeptParameters } from './best-epoch.ts';
import type { Checkpoint } from './checkpoint-json.ts';
import { checkFiles, readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import type { StoredCheckpoint } from './checkpoint.ts';
import { fitWeights } from '../weights/fit-weights.ts';
import { loadInitial } from '../weights/initial-weights.ts';
import type { InitialWeights, InitReport } from '../weights/initial-weights.ts';
import { engineOf } from './engines.ts';
import type { StartEngine } from './engines.ts';
import { checkReachable } from './least-cost.ts';
import { runData } from './run-data.ts';
import type { RunData } from './run-data.ts';
import { runDiagnostics } from './run-diagnostics.ts';
import { readInitial, recordInitial, settleInitial, startWarnings, summarizeInitial } from './run-initial.ts';
import { phaseFile, runFiles } from './run-files.ts';
import { cutMetrics, openRunFolder, writeRunFile } from './run-folder.ts';
import type { RunFolder } from './run-folder.ts';
import { readPhaseParameters, runPhase, weightsFile } from './phase.ts';
import type { PhaseStart } from './phase.ts';
import { checkedPlan } from './run-plan.ts';
import { outputNames } from './run-facts.ts';
import { measureInput, measureWarnings } from './run-statistics.ts';
import { checkIdentity, identityOf, initialPart } from './run-identity.ts';
import { checkNames, entriesOfSources, keepSources } from './run-sources.ts';
import { withFoundStrengths } from './search-strengths.ts';
import { summarize, summaryJson } from './run-summary.ts';
import type { RunResults, RunSummary } from './run-summary.ts';
import { denseRunOf, takePhase } from './shared-phases.ts';
import type { RunOptions, TrainResult } from './train-options.ts';
import { tensorsInMemory } from '../weights/tensor-source.ts';

/** How a model is trained, or `run/no-train`. */
export function trainSpecOf(model: Model): TrainSpec {
  return model.train ?? fail(runDiagnostics['no-train']({ args: [model.network.name], help: 'for example `train on digits { baseline { epochs = 4, rate = 0.02 } }`' }));
}

/**
 * @param dataset Not kept: its samples move to shared memory, so let go of it.
 * @returns The summary, also written to `summary.json` of the run's folder.
 * Fails with `run/*`, `data/*`, `train/*`, `weights/*` and `fit/*` diagnostics.
 */
export async function train(model: Model, dataset: Dataset, options: RunOptions): Promise<TrainResult> {
  const spec = trainSpecOf(model);
  checkNames(model.sources);
  const { init, engine } = options;
  const start = await engineOf(engine).load();
  const given = init === undefined ? undefined : loadInitial(typeof init === 'string' ? { from: init } : init, model.network);
  // Weights that were given may have zeros of their own.
  if (!given && !existsSync(join(options.out, runFiles.checkpoint))) checkReachable(model);
  const data = runData(fitDataset(dataset, dataInterfaceOf(model.network, taskOf(spec)), spec.span), spec);
  const { name, labels, samples, chance } = data;
  // Not awaited, so that this call does not hold on to the data set.
  return conclude(model, { name, labels, samples, chance }, openAndTrain(model, spec, data, options, { start, given }), options);
}

/** What is there before the folder is opened. */
interface Prepared {
  readonly start: StartEngine;
  readonly given: InitialWeights | undefined;
}

/** What is left of a run once its data and its threads are let go. */
type Trained = Extract<TrainResult, { readonly status: 'interrupted' }> | StoredCheckpoint;

/** Still locked. */
interface TrainedFolder {
  readonly folder: RunFolder;
  readonly ended: Trained;
  /** Absent where the run was interrupted. */
  readonly evaluation?: Evaluation;
}

/** What a summary tells of the data. */
type DataFacts = Pick<RunData, 'name' | 'labels' | 'samples' | 'chance'>;

async function conclude(model: Model, data: DataFacts, training: Promise<TrainedFolder>, { tidy }: RunOptions): Promise<TrainResult> {
  const { folder, ended, evaluation } = await training;
  try {
    if ('status' in ended) return ended;
    tidy?.();
    return { status: 'finished', summary: await finish(model, folder, ended, data, present(evaluation, 'evaluation of a run that has ended')) };
  } finally {
    await folder.lock.release();
  }
}

async function openAndTrain(model: Model, spec: TrainSpec, data: RunData, options: RunOptions, { start, given }: Prepared): Promise<TrainedFolder> {
  const plan = checkedPlan(spec, model, data.division);
  // What is taken from another run lies there before the first checkpoint.
  const taken = options.dense === undefined ? [] : [runFiles.metrics, ...plan.phases.map(({ key }) => phaseFile(key))];
  const { folder, resumable } = await openRunFolder(options.out, options.resume ?? false, new Set([...entriesOfSources(model.sources), ...taken]));
  try {
    const ended = await trainOn(model, spec, plan, data, options, start, await beginIn(folder, resumable, given));
    if ('status' in ended) return { folder, ended };
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
  const stored = resumable ? readCheckpoint(folder.path) : undefined;
  return { folder, stored, initial: await settleInitial(folder, given, stored?.checkpoint.identity), report: given?.report };
}

async function trainOn(model: Model, spec: TrainSpec, plan: RunPlan, data: RunData, options: RunOptions, startEngine: StartEngine, { folder, stored, initial, report }: Beginning): Promise<Trained> {
  const inputs = { data: data.fingerprint, initial, engine: options.engine };
  const identity = identityOf(model, spec, inputs);
  if (stored) {
    checkIdentity(folder.path, stored.checkpoint.identity, identity);
    checkFiles(folder.path, stored.checkpoint);
  }
  const measured = measureInput(model.network, data);
  const warnings = stored ? [] : [...startWarnings(spec, initial), ...measureWarnings(model.network, measured, report)];
  options.onProgress?.({ kind: 'begin', ...(report && { initial: report }), warnings });
  const finished = stored !== undefined && stored.checkpoint.phase >= plan.phases.length;
  if (finished) fitWeights(tensorsInMemory(`the checkpoint in ${folder.path}`, stored.tensors), model.network);
  const started = performance.now();
  let before = stored?.checkpoint.seconds ?? 0;
  const seconds = (): number => before + (performance.now() - started) / 1000;
  const metrics = stored?.checkpoint.files[runFiles.metrics];
  if (metrics) await cutMetrics(folder, metrics);
  const fresh: Checkpoint = { identity, phase: 0, step: 0, sums: { loss: 0, correct: 0 }, seconds: 0, error: {}, heldOut: {}, stopped: {}, kept: {}, files: initial === undefined ? {} : { [runFiles.initial]: recordInitial(folder.path) } };
  const begin = (): Promise<Checkpoint> => keepSources(folder, stored?.checkpoint ?? fresh, model.sources);
  if (finished) return { checkpoint: await begin(), tensors: stored.tensors };

  const dense = options.dense === undefined ? undefined : denseRunOf(model, options.dense, inputs, data.division.training.length, ops);
  const groups = groupSets(model.network, ops, model.penalties);
  const phases = phaseRequests(spec, groups);
  const engine = startEngine({ model, phases, data: data.shared, threads: threadsOf(options.threads), tidy: options.tidy }, ops);
  try {
    let run: Run = { model, spec, plan, data, engine, groups, phases, folder, options, stop: AbortSignal.any([folder.lock.lost, ...(options.signal ? [options.signal] : [])]), seconds, began: { step: stored?.checkpoint.step ?? 0, seconds: seconds() } };
    let state = await begin();
    let start: PhaseStart | undefined = stored && { kind: 'stored', tensors: stored.tensors };
    let last: PhaseEnd | undefined;
    let chosen: KeptParameters | undefined;
    const interrupted = (): Trained => ({ status: 'interrupted', step: state.step, totalSteps: plan.totalSteps });
    while (state.phase < plan.phases.length) {
      const { phase } = state;
      const { key, firstStep } = present(plan.phases[phase], 'phase');
      if (dense?.firstSteps.has(key) && state.step === firstStep) {
        const taken = await takePhase(run, state, dense);
        if (!taken) return interrupted();
        before += taken.seconds;
        state = { ...taken.state, seconds: seconds() };
        run = { ...run, began: { step: state.step, seconds: seconds() } };
        [start, last] = [undefined, undefined];
        continue;
      }
      const ended = await runPhase(run, state, start ?? startOf(run, state, last, { initial, measured }), chosen);
      ({ state } = ended);
      if (ended.kind === 'interrupted') return interrupted();
      // Steps that were not taken say nothing of the pace.
      run = { ...run, began: { step: state.step, seconds: seconds() } };
      // An attempt has written over what it started from.
      [start, last, chosen] = ended.kind === 'again' ? [undefined, undefined, ended.chosen] : [undefined, { phase, parameters: ended.parameters }, undefined];
    }
    return { checkpoint: { ...state, seconds: seconds() }, tensors: parametersAfter(run, state, plan.product, last) };
  } finally {
    await engine.close();
  }
}

/** A phase that this session has come to the end of, with what it left in memory. */
interface PhaseEnd {
  readonly phase: number;
  readonly parameters: PhaseTensors;
}

/** What is not drawn from the seed, where a phase starts where the run does. */
interface Begun {
  /** The hash of what was given. */
  readonly initial: string | undefined;
  readonly measured: Measured;
}

function startOf(run: Run, state: Checkpoint, last: PhaseEnd | undefined, { initial, measured }: Begun): PhaseStart {
  const origin = run.plan.phases[state.phase]?.origin;
  if (origin !== undefined) return { kind: 'parameters', parameters: parametersAfter(run, state, origin, last) };
  const given = initial === undefined ? [] : readInitial(run.folder.path, initial).tensors;
  // Weights that were given go with the statistics that they were trained with.
  return { kind: 'initial', given: new Map<string, Tensor>([...measured.parameters, ...given]) };
}

/** What a phase ended with: what is in memory still, or its file. */
function parametersAfter(run: Run, state: Checkpoint, phase: number, last: PhaseEnd | undefined): PhaseTensors {
  return last?.phase === phase ? last.parameters : readPhaseParameters(run, state, phase);
}

/** Which phases the figures of a run are to be read by, and how much training stands behind each. */
function rolesOf({ phases }: TrainSpec, ends: PhaseEnds): Pick<RunResults, 'product' | 'control' | 'epochs'> {
  const control = phases.find(({ kind }) => phaseTraits[kind].compares);
  return {
    product: present(phases[productOf(phases)], 'phase of the weights').name,
    ...(control && { control: control.name }),
    epochs: Object.fromEntries(phases.map(({ name }, index) => [name, epochsBehind(phases, index, ends)])),
  };
}

function parametersOf({ tensors }: StoredCheckpoint): ReadonlyMap<string, ParameterData> {
  return new Map([...tensors].map(([name, { shape, data }]) => [name, { shape, data: new Float64Array(data) }]));
}

/** How the module that `build` makes of the run answers the test set. */
async function evaluateModule({ network, train: spec }: Model, parameters: ReadonlyMap<string, ParameterData>, { shared: { test }, labels }: RunData): Promise<Evaluation> {
  return judge(taskOf(spec).name, await compactedNetwork({ graph: network.graph, parameters }, ops), test, outputNames(network, labels));
}

/** Writes what a finished run leaves behind, the checkpoint that vouches for it last. */
async function finish(model: Model, folder: RunFolder, ended: StoredCheckpoint, { name: dataset, labels, samples, chance }: DataFacts, evaluation: Evaluation): Promise<RunSummary> {
  const { checkpoint, tensors } = ended;
  const { identity, seconds, error, heldOut, stopped, kept, search, shared } = checkpoint;
  const spec = trainSpecOf(model);
  const begun = identity[initialPart];
  const initial = begun === undefined ? undefined : summarizeInitial(folder.path, model.network, begun);
  const names = outputNames(model.network, labels);
  const summary = summarize(withFoundStrengths(model, search), parametersOf(ended), { ...taskPart(spec), dataset, ...(names && { labels: names }), samples, chance, seed: spec.seed, ...(initial && { initial }), seconds, ...rolesOf(spec, checkpoint), error, heldOut, stopped, kept, ...(search && model.total && { search: { budget: model.total, ...search } }), ...(shared && model.total && { shared: { budget: model.total, ...shared } }), evaluation }, ops);
  const files = {
    [runFiles.weights]: await writeRunFile(folder, runFiles.weights, weightsFile(model, tensors)),
    [runFiles.summary]: await writeRunFile(folder, runFiles.summary, summaryJson(summary)),
  };
  await writeCheckpoint(folder, { ...checkpoint, files: { ...checkpoint.files, ...files } }, tensors);
  return summary;
}
