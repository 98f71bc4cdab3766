// The order of a sweep, with workers that a test plays.

import { describe, expect, it } from 'vitest';
import { runTasks } from '../../../src/driver/sweep/schedule.ts';
import type { Task, TaskState } from '../../../src/driver/sweep/schedule.ts';
import type { JobEnd, JobEvent } from '../../../src/driver/sweep/job.ts';

const taskOf = (hash: string, dense?: string): Task => ({
  hash,
  job: { hash, what: hash, fingerprint: '', out: hash, main: { name: hash, text: '' }, imported: [], part: dense === undefined ? 'dense' : 'whole' },
  ...(dense !== undefined && { dense: { hash: dense, after: ['control'] } }),
});
const stepOf = (phase: string): JobEvent => ({ kind: 'step', phase, epoch: 1, epochs: 1, step: 1, totalSteps: 2, loss: 1, rate: 1, stepsPerSecond: 1, secondsLeft: 1 });
const endOf = (phase: string): JobEvent => ({ kind: 'phase', phase, error: 0 });

interface Played {
  /** Begins and ends, in order: `+a`, `-a`. */
  readonly course: readonly string[];
  readonly states: ReadonlyMap<string, TaskState>;
  readonly faults: ReadonlyMap<string, string>;
  /** The most that ran at once. */
  readonly most: number;
}

/** @param play What becomes of the n-th try of a run, and what its worker tells meanwhile. */
async function played(tasks: readonly Task[], workers: number, play: (hash: string, tried: number) => { readonly tells?: readonly JobEvent[]; readonly takes?: number; readonly end?: JobEnd }, stop = new AbortController()): Promise<Played> {
  const course: string[] = [];
  const states = new Map<string, TaskState>();
  const faults = new Map<string, string>();
  const tries = new Map<string, number>();
  let [running, most] = [0, 0];
  await runTasks(tasks, {
    workers,
    stop: stop.signal,
    onEvent: () => {},
    onState: ({ hash }, { state, faults: found = [] }) => {
      states.set(hash, state);
      if (found[0]) faults.set(hash, found[0].message);
    },
    train: async ({ out }, tell) => {
      tries.set(out, (tries.get(out) ?? 0) + 1);
      const { tells = [], takes = 1, end = { kind: 'finished' } } = play(out, tries.get(out) ?? 0);
      course.push(`+${out}`);
      most = Math.max(most, ++running);
      for (const event of tells) {
        await Promise.resolve();
        tell(event);
      }
      for (let turn = 0; turn < 10 * takes; turn++) await Promise.resolve();
      running--;
      course.push(`-${out}`);
      return end;
    },
  });
  return { course, states, faults, most };
}

describe('a sweep', () => {
  it('has as many workers as it may, and trains everything', async () => {
    const tasks = Array.from({ length: 7 }, (_, i) => taskOf(`r${i}`));
    const { states, most } = await played(tasks, 3, () => ({}));
    expect([...states.values()]).toEqual(tasks.map(() => 'finished'));
    expect(most).toBe(3);
  });

  it('begins with dense parts, and with the runs that share one once it has come to the penalties', async () => {
    const tasks = [taskOf('r0', 'd'), taskOf('r1', 'd'), taskOf('d')];
    const { course } = await played(tasks, 2, (hash) => (hash === 'd' ? { tells: [stepOf('baseline'), endOf('baseline'), stepOf('control')], takes: 5 } : {}));
    expect(course.slice(0, 4)).toEqual(['+d', '+r0', '-r0', '+r1']);
    // The end of a phase is told before its checkpoint is written.
    const early = await played(tasks, 2, (hash) => (hash === 'd' ? { tells: [stepOf('baseline'), endOf('baseline')], takes: 5 } : {}));
    expect(early.course.slice(0, 2)).toEqual(['+d', '-d']);
  });

  it('puts a run aside that needs the end of its dense part', async () => {
    const tasks = [taskOf('r', 'd'), taskOf('d')];
    const { course, states } = await played(tasks, 2, (hash, tried) => {
      if (hash === 'd') return { tells: [endOf('baseline'), stepOf('control')], takes: 9 };
      return tried === 1 ? { end: { kind: 'waiting' } } : {};
    });
    expect(course).toEqual(['+d', '+r', '-r', '-d', '+r', '-r']);
    expect(states.get('r')).toBe('finished');
  });

  it('takes a run that fails for a result, and goes on', async () => {
    const tasks = [taskOf('r0', 'd'), taskOf('r1', 'd'), taskOf('d')];
    const failed: JobEnd = { kind: 'failed', faults: [{ code: 'train/diverged', message: 'diverged' }] };
    const { states } = await played(tasks, 2, (hash) => (hash === 'r0' ? { end: failed } : {}));
    expect(Object.fromEntries(states)).toEqual({ d: 'finished', r0: 'failed', r1: 'finished' });
    const dense = await played(tasks, 2, (hash) => (hash === 'd' ? { end: failed } : {}));
    expect(Object.fromEntries(dense.states)).toEqual({ d: 'failed', r0: 'failed', r1: 'failed' });
    expect(dense.course).toEqual(['+d', '-d']);
  });

  it('tries a run again whose worker is lost, twice at most', async () => {
    const lost: JobEnd = { kind: 'lost', why: 'it was ended by SIGKILL' };
    const { course, states, faults } = await played([taskOf('once'), taskOf('always')], 1, (hash, tried) => (hash === 'always' || tried === 1 ? { end: lost } : {}));
    expect(Object.fromEntries(states)).toEqual({ once: 'finished', always: 'interrupted' });
    expect(course.filter((each) => each === '+always')).toHaveLength(3);
    expect(faults.get('always')).toBe('its worker was lost 3 times: it was ended by SIGKILL');
  });

  it('begins nothing once it is stopped', async () => {
    const stop = new AbortController();
    const { course, states } = await played([taskOf('a'), taskOf('b')], 1, () => {
      stop.abort();
      return { end: { kind: 'stopped' } };
    }, stop);
    expect(course).toEqual(['+a', '-a']);
    expect(states.get('a')).toBe('interrupted');
  });

  it('ends with what is a bug, and not before its workers have ended', async () => {
    let ended = 0;
    const train = async ({ out }: { readonly out: string }): Promise<JobEnd> => {
      await Promise.resolve();
      if (out === 'a') throw new Error('a bug');
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
      ended++;
      return { kind: 'finished' };
    };
    const request = { workers: 2, train, stop: new AbortController().signal, onState: () => {}, onEvent: () => {} };
    await expect(runTasks([taskOf('a'), taskOf('b'), taskOf('c')], request)).rejects.toThrow('a bug');
    expect(ended).toBe(1);
  });
});
