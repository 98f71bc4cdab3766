import { describe, expect, test } from 'vitest';
import { defaultMeasureOptions, measure, median, quartiles } from '../../bench/measure.ts';
import type { Candidate, Clock, Sentinel } from '../../bench/measure.ts';

interface Machine {
  readonly clock: Clock;
  /** A candidate whose n-th call takes `ms(n)`. */
  readonly takes: (name: string, ms: (call: number) => number) => Candidate;
  readonly advance: (ms: number) => void;
  readonly waits: number[];
}

function fakeMachine(): Machine {
  let time = 0;
  const waits: number[] = [];
  const advance = (ms: number): void => {
    time += ms;
  };
  return {
    clock: {
      now: () => time,
      wait: async (ms) => {
        waits.push(ms);
        advance(ms);
      },
    },
    takes: (name, ms) => {
      let call = 0;
      return { name, run: () => advance(ms(call++)) };
    },
    advance,
    waits,
  };
}

function steadySentinel(machine: Machine): Sentinel {
  return { work: () => machine.advance(1), tolerance: 1.03, best: Infinity };
}

const options = { ...defaultMeasureOptions, patienceMs: 1000, turnMs: 5 };

describe('median', () => {
  test('of an odd and of an even number of values', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
});

describe('measure', () => {
  test('gives each candidate its own median, repeating quick ones', async () => {
    const machine = fakeMachine();
    const slow = machine.takes('slow', () => 20);
    const quick = machine.takes('quick', () => 0.5);
    const result = await measure([slow, quick], { ...options, clock: machine.clock, sentinels: [steadySentinel(machine)] });
    expect(result.map(({ name, clean }) => [name, clean])).toEqual([
      ['slow', 20],
      ['quick', 20],
    ]);
    expect(result[0]?.ms).toBeCloseTo(20);
    expect(result[1]?.ms).toBeCloseTo(0.5);
    expect(machine.waits).toEqual([150]);
  });

  test('reverses the order every round', async () => {
    const machine = fakeMachine();
    const log: string[] = [];
    const logging = (name: string): Candidate => ({
      name,
      run: () => {
        log.push(name);
        machine.advance(30);
      },
    });
    const sentinel = steadySentinel(machine);
    await measure([logging('a'), logging('b')], { ...options, rounds: 4, clock: machine.clock, sentinels: [sentinel] });
    // Twice three calls of warm-up each, then one call a turn.
    expect(log.slice(12).join('')).toBe('abbaabba');
  });

  test('warms up for 60 ms and at least three calls, twice', async () => {
    const machine = fakeMachine();
    let calls = 0;
    const counted: Candidate = {
      name: 'counted',
      run: () => {
        calls++;
        machine.advance(10);
      },
    };
    await measure([counted], { ...options, rounds: 0, clock: machine.clock, sentinels: [steadySentinel(machine)] });
    expect(calls).toBe(12);
  });

  test('discards turns beside a slow sentinel and tries again', async () => {
    const machine = fakeMachine();
    // Someone else takes the core for five rounds of every ten: both the sentinel and the candidate slow down.
    let round = 0;
    let disturbed = false;
    const candidate: Candidate = {
      name: 'candidate',
      run: () => {
        disturbed = Math.floor(round++ / 5) % 2 === 1;
        machine.advance(disturbed ? 12 : 8);
      },
    };
    const sentinel: Sentinel = { work: () => machine.advance(disturbed ? 1.5 : 1), tolerance: 1.03, best: Infinity };
    const result = await measure([candidate], { ...options, clock: machine.clock, sentinels: [sentinel] });
    expect(result).toMatchObject([{ name: 'candidate', ms: 8, clean: 20 }]);
    expect(sentinel.best).toBe(1);
  });

  test('one slow sentinel of several is enough to discard a turn', async () => {
    const machine = fakeMachine();
    let disturbed = false;
    let round = 0;
    const candidate: Candidate = {
      name: 'candidate',
      run: () => {
        disturbed = round++ % 2 === 1;
        machine.advance(disturbed ? 12 : 8);
      },
    };
    const sentinels: readonly Sentinel[] = [
      steadySentinel(machine),
      { work: () => machine.advance(disturbed ? 1.2 : 1), tolerance: 1.1, best: Infinity },
    ];
    // Calm calls lie between two disturbed ones, so no turn is clean: the least disturbed are as bad as all.
    const [always] = await measure([candidate], { ...options, clock: machine.clock, sentinels });
    expect(always?.clean).toBe(0);
    const tolerant = sentinels.map((each) => ({ ...each, tolerance: 1.3 }));
    const [never] = await measure([candidate], { ...options, clock: machine.clock, sentinels: tolerant });
    expect(never?.clean).toBe(20);
  });

  test('settles for the least disturbed turns once it is out of patience', async () => {
    const machine = fakeMachine();
    const sentinel: Sentinel = { work: () => machine.advance(1.5), tolerance: 1.03, best: 1 };
    const candidate = machine.takes('candidate', () => 7);
    const result = await measure([candidate], { ...options, clock: machine.clock, sentinels: [sentinel] });
    expect(result).toMatchObject([{ name: 'candidate', ms: 7, clean: 0 }]);
  });

  test('repeats what is quicker than the clock can tell as often as a turn is long', async () => {
    const machine = fakeMachine();
    // As in a page: steps of five microseconds.
    const clock: Clock = { ...machine.clock, now: () => Math.floor(machine.clock.now() / 0.005) * 0.005 };
    let calls = 0;
    const quick = machine.takes('quick', () => (calls++, 0.002));
    const [result] = await measure([quick], { ...options, clock, sentinels: [steadySentinel(machine)] });
    expect(result?.ms).toBeCloseTo(0.002, 5);
    // 60 ms of warm-up twice, and 20 turns of 5 ms.
    expect(calls).toBeLessThan(1.01 * (2 * 30_000 + 20 * 2500));
  });

  test('waits for candidates that return promises', async () => {
    const machine = fakeMachine();
    const candidate: Candidate = {
      name: 'later',
      run: async () => {
        await Promise.resolve();
        machine.advance(6);
      },
    };
    const result = await measure([candidate], { ...options, clock: machine.clock, sentinels: [steadySentinel(machine)] });
    expect(result[0]?.ms).toBeCloseTo(6);
  });

  test('tells how many times as long as the first candidate, round by round', async () => {
    const machine = fakeMachine();
    const measured = await measure([machine.takes('first', () => 20), machine.takes('second', () => 50)], { ...options, clock: machine.clock, sentinels: [steadySentinel(machine)] });
    expect(measured.map(({ times }) => times)).toEqual([[1, 1, 1], [2.5, 2.5, 2.5]]);
    expect(quartiles([1, 2, 3, 4, 5])).toEqual([2, 3, 4]);
    expect(quartiles([1, 2])).toEqual([1.25, 1.5, 1.75]);
  });

  test('waits for a quiet machine, as long as it may, and runs no candidate meanwhile', async () => {
    const machine = fakeMachine();
    let busyUntil = Infinity;
    const sentinel: Sentinel = { work: () => machine.advance(machine.clock.now() < busyUntil && machine.clock.now() > 500 ? 2 : 1), tolerance: 1.03, best: Infinity };
    let calls = 0;
    const candidate = machine.takes('candidate', () => (calls++, 20));
    busyUntil = 60_000;
    const [quiet] = await measure([candidate], { ...options, clock: machine.clock, sentinels: [sentinel], quietMs: 120_000 });
    expect(quiet?.clean).toBe(20);
    expect(machine.waits.filter((ms) => ms === 500).length).toBeGreaterThan(50);
    expect(calls).toBeLessThan(100);
    busyUntil = Infinity;
    const [hurried] = await measure([candidate], { ...options, clock: machine.clock, sentinels: [sentinel], quietMs: 2000 });
    expect(hurried?.clean).toBe(0);
  });
});
