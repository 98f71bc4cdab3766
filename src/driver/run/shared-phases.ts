// Phases that a run takes from another one, which has trained the dense part of the same program (dense-part.ts): their
// files, their errors and their lines of metrics.jsonl, so that the run goes on as if it had trained them.

import { present } from '../../base/invariant.ts';
import type { Model } from '../../ir/network.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { planRun } from '../../train/plan.ts';
import type { EpochLine } from '../report/course.ts';
import { epochLines } from '../report/course.ts';
import type { Checkpoint } from './checkpoint-json.ts';
import { densePart } from './dense-part.ts';
import { countGroups, readPhaseParameters } from './phase.ts';
import type { Run } from './run-context.ts';
import { phaseFile, readRecorded, runFiles } from './run-files.ts';
import { appendMetrics, writeRunFile } from './run-folder.ts';
import { checkIdentity, identityOf } from './run-identity.ts';
import type { RunIdentity, RunInputs } from './run-identity.ts';
import { readState } from './run-reader.ts';

/** A run of the dense part, finished or not. */
export interface DenseRun {
  readonly folder: string;
  /** What it has to be. */
  readonly identity: RunIdentity;
  /** The first steps of its phases, by key. */
  readonly firstSteps: ReadonlyMap<string, number>;
}

/**
 * @param folder Of a run that has come to its first checkpoint at least.
 * @param samples That are trained on.
 */
export function denseRunOf(model: Model, folder: string, inputs: RunInputs, samples: number, ops: OpRegistry): DenseRun {
  const { model: dense, keys } = present(densePart(model, ops), 'dense part of the program');
  const { phases } = planRun(dense.train.phases, samples);
  return { folder, identity: identityOf(dense, dense.train, inputs), firstSteps: new Map(keys.map((key, index) => [key, present(phases[index], 'phase').firstStep])) };
}

export interface TakenPhase {
  /** The next phase's. */
  readonly state: Checkpoint;
  /** That the phase has taken where it was trained. */
  readonly seconds: number;
}

/**
 * Takes phase `state.phase`, of which no step is trained yet. Undefined where the other run has not come to its end.
 * Counts of groups by epoch are those of its last: without penalties a group becomes zero by accident alone.
 * Fails with `run/different`, `run/changed` and what else reading and writing a run can fail with.
 */
export async function takePhase(run: Run, state: Checkpoint, dense: DenseRun): Promise<TakenPhase | undefined> {
  const { folder, plan } = run;
  const { key, spec: { name }, firstStep, steps } = present(plan.phases[state.phase], 'phase');
  const { checkpoint: other } = readState(dense.folder);
  checkIdentity(dense.folder, other.identity, dense.identity);
  const file = phaseFile(key);
  const record = other.files[file];
  if (!record) return undefined;
  await writeRunFile(folder, file, [readRecorded(dense.folder, file, record)]);
  const taken: Checkpoint = { ...state, files: { ...state.files, [file]: record } };
  const parameters = readPhaseParameters(run, taken, state.phase);
  const groups = countGroups(run.groups, parameters);
  const all = epochLines(dense.folder, other);
  const lines = all.filter(({ phase }) => phase === name);
  const [begun, ended] = [all[all.findIndex(({ phase }) => phase === name) - 1]?.seconds ?? 0, lines.at(-1)?.seconds ?? 0];
  const seconds = Math.max(0, ended - begun);
  const shift = firstStep - present(dense.firstSteps.get(key), 'first step there');
  const shifted = lines.map((line): EpochLine => ({ ...line, step: line.step + shift, totalSteps: plan.totalSteps, groups, seconds: line.seconds - begun + run.seconds() }));
  const metrics = lines.length > 0 ? { [runFiles.metrics]: await appendMetrics(folder, state.files[runFiles.metrics], shifted.map((line) => `${JSON.stringify(line)}\n`).join('')) } : {};
  const [error = NaN, heldOut] = [other.error[name], other.heldOut[name]];
  run.options.onProgress?.({ kind: 'phase', phase: name, error, ...(heldOut !== undefined && { heldOut }) });
  const of = <T>(field: Readonly<Record<string, T>>): Readonly<Record<string, T>> => (name in field ? { [name]: present(field[name], name) } : {});
  return {
    seconds,
    state: {
      ...taken,
      phase: state.phase + 1,
      step: firstStep + steps,
      files: { ...taken.files, ...metrics },
      error: { ...state.error, ...of(other.error) },
      heldOut: { ...state.heldOut, ...of(other.heldOut) },
      stopped: { ...state.stopped, ...of(other.stopped) },
      kept: { ...state.kept, ...of(other.kept) },
    },
  };
}
