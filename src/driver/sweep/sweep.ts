// Trains a program for all combinations of values, each as a run of its own, by worker processes. Whatever kills it, the
// same call goes on: runs are found again by what they are.

import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { fail } from '../../base/diagnostic.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import { present } from '../../base/invariant.ts';
import { sweepPicture } from '../../report/sweep-picture.ts';
import { taskPart } from '../../train/tasks/index.ts';
import { lostError } from '../../train/tasks/task.ts';
import { writeFilesAtomically } from '../files/write-files.ts';
import type { RunLock } from '../lock/run-lock.ts';
import { runDiagnostics } from '../run/run-diagnostics.ts';
import { dataPart } from '../run/run-identity.ts';
import { combinationText } from './combinations.ts';
import type { Combination } from './combinations.ts';
import type { Job, JobEvent, TrainJob } from './job.ts';
import { meansOverSeeds } from './means.ts';
import { readResult, withFront } from './results.ts';
import type { SweepOutcome, SweepRun } from './results.ts';
import { runTasks } from './schedule.ts';
import type { Task } from './schedule.ts';
import { denseFolder, examineFolder, examineRun, lockFolder, runFolder, sweepFiles, writeRecord } from './sweep-folder.ts';
import { planSweep, throwAll } from './sweep-plan.ts';
import type { PlannedRun, PlannedTraining, SweepPlan, SweepProgram } from './sweep-plan.ts';
import { trainInProcess } from './worker.ts';

export interface SweepOptions extends SweepProgram, PlanOptions {}

/** How the runs of a plan are trained. */
export interface PlanOptions extends Pick<SweepProgram, 'file' | 'sparsity' | 'search'> {
  readonly out: string;
  /** Worker processes at most, each on one thread: as many as the machine has cores unless given. */
  readonly workers?: number | undefined;
  readonly onProgress?: ((event: SweepEvent) => void) | undefined;
  /** Stops the workers, each after a checkpoint. */
  readonly signal?: AbortSignal | undefined;
  /** Called when much memory has just been let go, for a process that can collect it. */
  readonly tidy?: (() => void) | undefined;
}

export type SweepEvent =
  /** All is checked, nothing is trained yet. */
  | { readonly kind: 'begin'; readonly runs: readonly SweepRun[]; readonly warnings: readonly Diagnostic[] }
  /** What a worker trains has come on: a run, or a dense part. */
  | { readonly kind: 'training'; readonly hash: string; readonly what: string; readonly event: JobEvent }
  /** A worker has begun, or ended. */
  | { readonly kind: 'working'; readonly hash: string; readonly working: boolean }
  /** It has come to its end, has failed, or is left alone. */
  | { readonly kind: 'run'; readonly run: SweepRun };

/** Where runs are trained. */
export interface Training {
  readonly train: TrainJob;
  /** Runs that it takes at a time. */
  readonly most: number;
}

const here: Training = { train: trainInProcess, most: availableParallelism() };

/** Fails with `sweep/*`, `run/*` and what checking and data fail with, before anything is written. */
export async function sweep(options: SweepOptions, training: Training = here): Promise<SweepOutcome> {
  const { runs, interrupted, drawn: picture } = await trainPlan(await planSweep(options), options, (found) => drawPicture(options.file, options.out, found), training);
  return { runs, means: meansOverSeeds(runs), ...(picture !== undefined && { picture }), interrupted };
}

export interface TrainedPlan<Drawn> extends Pick<SweepOutcome, 'runs' | 'interrupted'> {
  readonly drawn: Drawn;
}

/**
 * Trains what of a plan is not trained yet. Fails with `sweep/*` and `run/*`, before anything is written.
 * @param draw What to make of the runs in the end, while nobody else has the folder.
 */
export async function trainPlan<Drawn>(plan: SweepPlan, options: PlanOptions, draw: (runs: readonly SweepRun[]) => Drawn, training: Training = here): Promise<TrainedPlan<Drawn>> {
  const { out, tidy } = options;
  tidy?.();
  examineFolder(out);
  const finished = examineRuns(out, plan);
  const lock = await lockFolder(out);
  try {
    // Once more: whoever had the lock before may just have ended. What it has trained is found by whoever goes on with it.
    const outcome = await trainLocked(plan, { diverged: examineFolder(out), finished, lock }, options, training);
    if (lock.lost.aborted) fail(runDiagnostics['lock-lost']({ args: [out], help: 'see who sweeps there, then call the same again' }));
    return { ...outcome, drawn: draw(outcome.runs) };
  } finally {
    await lock.release();
  }
}

/** Hashes of what has been trained to its end. @throws DiagnosticError where a folder holds another run */
function examineRuns(out: string, { runs }: SweepPlan): ReadonlySet<string> {
  const trainings = new Map<string, PlannedTraining>();
  for (const run of runs) {
    trainings.set(runFolder(out, run), run);
    if (run.dense) trainings.set(denseFolder(out, run.dense), run.dense);
  }
  const found = [...trainings].map(([folder, training]) => ({ hash: training.hash, finding: examineRun(folder, training) }));
  throwAll(found.flatMap(({ finding }) => (typeof finding === 'boolean' ? [] : finding)));
  return new Set(found.flatMap(({ hash, finding }) => (finding === true ? [hash] : [])));
}

interface Found {
  readonly diverged: ReturnType<typeof examineFolder>;
  readonly finished: ReadonlySet<string>;
  readonly lock: RunLock;
}

async function trainLocked({ runs: planned, warnings }: SweepPlan, { diverged: before, finished, lock }: Found, options: PlanOptions, { train, most }: Training): Promise<Pick<SweepOutcome, 'runs' | 'interrupted'>> {
  const { file, out, workers = most, signal, onProgress } = options;
  const diverged = { ...before };
  const runs = new Map(planned.map((run): [string, SweepRun] => [run.hash, standingOf(run, out, finished, before)]));
  const listed = (): readonly SweepRun[] => withFront([...runs.values()]);
  const write = (): void => writeRecord(out, { file, runs: listed(), diverged });
  write();
  onProgress?.({ kind: 'begin', runs: listed(), warnings });

  const names = namesOf(planned);
  const tasks = tasksOf(planned.filter(({ hash }) => runs.get(hash)?.state === 'waiting'), finished, names, options);
  const stop = AbortSignal.any([lock.lost, ...(signal ? [signal] : [])]);
  await runTasks(tasks, {
    workers: Math.min(workers, most),
    train,
    stop,
    onEvent: ({ hash }, event) => onProgress?.({ kind: 'training', hash, what: names.get(hash) ?? hash, event }),
    onState: ({ hash }, { state, faults }) => {
      onProgress?.({ kind: 'working', hash, working: state === 'running' });
      if (state === 'failed' && faults?.some(({ code }) => code === 'train/diverged')) diverged[hash] = faults;
      const run = runs.get(hash);
      if (!run) return;
      const result = state === 'finished' ? readResult(run.run) : undefined;
      const { faults: _, ...rest } = run;
      const now: SweepRun = { ...rest, state, ...(faults && { faults }), ...(result && { result }) };
      runs.set(hash, now);
      // Whoever reads the file cannot know whether one that has begun still runs.
      if (state !== 'running') write();
      if (state === 'finished' || faults) onProgress?.({ kind: 'run', run: now });
    },
  });
  return { runs: listed(), interrupted: stop.aborted };
}

function standingOf(run: PlannedRun, out: string, finished: ReadonlySet<string>, diverged: Found['diverged']): SweepRun {
  const { hash, values, dense } = run;
  const folder = runFolder(out, run);
  const faults = diverged[hash] ?? (dense && diverged[dense.hash]);
  const result = finished.has(hash) ? readResult(folder) : undefined;
  const base = { values, hash, run: folder };
  if (result) return { ...base, state: 'finished', result };
  return faults ? { ...base, state: 'failed', faults } : { ...base, state: 'waiting' };
}

/** What is left to train: dense parts too, where a run needs one that is not finished. */
function tasksOf(planned: readonly PlannedRun[], finished: ReadonlySet<string>, names: ReadonlyMap<string, string>, options: PlanOptions): readonly Task[] {
  const { out, sparsity, search } = options;
  const jobOf = ({ hash, identity, sources: { main, imported } }: PlannedTraining, place: Pick<Job, 'out' | 'part' | 'dense'>): Job => ({
    ...place,
    hash,
    what: names.get(hash) ?? hash,
    main,
    imported: [...imported],
    sparsity,
    fingerprint: present(identity[dataPart], 'data of a run'),
    data: search.directory,
  });
  const dense = new Map(planned.flatMap((run) => (run.dense && !finished.has(run.dense.hash) ? [[run.dense.hash, run.dense] as const] : [])));
  return [
    ...[...dense.values()].map((part): Task => ({ hash: part.hash, job: jobOf(part, { out: denseFolder(out, part), part: 'dense' }) })),
    ...planned.map((run): Task => ({ hash: run.hash, job: jobOf(run, { out: runFolder(out, run), part: 'whole', dense: run.dense && { hash: run.dense.hash, out: denseFolder(out, run.dense) } }), dense: run.dense })),
  ];
}

/** Of runs by their values; of a dense part by those that all who share it have in common. */
function namesOf(planned: readonly PlannedRun[]): ReadonlyMap<string, string> {
  const names = new Map(planned.map(({ hash, values }) => [hash, combinationText(values)]));
  for (const { dense } of planned) {
    if (!dense || names.has(dense.hash)) continue;
    const sharing = planned.filter((run) => run.dense?.hash === dense.hash).map(({ values }) => values);
    const common = commonValues(sharing);
    names.set(dense.hash, ['dense', ...(common === '' ? [] : [common])].join(', '));
  }
  return names;
}

function commonValues([first = {}, ...rest]: readonly Combination[]): string {
  return combinationText(Object.fromEntries(Object.entries(first).filter(([name, value]) => rest.every((other) => other[name] === value))));
}

/** Its path. */
function drawPicture(file: string, out: string, runs: readonly SweepRun[]): string | undefined {
  const points = runs.flatMap(({ values, result, pareto }) => (result?.heldOut === undefined || result.heldOut >= lostError ? [] : [{ name: combinationText(values), macs: result.macs, error: result.heldOut, front: pareto === true }]));
  if (points.length === 0) return undefined;
  writeFilesAtomically(out, [{ name: sweepFiles.picture, bytes: new TextEncoder().encode(sweepPicture({ ...taskPart(runs.find(({ result }) => result)?.result), title: basename(file), points })) }]);
  return join(out, sweepFiles.picture);
}
