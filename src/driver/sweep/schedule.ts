// Which trainings run when. A run whose dense part is a run of its own begins once that one has come to the penalties, and
// is put aside where it needs a later phase of it that is not there yet. Dense parts come first, for others wait
// for them.

import type { Fault, Job, JobEnd, JobEvent, TrainJob } from './job.ts';

export type TaskState = 'waiting' | 'running' | 'finished' | 'failed' | 'interrupted';

export interface Task {
  /** Of the run. */
  readonly hash: string;
  readonly job: Job;
  /** Its dense part: another task, or a run that is finished. */
  readonly dense?: { readonly hash: string; readonly after: readonly string[] } | undefined;
}

export interface TaskProgress {
  readonly state: TaskState;
  /** Why it has failed, or was interrupted. */
  readonly faults?: readonly Fault[];
}

export interface ScheduleRequest {
  readonly workers: number;
  readonly train: TrainJob;
  readonly stop: AbortSignal;
  readonly onState: (task: Task, progress: TaskProgress) => void;
  readonly onEvent: (task: Task, event: JobEvent) => void;
}

/** A run whose worker is lost so many times is left as it is. */
const mostTries = 3;

interface Standing {
  state: TaskState;
  tries: number;
  /** Runs that share it can begin. */
  shareable: boolean;
  /** It goes on once its dense part has ended. */
  held: boolean;
  faults: readonly Fault[];
}

/** Trains all that can be trained. Rejects for bugs alone, when all that runs has ended. */
export async function runTasks(tasks: readonly Task[], { workers, train, stop, onState, onEvent }: ScheduleRequest): Promise<void> {
  const standings = new Map(tasks.map(({ hash }): [string, Standing] => [hash, { state: 'waiting', tries: 0, shareable: false, held: false, faults: [] }]));
  const standingOf = ({ hash }: Task): Standing => standings.get(hash) as Standing;
  const needed = new Map(tasks.flatMap(({ dense }) => (dense ? [[dense.hash, dense.after] as const] : [])));
  const queue = [...tasks.filter(({ hash }) => needed.has(hash)), ...tasks.filter(({ hash }) => !needed.has(hash))];
  const bugs: unknown[] = [];
  let running = 0;

  const settle = (task: Task, state: TaskState, faults: readonly Fault[] = []): void => {
    const standing = standingOf(task);
    Object.assign(standing, { state, faults });
    onState(task, { state, ...(faults.length > 0 && { faults }) });
    // Whoever goes on once it has been stopped goes on with its dense part.
    if (state !== 'failed' && (state !== 'interrupted' || stop.aborted)) return;
    for (const other of queue) if (other.dense?.hash === task.hash && standingOf(other).state === 'waiting') settle(other, state, faults);
  };

  const isReady = (task: Task): boolean => {
    const { state, held } = standingOf(task);
    if (state !== 'waiting') return false;
    const dense = task.dense && standings.get(task.dense.hash);
    return !dense || dense.state === 'finished' || (dense.shareable && !held);
  };

  const conclude = (task: Task, end: JobEnd): void => {
    const standing = standingOf(task);
    switch (end.kind) {
      case 'finished':
        return settle(task, 'finished');
      case 'failed':
        return settle(task, 'failed', end.faults);
      case 'waiting':
        standing.held = true;
        return settle(task, 'waiting');
      case 'stopped':
        return settle(task, stop.aborted ? 'interrupted' : 'waiting');
      case 'lost': {
        standing.tries++;
        if (stop.aborted) return settle(task, 'interrupted');
        if (standing.tries < mostTries) return settle(task, 'waiting');
        return settle(task, 'interrupted', [{ code: 'sweep/lost', message: `its worker was lost ${mostTries} times: ${end.why}`, help: 'the same command goes on with it; where memory is short, --workers with fewer takes less' }]);
      }
    }
  };

  await new Promise<void>((resolve) => {
    const fill = (): void => {
      if (stop.aborted || bugs.length > 0) return running === 0 ? resolve() : undefined;
      const ready = queue.filter(isReady).slice(0, workers - running);
      for (const task of ready) begin(task);
      if (running === 0) resolve();
    };
    const begin = (task: Task): void => {
      running++;
      settle(task, 'running');
      const after = needed.get(task.hash) ?? [];
      const hear = (event: JobEvent): void => {
        onEvent(task, event);
        // The end of a phase is told before the checkpoint that has it, a step of the next one after.
        if (event.kind === 'phase' || !after.includes(event.phase) || standingOf(task).shareable) return;
        standingOf(task).shareable = true;
        fill();
      };
      train(task.job, hear, stop)
        .then((end) => conclude(task, end), (error: unknown) => void bugs.push(error))
        .finally(() => {
          running--;
          fill();
        });
    };
    fill();
  });
  if (bugs.length > 0) throw bugs[0];
}
