// How the sweeps of a queue stand, as anybody can see who reaches it.

import type { JobEvent } from '../job.ts';
import type { Board, SweepFacts, WorkerFacts } from './board.ts';

export interface QueueStatus {
  readonly queue: string;
  readonly sweeps: readonly SweepFacts[];
  readonly data: readonly DataStatus[];
  readonly workers: readonly WorkerFacts[];
  /** What is trained, by hash. */
  readonly training: readonly { readonly hash: string; readonly worker: string; readonly event: JobEvent }[];
}

export interface DataStatus {
  readonly fingerprint: string;
  /** Jobs that nobody has, and jobs that a worker has. */
  readonly waiting: number;
  readonly taken: number;
  /** Workers that have the data, and workers that looked for it in vain. */
  readonly here: number;
  readonly lacking: number;
}

/** Fails with `queue/version`. */
export async function readStatus(board: Board): Promise<QueueStatus> {
  const base = { queue: board.shown, workers: await board.workers() };
  if (!(await board.admit(false))) return { ...base, sweeps: [], data: [], training: [] };
  const data = [...(await board.counts())].map(([fingerprint, counts]): DataStatus => ({
    fingerprint,
    ...counts,
    here: base.workers.filter(({ has }) => has.includes(fingerprint)).length,
    lacking: base.workers.filter(({ lacks }) => lacks.includes(fingerprint)).length,
  }));
  const training = [...(await board.progress())].map(([hash, { event, worker }]) => ({ hash, worker, event: event as JobEvent }));
  return { ...base, sweeps: await board.sweeps(), data, training };
}
