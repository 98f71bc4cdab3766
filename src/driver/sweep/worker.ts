// Trains a job in a process of its own, on one thread. This file is both sides: `trainInProcess` in the process that asks,
// and what the other one does when it is started on this file. It stops at a checkpoint when it is told to, and
// when whoever has asked is gone.

import { fork } from 'node:child_process';
import * as nodeModule from 'node:module';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DiagnosticError } from '../../base/diagnostic.ts';
import { messageOf } from '../../base/system-error.ts';
import { placedAt, trainingData } from '../data/training-data.ts';
import type { TrainEvent } from '../run/run-events.ts';
import { train } from '../run/train.ts';
import type { TrainResult } from '../run/train-options.ts';
import { programOfJob } from './job-program.ts';
import { faultsOf } from './job.ts';
import type { Job, JobEnd, JobEvent, TrainJob } from './job.ts';

/** The folder within which ours is kept, for this version of Node; an older one has none. */
const { getCompileCacheDir }: { readonly getCompileCacheDir?: () => string | undefined } = nodeModule;

/** The first argument of a process of ours. */
const role = 'ssl-compile sweep worker';
/** A process that was just left alone may still be writing its last checkpoint. */
const patience = { milliseconds: 250, times: 240 };

type FromWorker = { readonly event: JobEvent } | { readonly end: JobEnd } | { readonly bug: string };

export const trainInProcess: TrainJob = async (job, onEvent, stop) => {
  // A good part of a short training goes into compiling our own modules. Without the second flag a young generation as
  // large as the samples would be kept for good.
  const compiled = getCompileCacheDir?.();
  const env = { NODE_COMPILE_CACHE: compiled && dirname(compiled), ...process.env };
  const child = fork(fileURLToPath(import.meta.url), [role], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'], env, execArgv: ['--expose-gc', '--semi-space-growth-factor=1'] });
  const tellToStop = (): void => void (child.connected && child.send('stop', () => {}));
  let answer: JobEnd | undefined;
  let bug: string | undefined;
  child.on('message', (message: FromWorker) => {
    if ('event' in message) onEvent(message.event);
    else if ('end' in message) answer = message.end;
    else ({ bug } = message);
  });
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(messageOf(error)));
    // The end of a process may be heard of before its last message, that of its channel may not.
    const hungUp = new Promise<void>((hangUp) => void child.once('disconnect', hangUp));
    child.on('exit', (code, signal) => void hungUp.then(() => resolve(signal ? `it was ended by ${signal}` : `it ended with code ${code}`)));
  });
  stop.addEventListener('abort', tellToStop);
  child.send(job, () => {});
  if (stop.aborted) tellToStop();
  const why = await ended;
  stop.removeEventListener('abort', tellToStop);
  if (bug !== undefined) throw new Error(bug);
  return answer ?? { kind: 'lost', why };
};

async function serve(): Promise<void> {
  const send = (message: FromWorker, sent: () => void = () => {}): void => void process.send?.(message, undefined, {}, sent);
  const stop = new AbortController();
  const end = (): void => stop.abort();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  process.on('disconnect', end);
  const job = await new Promise<Job>((resolve) => {
    process.on('message', (message: Job | 'stop') => (message === 'stop' ? end() : resolve(message)));
  });
  // Gone with this process, whatever keeps it.
  const answer = (message: FromWorker): void => {
    if (!process.connected) process.exit(1);
    send(message, () => process.exit(0));
  };
  try {
    answer({ end: await trained(job, (event) => process.connected && send({ event }), stop.signal) });
  } catch (error) {
    answer(error instanceof DiagnosticError ? { end: { kind: 'failed', faults: faultsOf(error) } } : { bug: messageOf(error) });
  }
}

async function trained(job: Job, onEvent: (event: JobEvent) => void, signal: AbortSignal): Promise<JobEnd> {
  const onProgress = (event: TrainEvent): void => void (event.kind !== 'begin' && onEvent(event));
  for (let tried = 0; !signal.aborted; tried++) {
    try {
      const { status } = await trainOnce(job, onProgress, signal);
      if (status === 'finished') return { kind: status };
      return { kind: signal.aborted ? 'stopped' : 'waiting' };
    } catch (error) {
      const inUse = error instanceof DiagnosticError && error.diagnostics.every(({ code }) => code === 'run/in-use');
      if (!inUse || tried >= patience.times) throw error;
      await sleep(patience.milliseconds);
    }
  }
  return { kind: 'stopped' };
}

async function trainOnce(job: Job, onProgress: (event: TrainEvent) => void, signal: AbortSignal): Promise<TrainResult> {
  const { out, data, dense } = job;
  const { model, spec } = programOfJob(job);
  return placedAt(spec.span, trainingData(model, spec, { directory: data }).then((dataset) => train(model, dataset, { out, dense: dense?.out, resume: true, threads: 1, onProgress, tidy: () => void globalThis.gc?.(), signal })));
}

if (process.argv[2] === role && process.send) void serve();
