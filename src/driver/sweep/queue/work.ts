// A worker: takes jobs whose data is on this machine, trains each in a process of its own, and sends what comes of it.

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { trainInProcess } from '../worker.ts';
import type { JobEnd, TrainJob } from '../job.ts';
import type { Board, JobRequest, TakenJob } from './board.ts';
import { findData } from './data-process.ts';
import type { DataFinding } from './data-process.ts';
import { trainTaken } from './train-taken.ts';

/** In milliseconds. */
export interface WorkPace {
  /** Between two looks for a job, where there was none. */
  readonly idle: number;
  /** Between two looks at what is asked for, and two signs of life. */
  readonly beat: number;
  /** Between two renewals of a lock. */
  readonly renew: number;
  /** Between two checkpoints that are sent. */
  readonly checkpoint: number;
}

export const usualWorkPace: WorkPace = { idle: 1000, beat: 5000, renew: 10_000, checkpoint: 120_000 };
/** Data that is not here is looked for again after so long, or so many times as long as looking took. */
const again = { milliseconds: 60_000, times: 20 } as const;
/** What is left to be sent when a worker is stopped has so long. */
const farewell = 20_000;

export type WorkEvent =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'data'; readonly finding: DataFinding; readonly fingerprint: string }
  | { readonly kind: 'begin'; readonly request: JobRequest }
  | { readonly kind: 'end'; readonly request: JobRequest; readonly how: JobEnd['kind'] | 'lock lost' | 'unwanted' };

export interface WorkOptions {
  /** Trainings at a time, each on one thread. */
  readonly workers: number;
  /** Where data sets are looked for first. */
  readonly data?: string | undefined;
  /** Of its own, for runs that are under way. */
  readonly folder: string;
  readonly onEvent: (event: WorkEvent) => void;
  readonly signal: AbortSignal;
  readonly pace?: WorkPace | undefined;
  readonly train?: TrainJob | undefined;
  readonly find?: typeof findData | undefined;
}

/** Works until it is stopped. @returns How many runs it has trained to their end. Fails with what makes this machine unfit. */
export async function work(board: Board, { workers, data, folder, onEvent, signal, pace = usualWorkPace, train = trainInProcess, find = findData }: WorkOptions): Promise<number> {
  const id = `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;
  const fault = new AbortController();
  const stop = AbortSignal.any([signal, fault.signal, board.fatal]);
  const here = dataHere((request) => find(request, data), onEvent);
  /** By token. */
  const running = new Map<string, { readonly hash: string; readonly training: Promise<void> }>();
  const fetching = new Map<string, Promise<boolean>>();
  let trained = 0;
  let beaten = -Infinity;
  let isThere = false;
  let saidWaiting = false;

  const beat = async (): Promise<void> => {
    beaten = performance.now();
    isThere = await board.admit(false);
    if (!isThere) await board.take([]);
    if (!isThere && !saidWaiting) onEvent({ kind: 'waiting' });
    saidWaiting = !isThere;
    if (isThere) here.look(await board.dataAsked());
    const { has, lacks } = here.known();
    await board.tellWorker({ id, host: hostname(), pid: process.pid, training: [...running.values()].map(({ hash }) => hash), has, lacks });
  };

  /** @param before Trainings of the same run, whose lock is gone: they are about to leave its folder. */
  const trainOne = async (taken: TakenJob, before: readonly Promise<void>[]): Promise<void> => {
    const { request } = taken;
    await Promise.all(before);
    onEvent({ kind: 'begin', request });
    try {
      const { how, fault: found } = await trainTaken(taken, { board, id, folder, data, stop, pace, train, fetching });
      onEvent({ kind: 'end', request, how });
      if (how === 'finished') trained++;
      // Whatever else it took would go the same way.
      if (found !== undefined) fault.abort(found);
    } catch (error) {
      fault.abort(error);
    } finally {
      running.delete(taken.token);
    }
  };

  const begin = (taken: TakenJob): void => {
    const { hash } = taken.request;
    const before = [...running.values()].filter((each) => each.hash === hash).map(({ training }) => training);
    running.set(taken.token, { hash, training: trainOne(taken, before) });
  };

  const loop = async (): Promise<void> => {
    while (!stop.aborted) {
      if (performance.now() - beaten >= pace.beat) await beat();
      const { has } = here.known();
      const taken = isThere && running.size < workers && has.length > 0 ? await board.take(has) : undefined;
      if (taken && stop.aborted) await taken.putBack();
      else if (taken) begin(taken);
      else await sleep(pace.idle, undefined, { signal: stop }).catch(() => {});
    }
  };

  const looping = loop().catch((error: unknown) => fault.abort(error));
  if (!stop.aborted) await once(stop, 'abort');
  // Where Redis is away, nothing of this comes to an end; what is not put back goes back when its lock has run out.
  const parting = async (): Promise<void> => {
    await looping;
    await Promise.all([...running.values()].map(({ training }) => training));
    await board.forgetWorker(id);
  };
  await Promise.race([parting(), sleep(farewell, undefined, { ref: false })]);
  if (board.fatal.aborted) throw board.fatal.reason as Error;
  if (fault.signal.aborted && !signal.aborted) throw fault.signal.reason as Error;
  return trained;
}

interface DataHere {
  /** Starts to look for what is not known yet. */
  readonly look: (asked: readonly JobRequest[]) => void;
  readonly known: () => { readonly has: readonly string[]; readonly lacks: readonly string[] };
}

/** Looks for one data after the other. */
function dataHere(find: (request: JobRequest) => Promise<DataFinding>, onEvent: WorkOptions['onEvent']): DataHere {
  const found = new Map<string, { readonly finding: DataFinding; readonly next: number }>();
  let asked: readonly JobRequest[] = [];
  let isLooking = false;
  const lookOn = async (): Promise<void> => {
    for (;;) {
      const request = asked.find(({ fingerprint }) => (found.get(fingerprint)?.next ?? -Infinity) <= performance.now());
      if (!request) return;
      const { fingerprint } = request;
      const begun = performance.now();
      const finding = await find(request);
      const ended = performance.now();
      const before = found.get(fingerprint)?.finding;
      const next = finding.why === undefined ? Infinity : ended + Math.max(again.milliseconds, again.times * (ended - begun));
      found.set(fingerprint, { finding, next });
      if (!before || before.why !== finding.why) onEvent({ kind: 'data', finding, fingerprint });
    }
  };
  return {
    look: (now) => {
      asked = now;
      if (isLooking) return;
      isLooking = true;
      void lookOn().finally(() => (isLooking = false));
    },
    known: () => {
      const wanted = asked.map(({ fingerprint }) => fingerprint);
      const of = (here: boolean): readonly string[] => wanted.filter((each) => found.has(each) && (found.get(each)?.finding.why === undefined) === here);
      return { has: of(true), lacks: of(false) };
    },
  };
}
