// The harness: several candidates timed side by side in one process on a machine that others share.
// Rounds interleave the candidates and alternate their order, so drift hits all alike. Fixed loops (the
// sentinels) run between the turns, and a candidate's turn is discarded when one before or after it ran slow:
// somebody else was using the core, or the caches. What users measure with (src/driver/module/timing.ts) takes turns in
// the same way, but has seconds, so no sentinels, and imports from Node; this waits for promises, and runs in pages too.

import { present } from '../src/base/invariant.ts';

/** Something to time; `name` is unique among the candidates measured together. */
export interface Candidate {
  readonly name: string;
  readonly run: () => void | Promise<void>;
}

export interface Clock {
  /** Milliseconds from a fixed origin. */
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<void>;
}

/** A fixed loop. One for the whole process: a case measured on a busy core must not set its own standard. */
export interface Sentinel {
  /** Always the same work, a millisecond at most. */
  readonly work: () => void;
  /** A turn is discarded when the loop beside it took more than this times its best. */
  readonly tolerance: number;
  /** Its fastest time so far, in milliseconds; `Infinity` at first. */
  best: number;
}

export interface MeasureOptions {
  readonly clock: Clock;
  readonly sentinels: readonly Sentinel[];
  /** Clean turns of each candidate to take the median of. */
  readonly rounds: number;
  /** For how many milliseconds more rounds are run, before the least disturbed turns have to do. */
  readonly patienceMs: number;
  /** A candidate is repeated within its turn until that lasts about so long, in milliseconds. */
  readonly turnMs: number;
  /** For how many milliseconds in all a disturbed machine may be waited for, without running candidates. */
  readonly quietMs: number;
}

export interface Measurement {
  readonly name: string;
  /** Median milliseconds a call. */
  readonly ms: number;
  /** Of the shortest turn: who else is busy only ever adds to a turn. */
  readonly best: number;
  /** Turns within the tolerance among those the median is taken of. */
  readonly clean: number;
  /**
   * How many times as long as the first candidate, round by round, the least disturbed rounds: quartiles. Who else is
   * busy slows both in a round, so this holds where no turn is clean; how far the quartiles are apart tells how well.
   */
  readonly times: Quartiles;
}

export type Quartiles = readonly [lower: number, middle: number, upper: number];

interface Turn {
  readonly ms: number;
  /** Of each sentinel the slower of the two times beside it. */
  readonly beside: readonly number[];
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** What is data of the options. */
export type Effort = Omit<MeasureOptions, 'clock' | 'sentinels'>;

export const defaultEffort: Effort = { rounds: 20, patienceMs: 8000, turnMs: 20, quietMs: 0 };

export const defaultMeasureOptions: Omit<MeasureOptions, 'sentinels'> = { clock: systemClock, ...defaultEffort };

/** Milliseconds from one look at a disturbed machine to the next. */
const lookMs = 500;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
}

export function quartiles(values: readonly number[]): Quartiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => {
    const place = share * (sorted.length - 1);
    const [low, high] = [sorted[Math.floor(place)] ?? NaN, sorted[Math.ceil(place)] ?? NaN];
    return low + (high - low) * (place - Math.floor(place));
  };
  return [at(0.25), at(0.5), at(0.75)];
}

export async function measure(
  candidates: readonly Candidate[],
  options: MeasureOptions,
): Promise<readonly Measurement[]> {
  const { clock, sentinels, rounds, patienceMs, turnMs, quietMs } = options;
  const guards = sentinels.map(({ work }): Candidate => ({ name: 'sentinel', run: work }));
  const timeSentinels = async (): Promise<readonly number[]> => {
    const times: number[] = [];
    for (const guard of guards) {
      // What the candidate has left in the caches, or driven out of them, is not to count.
      await timeCalls(guard, 1, clock);
      times.push(await timeCalls(guard, 1, clock));
    }
    return times;
  };
  for (const candidate of [...guards, ...candidates]) await warmUp(candidate, clock);
  // Optimised code arrives from a background thread: without a pause the second warm-up would still run
  // the first tier's.
  await clock.wait(150);
  for (const guard of guards) await warmUp(guard, clock);
  const entries: { readonly candidate: Candidate; readonly calls: number; readonly turns: Turn[] }[] = [];
  for (const candidate of candidates) {
    const calls = Math.ceil(turnMs / (await warmUp(candidate, clock)));
    entries.push({ candidate, calls, turns: [] });
  }

  /** How far the sentinels beside a turn were from their best; above 1 it is discarded. */
  const disturbance = ({ beside }: Pick<Turn, 'beside'>): number => Math.max(...sentinels.map(({ best, tolerance }, i) => (beside[i] ?? NaN) / best / tolerance));
  const isClean = (turn: Pick<Turn, 'beside'>): boolean => disturbance(turn) <= 1;
  let waited = 0;
  const quietTimes = async (): Promise<readonly number[]> => {
    for (;;) {
      const beside = await timeSentinels();
      if (isClean({ beside }) || waited >= quietMs) return beside;
      await clock.wait(lookMs);
      waited += lookMs;
    }
  };
  const enough = (turns: readonly Turn[]): boolean => turns.filter(isClean).length >= rounds;
  const start = clock.now();
  const mayRetry = (round: number): boolean => round < rounds || clock.now() - start < patienceMs + quietMs;
  for (let round = 0; mayRetry(round) && !entries.every(({ turns }) => enough(turns)); round++) {
    let before = await quietTimes();
    for (const { candidate, calls, turns } of round % 2 === 0 ? entries : entries.toReversed()) {
      const ms = await timeCalls(candidate, calls, clock);
      const after = await timeSentinels();
      const beside = sentinels.map((sentinel, i) => {
        const times = [before[i] ?? NaN, after[i] ?? NaN];
        sentinel.best = Math.min(sentinel.best, ...times);
        return Math.max(...times);
      });
      turns.push({ ms, beside });
      before = after;
    }
  }

  return entries.map(({ candidate, turns }) => {
    // Out of patience, the least disturbed turns have to do; `clean` tells.
    const kept = enough(turns) ? turns.filter(isClean) : turns.toSorted((a, b) => disturbance(a) - disturbance(b)).slice(0, rounds);
    const inRound = turns.map(({ ms, beside }, round) => {
      const first = present(entries[0]?.turns[round], 'turn');
      return { times: ms / first.ms, disturbance: Math.max(disturbance({ beside }), disturbance(first)) };
    });
    const settled = inRound.toSorted((a, b) => a.disturbance - b.disturbance).slice(0, rounds);
    return {
      name: candidate.name,
      ms: median(kept.map((turn) => turn.ms)),
      best: Math.min(...turns.map((turn) => turn.ms)),
      clean: kept.filter(isClean).length,
      times: quartiles(settled.map(({ times }) => times)),
    };
  });
}

/** Milliseconds a call. A candidate that returns no promise is not made to wait for one. */
async function timeCalls(candidate: Candidate, calls: number, clock: Clock): Promise<number> {
  const start = clock.now();
  for (let call = 0; call < calls; call++) {
    const pending = candidate.run();
    if (pending) await pending;
  }
  return (clock.now() - start) / calls;
}

/** Runs for 60 ms and at least three calls; milliseconds a call: the mean, since a page's clock may see none in one call. */
async function warmUp(candidate: Candidate, clock: Clock): Promise<number> {
  const start = clock.now();
  let calls = 0;
  for (; calls < 3 || clock.now() - start < 60; calls++) await timeCalls(candidate, 1, clock);
  return (clock.now() - start) / calls;
}
