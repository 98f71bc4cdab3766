// Trains the jobs of a sweep by whoever takes them from a board. It asks, looks what has ended, and brings the runs into the sweep's
// folder. It can be killed at any moment: what it asks for is asked for by hash, and what came of it stays until it is here.

import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { DiagnosticError } from '../../../base/diagnostic.ts';
import { runFiles } from '../../run/run-files.ts';
import { faultsOf } from '../job.ts';
import type { Job, JobEnd, JobEvent } from '../job.ts';
import type { Training } from '../sweep.ts';
import type { Board, JobRequest, RunState, WorkerFacts } from './board.ts';
import { receive, send, snapshotOf, stepIn } from './transfer.ts';

/** In milliseconds. */
export interface LookPace {
  /** Between two looks at what has ended. */
  readonly look: number;
  /** Between two looks whether all that is waited for is still there. */
  readonly search: number;
}

const usualPace: LookPace = { look: 1000, search: 30_000 };
const firstSearch = 5000;
/** A server may be far away. */
const searchedAtOnce = 100;
/** Runs that are fetched at a time. */
const mostFetches = 4;

export interface QueueTraining extends Training {
  /** @param over Nothing more is wanted of the runs that were asked for. */
  readonly end: (over: boolean) => Promise<void>;
}

export interface QueueSweep {
  /** The folder of the sweep. */
  readonly out: string;
  /** What workers are told that it sweeps. */
  readonly file: string;
  /** Told what a person should know who waits. */
  readonly onNote: (note: string) => void;
  readonly pace?: LookPace | undefined;
}

interface Awaited {
  readonly job: Job;
  readonly request: JobRequest;
  readonly tell: (event: JobEvent) => void;
  readonly resolve: (end: JobEnd) => void;
  readonly reject: (error: unknown) => void;
  /** As text, so that none is told twice. */
  told: string;
  settling: boolean;
}

export function trainOverQueue(board: Board, { out, file, onNote, pace = usualPace }: QueueSweep): QueueTraining {
  const host = hostname();
  const sweep = createHash('sha256').update(JSON.stringify([host, resolve(out)])).digest('hex').slice(0, 16);
  const awaited = new Map<string, Awaited>();
  /** What nobody needs any more once the sweep has ended. */
  const wanted = new Map<string, JobRequest>();
  const finished = new Set<string>();
  const fetching = gate(mostFetches);
  let asked = 0;
  let after: string | undefined;
  let searched = 0;
  let timer: NodeJS.Timeout | undefined;

  const settle = async (each: Awaited, state: RunState): Promise<void> => {
    const { job, request, resolve: answer } = each;
    const { end } = state;
    if (!end || each.settling) return;
    each.settling = true;
    try {
      if (end.kind === 'finished' && !(await fetching(() => receive({ board, hash: job.hash, state, folder: job.out, dense: job.dense })))) {
        // Redis has lost a part of it.
        await board.forgetEnd(job.hash);
        each.settling = false;
        return await board.ask(request, sweep);
      }
      // Of a dense part, runs may still need what is there.
      if (end.kind === 'waiting' || end.kind === 'lost') await board.forgetEnd(job.hash);
      else if (job.part === 'whole') {
        await board.release(request, sweep);
        wanted.delete(job.hash);
      }
      if (end.kind === 'finished' || end.kind === 'failed') finished.add(job.hash);
      answer(end);
    } catch (error) {
      if (!(error instanceof DiagnosticError)) return each.reject(error);
      // What is whole stays where it is, for the next call.
      if (error.diagnostics.every(({ code }) => !code.startsWith('queue/'))) wanted.delete(job.hash);
      answer({ kind: 'failed', faults: faultsOf(error) });
    }
  };

  const settleAll = async (hashes: readonly string[]): Promise<void> => {
    for (const hash of hashes) {
      const each = awaited.get(hash);
      const state = each && (await board.stateOf(hash));
      if (each && state?.end) void settle(each, state);
    }
  };

  /** For what nobody tells of: news that were missed, jobs that are gone. */
  const search = async (): Promise<void> => {
    await board.admit(true);
    const searchOne = async (each: Awaited): Promise<void> => {
      const state = await board.stateOf(each.job.hash);
      if (state?.end) void settle(each, state);
      else if (!each.settling && awaited.has(each.job.hash) && !(await board.hasJob(each.request))) await board.ask(each.request, sweep);
    };
    const all = [...awaited.values()];
    for (let from = 0; from < all.length; from += searchedAtOnce) await Promise.all(all.slice(from, from + searchedAtOnce).map(searchOne));
    await board.tellSweep({ id: sweep, host, file, done: finished.size, total: asked });
    noteOf(await board.workers());
  };

  let noted: string | undefined;
  /** Said where nobody can take what is asked for. */
  const noteOf = (workers: readonly WorkerFacts[]): void => {
    const fingerprints = new Set([...awaited.values()].map(({ request }) => request.fingerprint));
    const missing = [...fingerprints].filter((each) => !workers.some(({ has }) => has.includes(each)));
    const lack = [...new Set(workers.filter(({ lacks }) => lacks.some((each) => missing.includes(each))).map((worker) => worker.host))];
    const note = missing.length === 0 ? undefined : workers.length === 0 ? 'no worker is there: start some by `ssl-compile worker` with the same --queue' : lack.length > 0 ? `no worker has the data; it is missing on ${lack.join(', ')}` : undefined;
    if (note !== undefined && note !== noted) onNote(note);
    noted = note;
  };

  const look = async (): Promise<void> => {
    const news = await board.news(after);
    ({ after } = news);
    await settleAll(news.hashes);
    for (const [hash, { event }] of await board.progress()) {
      const each = awaited.get(hash);
      const text = JSON.stringify(event);
      if (!each || each.told === text) continue;
      each.told = text;
      each.tell(event as JobEvent);
    }
    if (performance.now() - searched < pace.search) return;
    searched = performance.now();
    await search();
  };

  const rejectAll = (error: unknown): void => {
    for (const { reject } of awaited.values()) reject(error);
  };
  board.fatal.addEventListener('abort', () => rejectAll(board.fatal.reason), { once: true });

  const begin = async (): Promise<void> => {
    await board.admit(true);
    ({ after } = await board.news(undefined));
    // The first soon, for what is wrong from the beginning.
    searched = performance.now() - pace.search + Math.min(firstSearch, pace.search);
    const turn = (): void => {
      timer = setTimeout(() => void look().catch(rejectAll).finally(() => timer !== undefined && turn()), pace.look);
    };
    turn();
  };
  let begun: Promise<void> | undefined;

  /** What lies here of a run, where nothing is there of it. */
  const offer = async (request: JobRequest, folder: string): Promise<void> => {
    wanted.set(request.hash, request);
    await board.want(request, sweep);
    if (stepIn(folder) < 0 || (await board.stateOf(request.hash))) return;
    const snapshot = await snapshotOf(folder, request.hash);
    if (!snapshot) return;
    await send({ board, hash: request.hash, owner: `${sweep}-${request.hash}`, before: undefined }, snapshot, snapshot.files.has(runFiles.summary) ? { kind: 'finished' } : undefined);
  };

  const ask = async (each: Awaited): Promise<void> => {
    const { job: { hash, out: folder, dense: part }, request } = each;
    await (begun ??= begin());
    if (part) {
      const { dense: _, ...rest } = request;
      await offer({ ...rest, hash: part.hash, part: 'dense' }, part.out);
    }
    asked++;
    const state = await board.stateOf(hash);
    if (state?.end?.kind === 'waiting' || state?.end?.kind === 'lost') await board.forgetEnd(hash);
    // What is trained here already need not be trained again.
    await offer(request, folder);
    await board.ask(request, sweep);
    if (state?.end?.kind === 'finished' || state?.end?.kind === 'failed') return settle(each, state);
    if (asked === 1 || asked % 50 === 0) await board.tellSweep({ id: sweep, host, file, done: finished.size, total: asked });
  };

  return {
    most: Infinity,
    train: async (job, onEvent, stop) => {
      const request = requestOf(job);
      const stopped = new Promise<JobEnd>((stopNow) => {
        const tell = (): void => stopNow({ kind: 'stopped' });
        if (stop.aborted) tell();
        else stop.addEventListener('abort', tell, { once: true });
      });
      const ended = new Promise<JobEnd>((answer, reject) => {
        const each: Awaited = { job, request, tell: onEvent, resolve: answer, reject, told: '', settling: false };
        if (board.fatal.aborted) reject(board.fatal.reason);
        awaited.set(job.hash, each);
        ask(each).catch(reject);
      });
      try {
        return await Promise.race([stopped, ended]);
      } finally {
        awaited.delete(job.hash);
      }
    },
    end: async (over) => {
      clearTimeout(timer);
      timer = undefined;
      if (!over) return;
      for (const request of wanted.values()) await board.release(request, sweep);
      await board.leave(sweep);
    },
  };
}

function requestOf({ hash, what, part, main, imported, sparsity, fingerprint, dense }: Job): JobRequest {
  return { hash, what, part, main, imported, fingerprint, ...(sparsity !== undefined && { sparsity }), ...(dense && { dense: dense.hash }) };
}

/** Lets so many work at a time. */
function gate(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = most;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((go) => waiting.push(go));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}
