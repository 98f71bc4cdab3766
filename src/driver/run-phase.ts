// One phase of a run: epochs of training steps, after each an evaluation on the held-out samples, at the end
// one on the test set.

import { fail } from '../base/diagnostic.ts';
import { present } from '../base/invariant.ts';
import { formatShape, sameShape } from '../base/tensor.ts';
import type { Tensor } from '../base/tensor.ts';
import { writeSafetensors } from '../engine/safetensors.ts';
import type { Model } from '../ir/network.ts';
import { alive, zeroGroupMasks } from '../sparsity/norms.ts';
import { positionOf } from '../train/plan.ts';
import { maskName } from '../train/training-graph.ts';
import { writeCheckpoint } from './run-checkpoint.ts';
import type { Checkpoint } from './run-checkpoint.ts';
import { paceOf } from './run-context.ts';
import type { Run } from './run-context.ts';
import { runDiagnostics } from './run-diagnostics.ts';
import { failDiverged, firstNotFinite } from './run-divergence.ts';
import { evaluateOn, trainEpoch } from './run-epoch.ts';
import type { EpochEvent } from './run-events.ts';
import { appendMetrics, writeRunFile } from './run-folder.ts';

/** Where a phase starts from. */
export type PhaseStart =
  /** Everything of a checkpoint within the phase. */
  | { readonly kind: 'stored'; readonly tensors: ReadonlyMap<string, Tensor> }
  /** Parameters alone: momentum starts from zero, and groups that are zero stay so in finetuning. */
  | { readonly kind: 'parameters'; readonly parameters: ReadonlyMap<string, Tensor> };

export type PhaseResult =
  | { readonly kind: 'finished'; readonly state: Checkpoint; readonly parameters: ReadonlyMap<string, Tensor> }
  | { readonly kind: 'interrupted'; readonly state: Checkpoint };

/** Runs phase `from.phase` from the step of the checkpoint on. The state it answers with is the next phase's. */
export async function runPhase(run: Run, from: Checkpoint, start: PhaseStart): Promise<PhaseResult> {
  const { plan, engine, options, folder } = run;
  const { firstStep, steps, stepsPerEpoch } = present(plan.phases[from.phase], 'phase');
  await enterPhase(run, from.phase, start);
  let state = from;
  const save = async (tensors: ReadonlyMap<string, Tensor>): Promise<void> => {
    state = { ...state, seconds: run.seconds() };
    await writeCheckpoint(folder, state, tensors);
  };
  await save(engine.read());

  while (state.step < firstStep + steps) {
    if (options.signal?.aborted) return { kind: 'interrupted', state };
    const { epoch, stepInEpoch } = positionOf(plan, state.step);
    const { done, loss, correct, diverged } = await trainEpoch(run, state.phase, epoch, stepInEpoch, state.sums);
    const step = state.step - stepInEpoch + done;
    const tensors = engine.read();
    if (diverged || firstNotFinite(run.model, tensors) !== undefined) await failDiverged(run, step);
    state = { ...state, step, sums: { loss, correct } };
    if (done === stepsPerEpoch) state = await closeEpoch(run, epoch, state, tensors);
    await save(tensors);
  }
  return { kind: 'finished', ...(await closePhase(run, state)) };
}

async function enterPhase({ engine, phases, groups, folder }: Run, phase: number, start: PhaseStart): Promise<void> {
  await engine.enter(phase);
  if (start.kind === 'stored') {
    for (const [name, { shape }] of engine.read()) {
      const found = start.tensors.get(name)?.shape;
      if (found && sameShape(found, shape)) continue;
      const help = 'start the run anew in another folder';
      fail(runDiagnostics.corrupt({ args: [`the checkpoint in ${folder}`, found ? `${name} ${formatShape(found)}` : `no ${name}`, `${name} ${formatShape(shape)}`], help }));
    }
    engine.write(start.tensors);
    return;
  }
  engine.write(start.parameters);
  const { masked } = present(phases[phase], 'phase');
  if (masked.size === 0) return;
  for (const [name, mask] of zeroGroupMasks(groups, start.parameters)) {
    const { shape } = present(start.parameters.get(name), name);
    engine.write(new Map([[maskName(name), { shape, data: Float32Array.from(mask) }]]));
  }
}

/** Judges by the held-out samples and writes a line of metrics. */
async function closeEpoch(run: Run, epoch: number, state: Checkpoint, tensors: ReadonlyMap<string, Tensor>): Promise<Checkpoint> {
  const { plan, data, groups, options, folder } = run;
  const { phase, step, sums } = state;
  const { spec, stepsPerEpoch } = present(plan.phases[phase], 'phase');
  const samples = stepsPerEpoch * spec.batch;
  const { heldOut: held } = data.division;
  const heldOut = held.length > 0 ? await evaluateOn(run, phase, 'training', held) : undefined;
  const event: EpochEvent = {
    kind: 'epoch',
    phase: spec.name,
    epoch: epoch + 1,
    epochs: spec.epochs,
    step,
    totalSteps: plan.totalSteps,
    rate: positionOf(plan, step - 1).rate,
    training: { loss: sums.loss / samples, error: (samples - sums.correct) / samples },
    ...(heldOut && { heldOut }),
    groups: groups.map((set) => ({ layer: set.penalty.layer, structure: set.penalty.structure, alive: alive(set, tensors).filter((flag) => flag === 1).length, total: set.count })),
    seconds: run.seconds(),
    secondsLeft: paceOf(run, step).secondsLeft,
  };
  options.onProgress?.(event);
  const { kind: _, secondsLeft: __, ...line } = event;
  const metricsBytes = await appendMetrics(folder, `${JSON.stringify(line)}\n`);
  return { ...state, sums: { loss: 0, correct: 0 }, metricsBytes };
}

/** Judges by the test set, once, and leaves the phase's parameters in the folder. */
async function closePhase(run: Run, state: Checkpoint): Promise<{ readonly state: Checkpoint; readonly parameters: ReadonlyMap<string, Tensor> }> {
  const { plan, data, engine, model, options, folder } = run;
  const { name } = present(plan.phases[state.phase], 'phase').spec;
  const { heldOut: held } = data.division;
  const { error } = await evaluateOn(run, state.phase, 'test', Uint32Array.from({ length: data.shared.test.count }, (_, i) => i));
  const heldOut = held.length > 0 ? (await evaluateOn(run, state.phase, 'training', held)).error : undefined;
  const parameters = parametersOf(model, engine.read());
  await writeRunFile(folder, `${name}.safetensors`, weightsFile(model, parameters));
  options.onProgress?.({ kind: 'phase', phase: name, error, ...(heldOut !== undefined && { heldOut }) });
  return {
    parameters,
    state: {
      ...state,
      phase: state.phase + 1,
      error: { ...state.error, [name]: error },
      heldOut: heldOut === undefined ? state.heldOut : { ...state.heldOut, [name]: heldOut },
    },
  };
}

function parametersOf({ network }: Model, tensors: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor> {
  return new Map(network.parameters.map(({ name }) => [name, present(tensors.get(name), name)]));
}

/** Parameters as a safetensors file: the same bytes for the same weights. */
export function weightsFile({ network }: Model, parameters: ReadonlyMap<string, Tensor>): Uint8Array {
  return writeSafetensors(parameters, new Map([['network', network.name]]));
}
