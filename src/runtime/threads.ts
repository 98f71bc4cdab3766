// Threads of an emitted module: workers that share its memory and take the tasks of its stages together, while the
// thread that has loaded it only starts a run and hears of its end. Part of emitted modules; `serveThread` is what the
// file of the workers does.
//
//   load     workers start, each with an instance of the code over the shared memory, and say so
//   run      word 48 counts up and wakes them; a barrier between stages; who ends last says that all is done
//   fault    whatever happens to one of them ends all: what waits for them rejects, and what comes later

import { arrivesLast, barrier, takeTask } from './barrier.ts';
import { bytesOf, checkBuild, describeBytes } from './files.ts';
import type { FoundFile } from './files.ts';
import { placeNumbers, placeWeights } from './net.ts';
import { kindOf, numberAt } from './numbers.ts';
import { listsOf, placesOf, portsOf, takeLists } from './ports.ts';
import type { Answer, Given, Into, NamedFacts, NamedPlan } from './ports.ts';
import { worthwhileThreads } from './thread-count.ts';
import type { StageWork } from './thread-count.ts';
import { buildOf, hasRelaxedSimd, relaxedVersion } from './wasm.ts';
import type { ByteRange, StartedWasm } from './wasm.ts';

/** A network whose runs are answered by promises: one after another, in the order in which they were asked for. */
export interface ThreadedNet<Gives = ArrayLike<number>, Gets = Float32Array> extends NamedFacts {
  readonly run: (given: Gives, into?: Gets) => Promise<Gets>;
  readonly close: () => void;
}

/** The shared version of a module: how it comes out of the file, and the memory that it imports. */
export interface SharedCode {
  readonly strict: readonly ByteRange[];
  readonly relaxed: readonly ByteRange[];
  /** Of 64 KiB. */
  readonly pages: number;
  /** Weights that the file holds: bytes `from`..`from + length` of it, to byte `to` of memory. */
  readonly data: readonly (readonly [to: number, from: number, length: number])[];
}

export interface StartedThreads {
  readonly memory: ArrayBufferLike;
  readonly compute: () => Promise<void>;
  readonly runs: StartedWasm['runs'];
  readonly close: () => void;
}

/** What a worker is told. */
interface ThreadSetup {
  readonly code: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly threads: number;
  /** Tasks by stage. */
  readonly stages: readonly number[];
}

/** What a worker says: the build of its file when it is ready, that a run is done, or what has gone wrong. */
type ThreadMessage = { readonly ready: string } | { readonly done: true } | { readonly failed: string };

/** A worker of a page, Deno or Bun, or one of Node. */
interface AnyWorker {
  readonly postMessage: (message: ThreadSetup) => void;
  readonly terminate: () => unknown;
  readonly on?: (event: string, listener: (value: unknown) => void) => unknown;
  readonly ref?: () => void;
  readonly unref?: () => void;
  readonly addEventListener?: (event: string, listener: (event: { readonly data?: unknown; readonly message?: string; readonly preventDefault: () => void }) => void) => void;
}

/**
 * How many threads a network is to run on: as many as the caller of `load` allows, or fewer, where waiting for each other
 * would take longer than they save. Throws a TypeError or a RangeError where what it says is no number of threads.
 */
export function threadsFor(options: Readonly<Record<string, unknown>>, stages: readonly StageWork[]): number {
  const threads = options['threads'] ?? 1;
  const expected = 'load({ threads }): expected an integer from 1 to 64, found';
  if (typeof threads !== 'number') throw new TypeError(`${expected} ${kindOf(threads)}`);
  if (!Number.isInteger(threads) || threads < 1 || threads > 64) throw new RangeError(`${expected} ${threads}`);
  return worthwhileThreads(stages, threads);
}

/** Throws where memory cannot be shared with workers. */
export function checkShared(): void {
  const { crossOriginIsolated } = globalThis as { readonly crossOriginIsolated?: boolean };
  if (typeof SharedArrayBuffer === 'function' && crossOriginIsolated !== false) return;
  throw new Error('load({ threads }): this page cannot share memory with workers. Serve it with the headers "Cross-Origin-Opener-Policy: same-origin" and "Cross-Origin-Embedder-Policy: require-corp", or load it on one thread');
}

/** Compiles the code for a shared memory and starts it in workers. The relaxed version as in `startWasm`. */
export async function startThreads({ content, from }: FoundFile, build: string, relax: boolean, { strict, relaxed, pages, data }: SharedCode, stages: readonly StageWork[], threads: number, startWorker: () => Promise<AnyWorker>): Promise<StartedThreads> {
  if (kindOf(content) === 'WebAssembly.Module') throw new TypeError(`${from}: a compiled module runs on one thread. For several give the bytes of the file`);
  checkShared();
  const file = bytesOf(content as ArrayBuffer);
  const compile = (ranges: readonly ByteRange[]): Promise<WebAssembly.Module> => WebAssembly.compile(relaxedVersion(file, ranges));
  const compileStrict = (): Promise<WebAssembly.Module> =>
    compile(strict).catch(async (error: Error) => {
      // Cut out of the file of another build it is seldom code, but the file is.
      const whole = await WebAssembly.compile(file).catch(() => undefined);
      if (whole) checkBuild(buildOf(whole), build, from);
      throw new Error(`${from}: ${describeBytes(file)}. ${error.message}`, { cause: error });
    });
  const inRelaxed = relax && hasRelaxedSimd() ? await compile(relaxed).catch(() => undefined) : undefined;
  const code = inRelaxed ?? (await compileStrict());
  checkBuild(buildOf(code), build, from);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  placeWeights(memory.buffer, file, data);
  const words = new Int32Array(new SharedArrayBuffer(256));
  const pool = startPool({ code, memory, words, threads, stages: stages.map(({ tasks }) => tasks) }, build, await startAll(threads, startWorker));
  await pool.started;
  const compute = (): Promise<void> =>
    pool.until(() => {
      Atomics.add(words, 48, 1);
      Atomics.notify(words, 48);
    });
  return { memory: memory.buffer, compute, runs: inRelaxed ? 'relaxed' : 'strict', close: () => pool.end(new Error('the network is closed')) };
}

/** All of them or none: where one does not start, those that did are ended. */
async function startAll(threads: number, startWorker: () => Promise<AnyWorker>): Promise<readonly AnyWorker[]> {
  const begun = await Promise.allSettled(Array.from({ length: threads }, startWorker));
  const workers = begun.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const failed = begun.find((each) => each.status === 'rejected');
  if (!failed) return workers;
  for (const worker of workers) worker.terminate();
  throw failed.reason;
}

interface Pool {
  readonly started: Promise<void>;
  /** Resolves when the workers have said that they are done with what `begin` begins; rejects when one of them cannot. */
  readonly until: (begin: () => void) => Promise<void>;
  readonly end: (reason: Error) => void;
}

/** Workers that live and die together. */
function startPool(setup: ThreadSetup, build: string, workers: readonly AnyWorker[]): Pool {
  let ready = 0;
  let over: Error | undefined;
  let waiting: { readonly resolve: () => void; readonly reject: (reason: Error) => void } | undefined;
  const end = (reason: Error): void => {
    if (over) return;
    over = reason;
    for (const worker of workers) worker.terminate();
    waiting?.reject(reason);
  };
  const broken = (reason: unknown): void => end(new Error(`a thread has ended: ${reason instanceof Error ? reason.message : String(reason)}. Load the network again`, { cause: reason }));
  const heard = (message: unknown): void => {
    const said = message as ThreadMessage;
    if ('failed' in said) return broken(said.failed);
    if ('done' in said) return waiting?.resolve();
    try {
      checkBuild(said.ready, build, 'the file of the workers');
    } catch (error) {
      return end(error as Error);
    }
    if (++ready === workers.length) waiting?.resolve();
  };
  const until = async (begin: () => void): Promise<void> => {
    // Only who waits for workers keeps a process of Node from ending.
    for (const worker of workers) worker.ref?.();
    try {
      await new Promise<void>((resolve, reject) => {
        waiting = { resolve, reject };
        if (over) reject(over);
        else begin();
      });
    } finally {
      for (const worker of workers) worker.unref?.();
    }
  };
  for (const worker of workers) {
    if (worker.on) {
      worker.on('message', heard);
      worker.on('error', broken);
      worker.on('exit', (code) => broken(`exit code ${String(code)}`));
    } else {
      worker.addEventListener?.('message', ({ data }) => heard(data));
      worker.addEventListener?.('messageerror', () => broken('a message that cannot be read'));
      worker.addEventListener?.('error', (event) => {
        event.preventDefault();
        broken(event.message || 'its file cannot be loaded');
      });
    }
  }
  const started = until(() => {
    for (const worker of workers) worker.postMessage(setup);
  });
  return { started, until, end };
}

/** What a worker does: waits for the code, and takes its share of the tasks of every run. @param build The build of its file. */
export async function serveThread(build: string, importNode: (name: string) => Promise<unknown>): Promise<void> {
  const serve = ({ code, memory, words, threads, stages }: ThreadSetup, say: (message: ThreadMessage) => void): void => {
    try {
      const { exports } = new WebAssembly.Instance(code, { ssl: { memory } });
      const runTask = exports['run_stage'] as (stage: number, task: number) => void;
      say({ ready: build });
      for (let runs = 0; ; runs = (runs + 1) | 0) {
        while (Atomics.load(words, 48) === runs) Atomics.wait(words, 48, runs);
        for (const [stage, tasks] of stages.entries()) {
          for (let task = takeTask(words); task < tasks; task = takeTask(words)) runTask(stage, task);
          if (stage < stages.length - 1) barrier(words, threads);
        }
        // Nobody waits for the others: they make room for the thread that has asked.
        if (arrivesLast(words, threads)) say({ done: true });
      }
    } catch (error) {
      say({ failed: String(error) });
    }
  };
  if (typeof postMessage === 'function') {
    addEventListener('message', ({ data }) => serve(data as ThreadSetup, (message) => postMessage(message)));
    return;
  }
  const { parentPort } = (await importNode('node:worker_threads')) as { readonly parentPort: NodePort };
  parentPort.once('message', (setup) => serve(setup, (message) => parentPort.postMessage(message)));
}

/** What a worker of Node speaks through. */
interface NodePort {
  readonly once: (event: 'message', listener: (setup: ThreadSetup) => void) => void;
  readonly postMessage: (message: ThreadMessage) => void;
}

/** A network on one thread, as one on several has it: no run has to wait for another. @param run Of the network that answers at once. */
export function makePromisedNet(facts: NamedFacts, run: (given: Given, into?: Into) => Answer): ThreadedNet<Given, Answer> {
  let isClosed = false;
  return Object.freeze({
    ...facts,
    async run(given: Given, into?: Into): Promise<Answer> {
      if (isClosed) throw new Error(`${facts.name} is closed`);
      return run(given, into);
    },
    close(): void {
      isClosed = true;
    },
  });
}

/** The network over its shared heap; `compute` runs its kernels in workers, which `stop` ends. */
export function makeThreadedNet(facts: NamedFacts, plan: NamedPlan, memory: ArrayBufferLike, compute: () => Promise<void>, stop: () => void): ThreadedNet<Given, Answer> {
  const heap = new Float32Array(memory);
  const inputs = portsOf(plan.input, 'input', facts.name);
  const outputs = portsOf(plan.output, 'output', facts.name);
  // Threads wait while one copies the input, which is large where they are worth it.
  const inOnePiece = inputs.map(({ addresses }) => addresses.every((address, i) => address === (addresses[0] as number) + i));
  let isClosed = false;
  let before: Promise<void> | undefined;
  const answer = async (lists: readonly ArrayLike<number>[], places: readonly Float32Array[]): Promise<Answer> => {
    if (isClosed) throw new Error(`${facts.name} is closed`);
    for (const [i, { addresses, what }] of inputs.entries()) {
      const list = lists[i] as ArrayLike<number>;
      if (inOnePiece[i] && list instanceof Float32Array) heap.set(list, addresses[0]);
      else placeNumbers(heap, addresses, list, what);
    }
    await compute();
    return takeLists(heap, outputs, places);
  };
  /** The caller may change the input while it waits. */
  const answerAfter = async (others: Promise<void>, lists: readonly ArrayLike<number>[], places: readonly Float32Array[]): Promise<Answer> => {
    const copies = inputs.map(({ what }, i) => copyNumbers(lists[i] as ArrayLike<number>, what));
    await others;
    return answer(copies, places);
  };
  return Object.freeze({
    ...facts,
    async run(given: Given, into?: Into): Promise<Answer> {
      const lists = listsOf(inputs, given, facts.name);
      const places = placesOf(outputs, into, facts.name);
      const result = before ? answerAfter(before, lists, places) : answer(lists, places);
      const end = (): void => {
        if (before === ended) before = undefined;
      };
      const ended = result.then(end, end);
      before = ended;
      return result;
    },
    close(): void {
      isClosed = true;
      stop();
    },
  });
}

/** The caller's numbers. Throws a TypeError where one is none. */
function copyNumbers(list: ArrayLike<number>, what: string): Float32Array {
  const numbers = new Float32Array(list.length);
  for (let i = 0; i < numbers.length; i++) numbers[i] = numberAt(list, i, what);
  return numbers;
}
