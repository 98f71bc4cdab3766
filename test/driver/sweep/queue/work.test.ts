// Sweeps and workers at a board in memory, with trainings that a test plays.

import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../../../src/base/diagnostic.ts';
import type { Job, JobEnd, TrainJob } from '../../../../src/driver/sweep/job.ts';
import type { JobRequest } from '../../../../src/driver/sweep/queue/board.ts';
import { trainOverQueue } from '../../../../src/driver/sweep/queue/train-over-queue.ts';
import { work } from '../../../../src/driver/sweep/queue/work.ts';
import type { WorkEvent } from '../../../../src/driver/sweep/queue/work.ts';
import { temporaryFolder } from '../../../cli/support.ts';
import { memoryBoard } from './memory-board.ts';
import type { MemoryBoard } from './memory-board.ts';

const folder = temporaryFolder();
const main = { name: 'a.ssl', text: 'network A(x: tensor[1, 4, 4]) { return dense(x, units = 2) }\ntrain on digits { baseline { epochs = 1, rate = 0.1 } }' };
const [first, second] = ['1'.repeat(16), '2'.repeat(16)];
type Ended = Exclude<JobEnd, { readonly kind: 'stopped' }>;
const fault = (code: string): Ended => ({ kind: 'failed', faults: [{ code, message: `${code} happened` }] });
const requestOf = (hash: string, fingerprint = 'here'): JobRequest => ({ hash, what: hash, part: 'whole', main, imported: [], fingerprint });

/** Until it is stopped, or has nothing to do. */
async function worked(board: MemoryBoard, play: TrainJob, isOver: () => boolean): Promise<{ readonly events: readonly WorkEvent[]; readonly error?: unknown }> {
  const events: WorkEvent[] = [];
  const stop = new AbortController();
  const working = work(board, {
    workers: 1,
    folder: join(folder, 'work'),
    signal: stop.signal,
    pace: { idle: 1, beat: 5, renew: 5, checkpoint: 10 },
    onEvent: (event) => events.push(event),
    find: async ({ fingerprint }) => (fingerprint === 'here' ? { name: 'digits' } : { name: 'digits', why: 'it is not here' }),
    train: play,
  });
  const over = (async (): Promise<void> => {
    while (!isOver() && !stop.signal.aborted) await sleep(5);
  })();
  try {
    await Promise.race([over, working]);
    stop.abort();
    await working;
    return { events };
  } catch (error) {
    stop.abort();
    return { events, error };
  }
}

/** Runs until it is told to stop. */
const untilStopped: TrainJob = async (_, __, stop) => {
  while (!stop.aborted) await sleep(2);
  return { kind: 'stopped' };
};

describe('a worker', () => {
  it('takes what it has the data of, says what it lacks, and leaves that alone', async () => {
    const board = memoryBoard();
    await board.ask(requestOf(first, 'elsewhere'), 'sweep');
    await board.ask(requestOf(second), 'sweep');
    const { events } = await worked(board, async () => fault('train/diverged'), () => board.states.has(second));
    expect(board.states.get(second)?.end).toEqual(fault('train/diverged'));
    expect([...board.jobs.values()]).toEqual([{ request: requestOf(first, 'elsewhere') }]);
    expect(events.filter(({ kind }) => kind === 'data')).toEqual([
      { kind: 'data', fingerprint: 'elsewhere', finding: { name: 'digits', why: 'it is not here' } },
      { kind: 'data', fingerprint: 'here', finding: { name: 'digits' } },
    ]);
  });

  it('gives back what this machine cannot train, and takes no more', async () => {
    const board = memoryBoard();
    await board.ask(requestOf(first), 'sweep');
    await board.ask(requestOf(second), 'sweep');
    const { error } = await worked(board, async () => fault('run/not-writable'), () => false);
    expect(error).toBeInstanceOf(DiagnosticError);
    expect(error).toMatchObject({ diagnostics: [{ code: 'run/not-writable' }] });
    expect(board.states.get(first)?.end).toEqual({ kind: 'lost', why: expect.stringMatching(/^on .*: run\/not-writable happened$/) });
    expect([...board.jobs.values()]).toEqual([{ request: requestOf(second) }]);
  });

  it('sends nothing of a job that others have taken since', async () => {
    const board = memoryBoard();
    await board.ask(requestOf(first), 'sweep');
    let ended = false;
    const { events } = await worked(board, async (job, tell, stop) => {
      board.stall(first);
      // Somebody else has it.
      await board.take(['here']);
      const end = await untilStopped(job, tell, stop);
      ended = true;
      return end;
    }, () => ended);
    expect(events.at(-1)).toMatchObject({ kind: 'end', how: 'lock lost' });
    expect([board.states.size, board.jobs.get(first)?.token]).toEqual([0, 'token-1']);
  });

  it('puts back what it has when it is stopped', async () => {
    const board = memoryBoard();
    await board.ask(requestOf(first), 'sweep');
    let begun = false;
    const { error } = await worked(board, async (job, tell, stop) => {
      begun = true;
      return untilStopped(job, tell, stop);
    }, () => begun);
    expect(error).toBeUndefined();
    expect([...board.jobs.values()]).toEqual([{ request: requestOf(first) }]);
    expect(await board.workers()).toEqual([]);
  });

  it('trains nothing whose files would not go through', async () => {
    const board = memoryBoard();
    const text = 'network Large(x: tensor[1, 100, 100]) { return dense(relu(dense(x, units = 5000)), units = 2) }\ntrain on digits { baseline { epochs = 1, rate = 0.1 } }';
    await board.ask({ ...requestOf(first), main: { name: 'large.ssl', text } }, 'sweep');
    await worked(board, () => Promise.reject(new Error('trained')), () => board.states.has(first));
    expect(board.states.get(first)?.end).toMatchObject({ kind: 'failed', faults: [{ code: 'queue/too-large' }] });
  });
});

describe('a sweep', () => {
  const jobOf = (hash: string): Job => ({ hash, what: hash, part: 'whole', main, imported: [], fingerprint: 'here', out: join(folder, 'runs', hash) });
  const begun = (board: MemoryBoard, notes: string[] = []): ReturnType<typeof trainOverQueue> => trainOverQueue(board, { out: folder, file: 'a.ssl', onNote: (note) => notes.push(note), pace: { look: 2, search: 10 } });
  const never = new AbortController().signal;
  const until = async (what: () => boolean): Promise<void> => {
    while (!what()) await sleep(2);
  };
  const answer = async (board: MemoryBoard, end: Ended): Promise<void> => {
    await until(() => board.jobs.size > 0);
    const taken = await board.take(['here']);
    if (taken) await board.commit('owner', { hash: taken.request.hash, taken, state: { step: 0, files: {}, end }, written: new Map(), dropped: [] });
    await taken?.complete();
  };

  it('asks again for what was lost on its way', async () => {
    const board = memoryBoard();
    const sweep = begun(board);
    const ended = sweep.train(jobOf(first), () => {}, never);
    await until(() => board.jobs.has(first));
    board.jobs.clear();
    await answer(board, fault('train/diverged'));
    expect(await ended).toEqual(fault('train/diverged'));
    await sweep.end(true);
    expect([board.states.size, board.jobs.size]).toEqual([0, 0]);
  });

  it('hears that a job was given back, and can ask for it again', async () => {
    const board = memoryBoard();
    const sweep = begun(board);
    for (const end of [{ kind: 'lost', why: 'no memory' }, { kind: 'waiting' }, fault('train/diverged')] as const) {
      const ended = sweep.train(jobOf(first), () => {}, never);
      await answer(board, end);
      expect(await ended).toEqual(end);
    }
    await sweep.end(true);
  });

  it('finds what has come while it was away', async () => {
    const board = memoryBoard();
    const stop = new AbortController();
    const before = begun(board);
    const stopped = before.train(jobOf(first), () => {}, stop.signal);
    await until(() => board.jobs.has(first));
    stop.abort();
    expect(await stopped).toEqual({ kind: 'stopped' });
    await before.end(false);
    await answer(board, fault('train/diverged'));
    const after = begun(board);
    expect(await after.train(jobOf(first), () => {}, never)).toEqual(fault('train/diverged'));
    await after.end(true);
  });

  it('does not keep a result that is damaged', async () => {
    const board = memoryBoard();
    const sweep = begun(board);
    const ended = sweep.train(jobOf(first), () => {}, never);
    await until(() => board.jobs.size > 0);
    const taken = await board.take(['here']);
    await board.writePiece('owner', 'c', 0, new Uint8Array([1]));
    const state = { step: 0, files: { 'weights.safetensors': { bytes: 1, sha256: 'c' } }, end: { kind: 'finished' } as const };
    await board.commit('owner', { hash: first, taken, state, written: new Map([['c', 1]]), dropped: [] });
    expect(await ended).toMatchObject({ kind: 'failed', faults: [{ code: 'queue/damaged' }] });
    await sweep.end(true);
    expect(board.states.size).toBe(0);
  });

  it('says that no worker is there, or has the data', async () => {
    const notes: string[] = [];
    const board = memoryBoard();
    const sweep = begun(board, notes);
    const stop = new AbortController();
    const ended = sweep.train(jobOf(first), () => {}, stop.signal);
    await until(() => notes.length === 1);
    await board.tellWorker({ id: 'a', host: 'far', pid: 1, training: [], has: [], lacks: ['here'] });
    await until(() => notes.length === 2);
    expect(notes).toEqual(['no worker is there: start some by `ssl-compile worker` with the same --queue', 'no worker has the data; it is missing on far']);
    stop.abort();
    await ended;
    await sweep.end(true);
  });
});
