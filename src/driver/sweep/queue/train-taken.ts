// One job from when it is taken until it is done with, put back or lost. Its lock is renewed from here, its training is another process.

import { rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DiagnosticError } from '../../../base/diagnostic.ts';
import { sizeOf } from '../../../base/tensor.ts';
import { messageOf } from '../../../base/system-error.ts';
import { programOfJob } from '../job-program.ts';
import { runFiles } from '../../run/run-files.ts';
import type { Fault, JobEnd, JobEvent, TrainJob } from '../job.ts';
import { faultsOf } from '../job.ts';
import type { Board, JobRequest, RunState, TakenJob } from './board.ts';
import { receive, recordsOf, refuseLarge, send, snapshotOf, stepIn } from './transfer.ts';
import type { Snapshot } from './transfer.ts';
import type { WorkPace } from './work.ts';

export interface TakenContext {
  readonly board: Board;
  /** Of the worker. */
  readonly id: string;
  readonly folder: string;
  readonly data?: string | undefined;
  readonly stop: AbortSignal;
  readonly pace: WorkPace;
  readonly train: TrainJob;
  /** Runs of dense parts that are being fetched, by folder. */
  readonly fetching: Map<string, Promise<boolean>>;
}

export interface TakenEnd {
  readonly how: JobEnd['kind'] | 'lock lost' | 'unwanted';
  /** Why this machine is not fit for such jobs. */
  readonly fault?: unknown;
}

/** Between two signs of progress, in milliseconds. */
const tellEvery = 1000;
/** Of the dense part, whose checkpoints may be replaced while they are fetched; and of pieces that went before they were committed. */
const mostTries = 5;

export async function trainTaken(taken: TakenJob, context: TakenContext): Promise<TakenEnd> {
  const { board, folder, stop, pace } = context;
  const { request } = taken;
  const { hash } = request;
  const lost = new AbortController();
  let renewing = false;
  const renew = async (): Promise<void> => {
    if (renewing) return;
    renewing = true;
    if (!(await taken.renew())) lost.abort();
    renewing = false;
  };
  const timer = setInterval(() => void renew(), pace.renew);
  // Where the worker gives up on a server that is away, nothing here comes to an end.
  timer.unref();
  try {
    const state = await board.stateOf(hash);
    // Whoever had it before has not come to say that it is done.
    if (state?.end?.kind === 'finished' || state?.end?.kind === 'failed') {
      await taken.complete();
      return { how: state.end.kind };
    }
    const run = new TakenRun(taken, context, AbortSignal.any([stop, lost.signal]), state, join(folder, 'runs', hash));
    const { end, fault } = taken.givenUp === undefined ? await run.train() : { end: lostEnd(taken.givenUp), fault: undefined };
    if (lost.signal.aborted) return { how: 'lock lost', fault };
    const committed = await run.send(end);
    if (committed === 'lost') return { how: 'lock lost', fault };
    if (end.kind === 'stopped') await taken.putBack();
    else await taken.complete();
    rmSync(run.out, { recursive: true, force: true });
    return { how: committed === 'unwanted' ? committed : end.kind, fault };
  } finally {
    clearInterval(timer);
  }
}

interface Trained {
  readonly end: JobEnd;
  readonly fault?: unknown;
}

class TakenRun {
  private readonly taken: TakenJob;
  private readonly context: TakenContext;
  private readonly stop: AbortSignal;
  readonly out: string;
  private state: RunState | undefined;
  private dense: RunState | undefined;
  private sending: Promise<void> = Promise.resolve();

  constructor(taken: TakenJob, context: TakenContext, stop: AbortSignal, state: RunState | undefined, out: string) {
    this.taken = taken;
    this.context = context;
    this.stop = stop;
    this.state = state;
    this.out = out;
  }

  async train(): Promise<Trained> {
    const { request } = this.taken;
    const { data, pace, train } = this.context;
    try {
      checkSize(request);
      const dense = request.dense === undefined ? undefined : await this.fetchDense(request.dense);
      if (request.dense !== undefined && !dense) return { end: { kind: 'waiting' } };
      await this.fetchCheckpoint(dense);
      let sent = performance.now();
      const hear = this.teller(() => performance.now() - sent >= pace.checkpoint, () => (sent = performance.now()));
      const { hash, what, part, main, imported, sparsity, fingerprint } = request;
      const end = await train({ hash, what, part, main, imported, sparsity, fingerprint, data, out: this.out, dense }, hear, this.stop);
      return judged(end);
    } catch (error) {
      if (error instanceof DiagnosticError) return judged({ kind: 'failed', faults: faultsOf(error) }, error);
      // A bug, which somebody has to see; the run may be trained by others.
      return { end: lostEnd(messageOf(error)), fault: error };
    }
  }

  /** Sends what lies in the folder, and how it has ended. */
  async send(end: JobEnd): Promise<'done' | 'lost' | 'unwanted'> {
    await this.sending;
    const { end: final, snapshot } = await this.lastSnapshot(end);
    return this.commit(snapshot, final.kind === 'stopped' ? undefined : final);
  }

  private async lastSnapshot(end: JobEnd): Promise<{ readonly end: JobEnd; readonly snapshot: Snapshot | undefined }> {
    if (end.kind === 'failed') return { end, snapshot: undefined };
    try {
      return { end, snapshot: await snapshotOf(this.out, this.taken.request.hash) };
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      return { end: judged({ kind: 'failed', faults: faultsOf(error) }).end, snapshot: undefined };
    }
  }

  private async commit(found: Snapshot | undefined, end?: RunState['end']): Promise<'done' | 'lost' | 'unwanted'> {
    const { taken, context: { board } } = this;
    // Never less than what is there.
    const snapshot = found && found.checkpoint.step >= (this.state?.step ?? -1) ? found : undefined;
    const isThere = snapshot === undefined || recordsOf(snapshot)[runFiles.checkpoint]?.sha256 === this.state?.files[runFiles.checkpoint]?.sha256;
    if (!end && isThere) return 'done';
    for (let tried = 1; ; tried++) {
      const { committed, state } = await send({ board, hash: taken.request.hash, taken, owner: taken.token, before: this.state, dense: this.dense }, snapshot, end);
      if (committed === 'done') this.state = state;
      if (committed !== 'incomplete') return committed;
      if (tried === mostTries) return 'lost';
    }
  }

  /** Hears of events, and tells the last of them now and then. What others may begin with is sent before they hear of it. */
  private teller(isDue: () => boolean, begun: () => void): (event: JobEvent) => void {
    const { taken, context: { board, id } } = this;
    let phase: string | undefined;
    let told = -Infinity;
    return (event) => {
      const begins = event.kind === 'step' && phase !== undefined && event.phase !== phase && taken.request.part === 'dense';
      if (event.kind === 'step') ({ phase } = event);
      const now = performance.now();
      if (!begins && now - told < tellEvery) return;
      told = now;
      const checkpoint = begins || isDue();
      if (checkpoint) begun();
      const before = this.sending;
      this.sending = (async (): Promise<void> => {
        await before;
        if (checkpoint) await this.commit(await snapshotOf(this.out, taken.request.hash));
        await board.tellProgress(taken, { event, worker: id });
      })().catch(() => {}); // What is wrong with the folder is found again at the end.
    };
  }

  /** Its folder; undefined where nothing is there of it. Each of its states has a folder of its own, which does not change. */
  private async fetchDense(hash: string): Promise<{ readonly hash: string; readonly out: string } | undefined> {
    const { board, folder } = this.context;
    for (let tried = 0; tried < mostTries; tried++) {
      const state = await board.stateOf(hash);
      const checkpoint = state?.files[runFiles.checkpoint];
      if (!state || !checkpoint) return undefined;
      const out = join(folder, 'dense', `${hash}-${checkpoint.sha256.slice(0, 16)}`);
      if (stepIn(out) >= 0 || (await this.once(out, () => receive({ board, hash, state, folder: out })))) {
        this.dense = state;
        return { hash, out };
      }
    }
    return undefined;
  }

  /** Several runs of the worker may want it at the same time. */
  private async once(out: string, fetch: () => Promise<boolean>): Promise<boolean> {
    const { fetching } = this.context;
    const running = fetching.get(out) ?? fetch();
    fetching.set(out, running);
    try {
      return await running;
    } finally {
      fetching.delete(out);
    }
  }

  /** The last checkpoint that was sent, unless one that lies here still has come further. */
  private async fetchCheckpoint(dense: { readonly hash: string; readonly out: string } | undefined): Promise<void> {
    const { board } = this.context;
    const { state } = this;
    if (!state?.files[runFiles.checkpoint] || stepIn(this.out) >= state.step) return;
    await receive({ board, hash: this.taken.request.hash, state, folder: this.out, dense });
  }
}

/** What is known before anything is trained: each phase leaves the weights, and so do the end and a checkpoint. */
function checkSize(request: JobRequest): void {
  const { model: { network }, spec } = programOfJob(request);
  const weights = network.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  refuseLarge(Float32Array.BYTES_PER_ELEMENT * weights * (spec.phases.length + 2));
}

function lostEnd(why: string): JobEnd {
  return { kind: 'lost', why: `on ${hostname()}: ${why}` };
}

/** A fault of the program is what comes of the run; one of this machine is not, and others may do better. */
function judged(end: JobEnd, error?: DiagnosticError): Trained {
  if (end.kind !== 'failed') return { end: end.kind === 'lost' ? lostEnd(end.why) : end };
  if (end.faults.every(isOfRun)) return { end };
  const why = end.faults.map(({ message }) => message).join('; ');
  return { end: lostEnd(why), fault: error ?? asError(end.faults) };
}

function isOfRun({ code }: Fault): boolean {
  return code.startsWith('train/') || code === 'queue/too-large';
}

function asError(faults: readonly Fault[]): DiagnosticError {
  return new DiagnosticError(faults.map((fault) => ({ ...fault, severity: 'error', related: [] })));
}
