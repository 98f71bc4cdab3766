// One phase of a run: epochs of training steps, after each an evaluation on the held-out samples, at the end
// one on the test set.

import { fail } from '../../base/diagnostic.ts';
import { assertNever, present } from '../../base/invariant.ts';
import { formatShape, sameShape, tensor } from '../../base/tensor.ts';
import type { Tensor } from '../../base/tensor.ts';
import type { PhaseTensors } from '../../engine/engine.ts';
import { encodeSafetensors, readSafetensors } from '../../engine/safetensors.ts';
import type { GroupSet } from '../../ir/group.ts';
import type { Model } from '../../ir/network.ts';
import { alive } from '../../sparsity/norms.ts';
import { chosenAttempt } from '../../sparsity/strengths.ts';
import { initialParameters } from '../../train/initialize.ts';
import { positionOf } from '../../train/plan.ts';
import { taskOf, taskPart } from '../../train/tasks/index.ts';
import { bestOf, isJudged, keepParameters, keptParameters, losesPatience, storedParameters } from './best-epoch.ts';
import type { KeptAs, KeptParameters } from './best-epoch.ts';
import type { Checkpoint } from './checkpoint-json.ts';
import { writeCheckpoint } from './checkpoint.ts';
import { fitWeights } from '../weights/fit-weights.ts';
import { paceOf } from './run-context.ts';
import type { PhaseContext, Run } from './run-context.ts';
import { runDiagnostics } from './run-diagnostics.ts';
import { failDiverged, firstNotFinite, staysFinite } from './divergence.ts';
import { epochPass, evaluateOn } from './epoch.ts';
import type { EpochPass } from './epoch.ts';
import type { EpochEvent, GroupCount } from './run-events.ts';
import { phaseFile, readRecorded, runFiles } from './run-files.ts';
import { appendMetrics, writeRunFile } from './run-folder.ts';
import { watchPhase } from './run-watch.ts';
import type { Watched } from './run-watch.ts';
import { judgeAttempt, budgetToSearchFor, withStrengths } from './search-strengths.ts';
import { shareBudget, budgetToShare, withShares } from './share-budget.ts';
import { tensorsInMemory } from '../weights/tensor-source.ts';
import { beginPhase, betweenSteps, endPhase, leaveOutZeros, maskZeroGroups, nextStop } from './moments.ts';

/** Where a phase starts from. */
export type PhaseStart =
  /** Parameters that were given or measured, the others drawn from the seed; groups that are zero stay so. */
  | { readonly kind: 'initial'; readonly given: ReadonlyMap<string, Tensor> }
  /** Parameters that an earlier phase left: buffers start from zero, and groups that are zero stay so. */
  | { readonly kind: 'parameters'; readonly parameters: PhaseTensors }
  /** Everything of a checkpoint within the phase. */
  | { readonly kind: 'stored'; readonly tensors: ReadonlyMap<string, Tensor> };

/** Seconds between checkpoints within an epoch. */
const checkpointInterval = 30;

export type PhaseResult =
  | { readonly kind: 'finished'; readonly state: Checkpoint; readonly parameters: PhaseTensors }
  | { readonly kind: 'interrupted'; readonly state: Checkpoint }
  /** It is to be trained again, from where it started, with other strengths. `chosen`: what the attempts so far would end with. */
  | { readonly kind: 'again'; readonly state: Checkpoint; readonly chosen: KeptParameters | undefined };

/**
 * Runs phase `before.phase` from the step of the checkpoint on. The state it answers with is the next phase's.
 * @param earlier What attempts before this one would end with, where this session has made them.
 */
export async function runPhase(whole: Run, before: Checkpoint, start: PhaseStart, earlier?: KeptParameters): Promise<PhaseResult> {
  const { phase } = before;
  const { network } = whole.model;
  const searched = budgetToSearchFor(whole, phase);
  const trying = searched ? withStrengths(whole, before.search) : whole;
  // Read into again and again: fresh copies would pile up between two garbage collections.
  const held = await enterPhase(trying, phase, start);
  const shared = budgetToShare(trying, phase);
  const from = shared && !before.shares ? { ...before, ...(await shareBudget(trying, phase, shared, held)) } : before;
  const run = from.shares ? withShares(trying, from.shares) : trying;
  if (start.kind !== 'stored') beginPhase(run, phase, held);
  const stored = (as: KeptAs): KeptParameters | undefined => (start.kind === 'stored' ? storedParameters(network, start.tensors, as) : undefined);
  let watched: Watched = { due: 0 };
  const endWatch = watchPhase(run, phase, () => watched);
  try {
    const { state, kept } = await runEpochs(run, from, held, { best: stored('best'), chosen: earlier ?? stored('chosen') }, (next) => void (watched = next));
    const { firstStep, steps } = present(run.plan.phases[phase], 'phase');
    if (state.step < firstStep + steps) return { kind: 'interrupted', state };
    if (kept.best) run.engine.write(keptParameters(network, kept.best, 'best'));
    if (!searched || !run.attempt) return { kind: 'finished', ...(await closePhase(run, state, held, kept.best !== undefined)) };
    run.engine.read(held);
    const search = await judgeAttempt(run, phase, state.search, searched, held);
    const { best: _, ...ended } = { ...state, search };
    const isBest = chosenAttempt(search.attempts, search.limit) === search.attempts.length - 1;
    const chosen = isBest ? keepParameters(network, held, 'chosen', kept.chosen) : kept.chosen;
    if (search.chosen === undefined) return { kind: 'again', state: { ...ended, step: firstStep }, chosen };
    run.engine.write(keptParameters(network, present(chosen, 'parameters of the chosen attempt'), 'chosen'));
    return { kind: 'finished', ...(await closePhase(run, ended, held, false)) };
  } finally {
    endWatch();
  }
}

/** Parameters beside those of the moment. */
interface Kept {
  /** Of the best epoch, where the phase keeps it. */
  readonly best: KeptParameters | undefined;
  /** Of the best attempt before, where strengths are searched. */
  readonly chosen: KeptParameters | undefined;
}

/** Where the epochs of a phase have led. */
interface Trained {
  readonly state: Checkpoint;
  readonly kept: Kept;
}

/**
 * Trains until the phase or the run is to end, with checkpoints.
 * @param before What was kept when the session, or the attempt, began.
 */
async function runEpochs(run: Run, from: Checkpoint, held: PhaseTensors, before: Kept, watch: (watched: Watched) => void): Promise<Trained> {
  const { plan, engine, stop, folder } = run;
  const { phase } = from;
  const { spec, firstStep, steps, stepsPerEpoch } = present(plan.phases[phase], 'phase');
  let state = from;
  let kept = before;
  let due = 0;
  const save = async (): Promise<void> => {
    watch({ due });
    state = { ...state, seconds: run.seconds() };
    await writeCheckpoint(folder, state, new Map([...held, ...(kept.best ?? []), ...(kept.chosen ?? [])]));
    due = run.seconds() + checkpointInterval;
  };
  await save();

  for (let pass: EpochPass | undefined; state.step < firstStep + steps && !stop.aborted; ) {
    const { epoch, stepInEpoch } = positionOf(plan, state.step);
    if (stepInEpoch === 0 || !pass) pass = epochPass(run, phase, epoch);
    const to = Math.min(stepsPerEpoch, nextStop(run, phase, state.step) - pass.firstStep);
    const running = engine.run({ ...pass, from: stepInEpoch, to, sums: state.sums });
    watch({ due, epochStart: pass.firstStep });
    const { done, loss, correct, diverged } = await running;
    const step = pass.firstStep + done;
    if (diverged) await failDiverged(run, step);
    const residuals = betweenSteps(run, phase, step, held);
    state = { ...state, step, sums: { loss, correct } };
    const epochEnds = done === stepsPerEpoch;
    if (!epochEnds && run.seconds() < due && !stop.aborted) continue;
    engine.read(held);
    if (firstNotFinite(run.model, held) !== undefined || !(await staysFinite(run, phase, pass, done - 1))) await failDiverged(run, step);
    watch({ due });
    if (epochEnds) {
      const { best } = state;
      state = await closeEpoch(run, epoch, state, held, residuals);
      if (spec.keep && state.best !== best) kept = { ...kept, best: keepParameters(run.model.network, held, 'best', kept.best) };
    }
    await save();
  }
  return { state, kept };
}

/** Answers with all tensors of the phase as it begins; the parameters' arrays of `start` are among them. */
async function enterPhase(run: Run, phase: number, start: PhaseStart): Promise<PhaseTensors> {
  const held = await enterWhole(run, phase, start);
  await leaveOutZeros(run, phase, held);
  return held;
}

async function enterWhole(run: Run, phase: number, start: PhaseStart): Promise<PhaseTensors> {
  const { engine } = run;
  await engine.enter(phase, run.phases[phase]?.groups);
  switch (start.kind) {
    case 'initial':
      return writeInitial(run, phase, start.given);
    case 'parameters': {
      engine.write(start.parameters);
      const held = engine.read(start.parameters);
      maskZeroGroups(run, phase, held);
      return held;
    }
    case 'stored': {
      const held = engine.read();
      checkStored(run, start.tensors, held);
      engine.write(start.tensors);
      return engine.read(held);
    }
  }
  return assertNever(start);
}

/** Begins a phase, which was entered, with what was given and with numbers drawn from the seed; answers with all of its tensors. */
export function writeInitial(run: PhaseContext, phase: number, given: ReadonlyMap<string, Tensor>): PhaseTensors {
  const { engine, model, spec } = run;
  engine.write(new Map([...initialParameters(model.network, spec.seed), ...given]));
  const held = engine.read();
  maskZeroGroups(run, phase, held);
  return held;
}

/** Fails with `run/corrupt`. */
function checkStored({ folder }: Run, stored: ReadonlyMap<string, Tensor>, expected: PhaseTensors): void {
  for (const [name, { shape }] of expected) {
    const found = stored.get(name)?.shape;
    if (found && sameShape(found, shape)) continue;
    const help = 'start the run anew in another folder';
    fail(runDiagnostics.corrupt({ args: [`the checkpoint in ${folder.path}`, found ? `${name} ${formatShape(found)}` : `no ${name}`, `${name} ${formatShape(shape)}`], help }));
  }
}

/**
 * Judges by the held-out samples and writes a line of metrics.
 * @param residuals Of the method, where it has any as this epoch ends.
 */
async function closeEpoch(run: Run, epoch: number, state: Checkpoint, tensors: ReadonlyMap<string, Tensor>, residuals: EpochEvent['residuals']): Promise<Checkpoint> {
  const { plan, data, groups, options, folder } = run;
  const { phase, step, sums } = state;
  const { spec, firstStep, steps, stepsPerEpoch } = present(plan.phases[phase], 'phase');
  const samples = stepsPerEpoch * spec.batch;
  const { heldOut: held } = data.division;
  const heldOut = held.length > 0 ? await evaluateOn(run, phase, 'training', held) : undefined;
  const best = heldOut && isJudged(spec) ? bestOf(state.best, { epoch: epoch + 1, error: heldOut.error }) : undefined;
  const stops = best !== undefined && losesPatience(spec, best, epoch + 1);
  const event: EpochEvent = {
    kind: 'epoch',
    ...taskPart(run.spec),
    phase: spec.name,
    ...(run.attempt && { attempt: run.attempt.number }),
    epoch: epoch + 1,
    epochs: spec.epochs,
    step,
    totalSteps: plan.totalSteps,
    rate: positionOf(plan, step - 1).rate,
    training: { loss: sums.loss / samples, error: taskOf(run.spec).errorOf(sums, samples) },
    ...(heldOut && { heldOut }),
    ...(best && { best: best.epoch }),
    ...(stops && { stopped: true }),
    groups: countGroups(groups, tensors),
    ...(residuals && { residuals }),
    seconds: run.seconds(),
    secondsLeft: paceOf(run, step).secondsLeft,
  };
  options.onProgress?.(event);
  const { kind: _, secondsLeft: __, ...line } = event;
  const metrics = await appendMetrics(folder, state.files[runFiles.metrics], `${JSON.stringify(line)}\n`);
  return {
    ...state,
    sums: { loss: 0, correct: 0 },
    files: { ...state.files, [runFiles.metrics]: metrics },
    ...(best && { best }),
    // Steps that are not taken are passed over, so that those of later phases keep their numbers.
    ...(stops && { step: firstStep + steps, stopped: { ...state.stopped, [spec.name]: epoch + 1 } }),
  };
}

/**
 * Judges by the test set, once, and leaves the phase's parameters in the folder.
 * @param ofBest They are those of its best epoch.
 */
async function closePhase(run: Run, { best, ...state }: Checkpoint, tensors: PhaseTensors, ofBest: boolean): Promise<{ readonly state: Checkpoint; readonly parameters: PhaseTensors }> {
  const { plan, data, engine, model, options, folder } = run;
  const { key, spec: { name, epochs } } = present(plan.phases[state.phase], 'phase');
  const { heldOut: held } = data.division;
  endPhase(run, state.phase, tensors);
  const keptEpoch = ofBest ? best?.epoch : undefined;
  const stopped = state.stopped[name];
  const { error } = await evaluateOn(run, state.phase, 'test', Uint32Array.from({ length: data.shared.test.count }, (_, i) => i));
  const heldOut = held.length > 0 ? (await evaluateOn(run, state.phase, 'training', held)).error : undefined;
  const parameters = parametersOf(model, engine.read(tensors));
  const file = phaseFile(key);
  const record = await writeRunFile(folder, file, weightsFile(model, parameters));
  options.onProgress?.({ kind: 'phase', ...taskPart(run.spec), phase: name, error, ...(heldOut !== undefined && { heldOut }), ...(stopped !== undefined && { stopped: { epoch: stopped, epochs } }), ...(keptEpoch !== undefined && { kept: keptEpoch }) });
  return {
    parameters,
    state: {
      ...state,
      phase: state.phase + 1,
      files: { ...state.files, [file]: record },
      error: { ...state.error, [name]: error },
      kept: keptEpoch === undefined ? state.kept : { ...state.kept, [name]: keptEpoch },
      heldOut: heldOut === undefined ? state.heldOut : { ...state.heldOut, [name]: heldOut },
    },
  };
}

/** How many groups are alive, of how many. */
export function countGroups(groups: readonly GroupSet[], tensors: ReadonlyMap<string, Tensor>): readonly GroupCount[] {
  return groups.map((set) => ({ layer: set.penalty.layer, structure: set.penalty.structure, alive: alive(set, tensors).filter((flag) => flag === 1).length, total: set.count }));
}

function parametersOf({ network }: Model, tensors: PhaseTensors): PhaseTensors {
  return new Map(network.parameters.map(({ name }) => [name, present(tensors.get(name), name)]));
}

/** Reads what a phase that has ended left in the folder. Fails with `run/changed`. */
export function readPhaseParameters({ folder: { path }, model: { network }, plan }: Run, { files }: Checkpoint, phase: number): PhaseTensors {
  const file = phaseFile(present(plan.phases[phase], 'phase').key);
  const { tensors } = readSafetensors(readRecorded(path, file, present(files[file], file)), `${path}/${file}`);
  const { parameters } = fitWeights(tensorsInMemory(`${path}/${file}`, tensors), network);
  return new Map([...parameters].map(([name, { shape, data }]) => [name, tensor(shape, Float32Array.from(data))]));
}

/** Parameters as a safetensors file: the same bytes for the same weights. */
export function weightsFile({ network }: Model, parameters: ReadonlyMap<string, Tensor>): readonly Uint8Array[] {
  return encodeSafetensors(parameters, new Map([['network', network.name]]));
}
