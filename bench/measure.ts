// The harness: several candidates timed side by side in one process on a machine that others share.
// Rounds interleave the candidates and alternate their order, so drift hits all alike. A fixed
// multiply-add loop (the sentinel) runs between the turns, and a candidate's turn is discarded when the
// sentinel before or after it ran slow: somebody else was using the core.

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

/** The fixed loop. One for the whole process: a case measured on a busy core must not set its own standard. */
export interface Sentinel {
  /** Always the same work, about a millisecond. */
  readonly work: () => void;
  /** Its fastest time so far, in milliseconds; `Infinity` at first. */
  best: number;
}

export interface MeasureOptions {
  readonly clock: Clock;
  readonly sentinel: Sentinel;
  /** Clean turns of each candidate to take the median of. */
  readonly rounds: number;
  /** For how many milliseconds more rounds are run, before the least disturbed turns have to do. */
  readonly patienceMs: number;
  /** A turn is discarded when the sentinel beside it took more than this times its best. */
  readonly tolerance: number;
  /** A candidate is repeated within its turn until that lasts about so long, in milliseconds. */
  readonly turnMs: number;
}

export interface Measurement {
  readonly name: string;
  /** Median milliseconds a call. */
  readonly ms: number;
  /** Turns within the tolerance among those the median is taken of. */
  readonly clean: number;
}

interface Turn {
  readonly ms: number;
  /** The slower of the two sentinels beside it. */
  readonly sentinel: number;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

export const defaultMeasureOptions: Omit<MeasureOptions, 'sentinel'> = {
  clock: systemClock,
  rounds: 20,
  patienceMs: 8000,
  tolerance: 1.03,
  turnMs: 5,
};

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
}

export async function measure(
  candidates: readonly Candidate[],
  options: MeasureOptions,
): Promise<readonly Measurement[]> {
  const { clock, sentinel, rounds, patienceMs, tolerance, turnMs } = options;
  const sentinelCandidate: Candidate = { name: 'sentinel', run: sentinel.work };
  const timeSentinel = (): Promise<number> => timeCalls(sentinelCandidate, 1, clock);
  for (const candidate of [sentinelCandidate, ...candidates]) await warmUp(candidate, clock);
  // Optimised code arrives from a background thread: without a pause the second warm-up would still run
  // the first tier's.
  await clock.wait(150);
  await warmUp(sentinelCandidate, clock);
  const entries: { readonly candidate: Candidate; readonly calls: number; readonly turns: Turn[] }[] = [];
  for (const candidate of candidates) {
    const calls = Math.ceil(turnMs / (await warmUp(candidate, clock)));
    entries.push({ candidate, calls, turns: [] });
  }

  const isClean = (turn: Turn): boolean => turn.sentinel <= sentinel.best * tolerance;
  const enough = (turns: readonly Turn[]): boolean => turns.filter(isClean).length >= rounds;
  const start = clock.now();
  const mayRetry = (round: number): boolean => round < rounds || clock.now() - start < patienceMs;
  for (let round = 0; mayRetry(round) && !entries.every(({ turns }) => enough(turns)); round++) {
    let before = await timeSentinel();
    for (const { candidate, calls, turns } of round % 2 === 0 ? entries : entries.toReversed()) {
      const ms = await timeCalls(candidate, calls, clock);
      const after = await timeSentinel();
      sentinel.best = Math.min(sentinel.best, before, after);
      turns.push({ ms, sentinel: Math.max(before, after) });
      before = after;
    }
  }

  return entries.map(({ candidate, turns }) => {
    // Out of patience, the least disturbed turns have to do; `clean` tells.
    const kept = enough(turns) ? turns.filter(isClean) : leastDisturbed(turns, rounds);
    return { name: candidate.name, ms: median(kept.map((turn) => turn.ms)), clean: kept.filter(isClean).length };
  });
}

function leastDisturbed(turns: readonly Turn[], count: number): readonly Turn[] {
  return [...turns].sort((a, b) => a.sentinel - b.sentinel).slice(0, count);
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

/** Runs for 60 ms and at least three calls; the milliseconds of the fastest call. */
async function warmUp(candidate: Candidate, clock: Clock): Promise<number> {
  const start = clock.now();
  let fastest = Infinity;
  for (let call = 0; call < 3 || clock.now() - start < 60; call++) {
    fastest = Math.min(fastest, await timeCalls(candidate, 1, clock));
  }
  // A clock that saw no time pass must not ask for endless calls.
  return Math.max(fastest, 1e-4);
}
