// The engine's one door to Node: worker threads that run passes over shared memory. This file is both sides:
// `startThreads` in the main thread, and what a worker does when it is started on this file.

import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { present } from '../base/invariant.ts';
import { loadCode, runPass } from './thread.ts';
import type { SamplePass, PhaseCode, SharedState, ThreadCode } from './thread.ts';

export interface Threads {
  /** Resolves once every thread runs. Until then the shared memory must not grow: a thread takes over its size as it starts. */
  readonly started: Promise<void>;
  /** Gives the threads the code of a phase. */
  readonly load: (code: PhaseCode) => Promise<void>;
  /** Runs a pass on the first `count` threads; resolves when all are through. Rejects when one of them fails: that is our bug. */
  readonly run: (pass: SamplePass, count: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Tells a worker of ours from one that another library started on a bundle of this file. */
const role = 'ssl-compile training thread';

interface Setup {
  readonly role: typeof role;
  readonly shared: SharedState;
}

type Command = { readonly kind: 'load'; readonly code: PhaseCode } | { readonly kind: 'run'; readonly pass: SamplePass; readonly threads: number };

export function startThreads(threads: number, shared: SharedState): Threads {
  const setup: Setup = { role, shared };
  const workers = Array.from({ length: threads }, () => new Worker(new URL(import.meta.url), { workerData: setup }));
  const failed = new Promise<never>((_, reject) => {
    for (const worker of workers) worker.on('error', reject);
  });
  // Seen by whoever waits for a command; until then it is nobody's.
  failed.catch(() => {});

  /** Resolves when each of them has said something once more. */
  const answered = async (asked: readonly Worker[]): Promise<void> => {
    const done = asked.map((worker) => new Promise<void>((resolve) => void worker.once('message', () => resolve())));
    await Promise.race([Promise.all(done), failed]);
  };
  const started = answered(workers);
  started.catch(() => {});
  const command = async (message: Command, asked: readonly Worker[]): Promise<void> => {
    await started;
    const done = answered(asked);
    for (const worker of asked) worker.postMessage(message);
    await done;
  };
  return {
    started,
    load: (code) => command({ kind: 'load', code }, workers),
    run: (pass, count) => command({ kind: 'run', pass, threads: count }, workers.slice(0, count)),
    close: async () => void (await Promise.all(workers.map((worker) => worker.terminate()))),
  };
}

function isSetup(data: unknown): data is Setup {
  return typeof data === 'object' && data !== null && 'role' in data && data.role === role;
}

function serve({ shared }: Setup): void {
  const port = present(parentPort, 'port of a worker');
  let loaded: ThreadCode | undefined;
  port.on('message', (command: Command) => {
    if (command.kind === 'load') loaded = loadCode(command.code, shared);
    else runPass(command.pass, command.threads, present(loaded, 'code of a phase'), shared);
    port.postMessage('done');
  });
  port.postMessage('started');
}

if (!isMainThread && isSetup(workerData)) serve(workerData);
