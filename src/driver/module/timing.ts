// Times several candidates side by side: rounds interleave them and alternate their order, so that whatever
// else the machine does meets all alike. Reports, `bench` and `build --tune` measure by this.

import { setTimeout } from 'node:timers/promises';

export interface Timed {
  readonly run: () => void;
}

export interface Clock {
  /** Milliseconds from a fixed origin. */
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<unknown>;
}

export const systemClock: Clock = { now: () => performance.now(), wait: (ms) => setTimeout(ms) };

/** A candidate that runs optimised code. */
export interface Warm extends Timed {
  /** Milliseconds of its fastest call so far. */
  readonly fastest: number;
}

export interface Effort {
  readonly rounds: number;
  /** A candidate is repeated within its turn until that lasts about so long, in milliseconds. */
  readonly turnMs: number;
}

/** What times that people are told are taken with. */
export const settled: Effort = { rounds: 15, turnMs: 4 };

const warmUpMs = 40;
/** Optimised code comes from a background thread. */
const pauseMs = 100;

/** Microseconds a call, by candidate: the median of the rounds. */
export async function timeInterleaved(candidates: readonly Timed[], clock: Clock = systemClock): Promise<readonly number[]> {
  const turns = await takeTurns(await warmed(candidates, clock), settled, clock);
  return turns.map((ofOne) => 1000 * median(ofOne));
}

/** Runs each until its code can be expected to be optimised. */
export async function warmed(candidates: readonly Timed[], clock: Clock): Promise<readonly Warm[]> {
  for (const candidate of candidates) warmUp(candidate, clock);
  await clock.wait(pauseMs);
  return candidates.map(({ run }) => ({ run, fastest: warmUp({ run }, clock) }));
}

/** Milliseconds a call, by candidate and round. Between rounds others have a turn, such as who looks for Ctrl-C. */
export async function takeTurns(candidates: readonly Warm[], { rounds, turnMs }: Effort, clock: Clock): Promise<readonly (readonly number[])[]> {
  const entries = candidates.map((candidate) => ({ candidate, calls: Math.max(1, Math.ceil(turnMs / candidate.fastest)), turns: [] as number[] }));
  for (let round = 0; round < rounds; round++) {
    for (const { candidate, calls, turns } of round % 2 === 0 ? entries : entries.toReversed()) turns.push(timeCalls(candidate, calls, clock));
    await clock.wait(0);
  }
  return entries.map(({ turns }) => turns);
}

/** Milliseconds of the fastest call. */
export function warmUp(candidate: Timed, clock: Clock): number {
  const start = clock.now();
  let fastest = Infinity;
  for (let call = 0; call < 3 || clock.now() - start < warmUpMs; call++) fastest = Math.min(fastest, timeCalls(candidate, 1, clock));
  // A clock that saw no time pass must not ask for endless calls.
  return Math.max(fastest, 1e-4);
}

/** Milliseconds a call. */
function timeCalls({ run }: Timed, calls: number, clock: Clock): number {
  const start = clock.now();
  for (let call = 0; call < calls; call++) run();
  return (clock.now() - start) / calls;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}
