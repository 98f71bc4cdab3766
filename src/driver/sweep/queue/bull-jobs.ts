// Jobs and their locks, by BullMQ: all that is done with it. There is a queue for each data, so that workers look only where they
// have what is needed, and jobs of other data wait there untouched.

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fail } from '../../../base/diagnostic.ts';
import type { JobRequest, TakenJob } from './board.ts';
import { queueDiagnostics } from './diagnostics.ts';
import type { BullJob, BullQueue, BullWorker, QueuePackages } from './packages.ts';
import type { RedisServer } from './redis-server.ts';

/** In milliseconds. */
export interface Pace {
  /** A lock that was not renewed for so long is gone. */
  readonly lock: number;
  /** Between two looks for jobs whose lock is gone. */
  readonly stalled: number;
}

const usualPace: Pace = { lock: 30_000, stalled: 15_000 };
/** A worker may be killed, and Redis restarted, often enough in the days of a sweep; a job that stalls more often kills its workers. */
const mostStalls = 20;

export interface BullJobs {
  readonly add: (request: JobRequest) => Promise<void>;
  readonly has: (request: JobRequest) => Promise<boolean>;
  readonly remove: (request: JobRequest) => Promise<void>;
  readonly take: (fingerprints: readonly string[]) => Promise<TakenJob | undefined>;
  /** Takes nothing any more but of these. @returns Keys that looking for jobs may have left since their queue went. */
  readonly narrow: (fingerprints: readonly string[]) => Promise<readonly string[]>;
  readonly counts: (fingerprint: string) => Promise<{ readonly waiting: number; readonly taken: number }>;
  /** Leaves nothing of the queue of a data. */
  readonly dissolve: (fingerprint: string) => Promise<void>;
  /** The key of the lock of a job. */
  readonly lockOf: (request: JobRequest) => string;
  readonly close: () => Promise<void>;
}

const hash = /^[\da-f]{16}$/;

/** A hash comes from elsewhere and becomes the name of a folder. @throws DiagnosticError `queue/damaged` */
function checkedRequest(data: unknown): JobRequest {
  const request = data as JobRequest;
  if (!hash.test(request.hash) || (request.dense !== undefined && !hash.test(request.dense))) fail(queueDiagnostics.damaged({ args: ['a job has no hash'] }));
  return request;
}

export function bullJobs({ client, patiently }: RedisServer, { Queue, Worker }: QueuePackages, prefix: string, pace: Pace = usualPace): BullJobs {
  const options = { connection: client, prefix, skipVersionCheck: true };
  const queues = new Map<string, BullQueue>();
  const workers = new Map<string, BullWorker>();
  const nameOf = (fingerprint: string): string => `jobs-${fingerprint.slice(0, 16)}`;
  const queueOf = (fingerprint: string): BullQueue => {
    const name = nameOf(fingerprint);
    const queue = queues.get(name) ?? new Queue(name, options);
    // What fails says so where it is called.
    if (!queues.has(name)) queue.on('error', () => {});
    queues.set(name, queue);
    return queue;
  };
  const workerOf = async (fingerprint: string): Promise<BullWorker> => {
    const name = nameOf(fingerprint);
    const known = workers.get(name);
    if (known) return known;
    const worker = new Worker(name, null, { ...options, autorun: false, lockDuration: pace.lock, stalledInterval: pace.stalled, maxStalledCount: mostStalls });
    worker.on('error', () => {});
    workers.set(name, worker);
    await worker.startStalledCheckTimer();
    return worker;
  };
  /** BullMQ takes no id that is a number, and a hash may have digits alone. */
  const idOf = ({ hash }: JobRequest): string => `run-${hash}`;
  const jobOf = ({ fingerprint }: JobRequest, id: string): Promise<BullJob | undefined> => patiently(() => queueOf(fingerprint).getJob(id));
  const unlessLost = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await patiently(work);
    } catch {
      // Its lock is gone, and with it the job.
    }
  };
  const takenOf = (job: BullJob, token: string): TakenJob => ({
    request: checkedRequest(job.data),
    token,
    givenUp: job.deferredFailure,
    renew: async () => {
      try {
        return (await patiently(() => job.extendLock(token, pace.lock))) === 1;
      } catch {
        return false;
      }
    },
    // Once what came of it is committed, whoever takes it again finds that.
    complete: () => unlessLost(() => job.moveToCompleted(null, token, false)),
    putBack: () => unlessLost(() => job.moveToWait(token)),
  });
  let turn = 0;
  return {
    add: async (request) => void (await patiently(() => queueOf(request.fingerprint).add('train', request, { jobId: idOf(request), removeOnComplete: true, removeOnFail: true }))),
    has: async (request) => (await jobOf(request, idOf(request))) !== undefined,
    remove: async (request) => {
      const job = await jobOf(request, idOf(request));
      // One that is locked ends by itself: what comes of it is not taken.
      await job?.remove().catch(() => {});
    },
    take: async (fingerprints) => {
      for (const _ of fingerprints) {
        const fingerprint = fingerprints[turn++ % fingerprints.length] ?? '';
        const worker = await workerOf(fingerprint);
        const token = randomUUID();
        const job = await patiently(() => worker.getNextJob(token, { block: false }));
        if (job) return takenOf(job, token);
      }
      return undefined;
    },
    narrow: async (fingerprints) => {
      const names = fingerprints.map(nameOf);
      const left = [...workers].filter(([name]) => !names.includes(name));
      for (const [name, worker] of left) {
        workers.delete(name);
        await worker.close(true);
      }
      return left.flatMap(([name]) => ['meta', 'events', 'stalled-check'].map((type) => `${prefix}:${name}:${type}`));
    },
    counts: async (fingerprint) => {
      const { wait = 0, paused = 0, delayed = 0, active = 0 } = await patiently(() => queueOf(fingerprint).getJobCounts('wait', 'paused', 'delayed', 'active'));
      return { waiting: wait + paused + delayed, taken: active };
    },
    dissolve: (fingerprint) => queueOf(fingerprint).obliterate({ force: true }).catch(() => {}),
    lockOf: (request) => `${queueOf(request.fingerprint).toKey(idOf(request))}:lock`,
    close: async () => {
      const closing = [...[...workers.values()].map((worker) => worker.close(true)), ...[...queues.values()].map((queue) => queue.close())];
      await Promise.race([Promise.allSettled(closing), sleep(1000)]);
    },
  };
}
