// The engine's one door to threads of Node: workers that run passes over shared memory. This file is both sides:
// `startThreads` in the main thread, and what a worker does when it is started on this file.

import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { DiagnosticError } from '../base/diagnostic.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import { present } from '../base/invariant.ts';
import { splitReaders } from './sample-reader.ts';
import { loadCode, runPass } from './thread.ts';
import type { SamplePass, PhaseCode, SharedState, ThreadCode } from './thread.ts';

export interface Threads {
  /** Resolves once every thread runs. Until then the shared memory must not grow: a thread takes over its size as it starts. */
  readonly started: Promise<void>;
  /** Gives the threads the code of a phase. */
  readonly load: (code: PhaseCode) => Promise<void>;
  /**
   * Runs a pass on the first `count` threads; resolves when all are through. Rejects when one of them fails, with a
   * DiagnosticError or by a bug of ours: the others may wait for it then, so all there is left to do is to close.
   */
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

/** That a command was carried out, or what the user has to know of why it was not. */
interface Answer {
  readonly fault?: readonly Diagnostic[];
}

export function startThreads(threads: number, shared: SharedState): Threads {
  const setup: Setup = { role, shared };
  const workers = Array.from({ length: threads }, () => new Worker(new URL(import.meta.url), { workerData: setup }));
  const failed = new Promise<never>((_, reject) => {
    for (const worker of workers) worker.on('error', reject);
  });
  // Seen by whoever waits for a command; until then it is nobody's.
  failed.catch(() => {});

  /** Resolves when each of them has answered once more. */
  const answered = async (asked: readonly Worker[]): Promise<void> => {
    const done = asked.map((worker) => new Promise<void>((resolve, reject) => void worker.once('message', ({ fault }: Answer) => (fault ? reject(new DiagnosticError(fault)) : resolve()))));
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
  const answer = (said: Answer): void => port.postMessage(said);
  // Closed as the thread ends.
  const readers = splitReaders(shared.data);
  let loaded: ThreadCode | undefined;
  const obey = (command: Command): void => {
    if (command.kind === 'load') {
      loaded = loadCode(command.code, shared);
      return;
    }
    const reader = readers.of(command.pass.split);
    runPass(command.pass, command.threads, present(loaded, 'code of a phase'), shared, reader);
    reader.check();
  };
  port.on('message', (command: Command) => {
    try {
      obey(command);
      answer({});
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      answer({ fault: error.diagnostics });
    }
  });
  answer({});
}

if (!isMainThread && isSetup(workerData)) serve(workerData);
