// Finds the fastest of several candidates in little time, and makes sure of it.
//
//   heats      all take short turns, the faster half longer ones, and so on: successive halving (Karnin, Koren & Somekh,
//              "Almost optimal exploration in multi-armed bandits", 2013), since most are seen to be slow at once
//   final      the winner against what would be taken without a contest, started anew: it has to gain 2%

import { median, settled, takeTurns, warmed } from '../module/timing.ts';
import type { Clock, Effort, Timed } from '../module/timing.ts';

const heats: readonly Effort[] = [
  { rounds: 3, turnMs: 2 },
  { rounds: 5, turnMs: 3 },
  { rounds: 8, turnMs: 4 },
];

/** The share of the time that a winner must save: less may be chance, and a schedule by the model is as good elsewhere. */
const leastGain = 0.02;

/** The number of the fastest candidate. What else runs here only ever adds time, so in heats the shortest turn counts. */
export async function fastestOf(candidates: readonly Timed[], clock: Clock): Promise<number> {
  const entrants = [...(await warmed(candidates, clock)).entries()];
  let left = entrants;
  for (const heat of heats) {
    if (left.length === 1) break;
    const turns = await takeTurns(left.map(([, entrant]) => entrant), heat, clock);
    const ranked = left.map((entrant, i) => ({ entrant, shortest: Math.min(...(turns[i] ?? [])) })).toSorted((a, b) => a.shortest - b.shortest);
    left = ranked.slice(0, Math.ceil(ranked.length / 2)).map(({ entrant }) => entrant);
  }
  return left[0]?.[0] ?? 0;
}

/** Of two candidates, microseconds a call and who should be taken. */
export interface Final {
  readonly incumbent: number;
  readonly challenger: number;
  /** The challenger's time over the incumbent's, round by round: what else runs here slows both in a round. */
  readonly ratio: number;
  readonly isWon: boolean;
}

export async function finalBetween(incumbent: Timed, challenger: Timed, clock: Clock): Promise<Final> {
  const [held = [], claimed = []] = await takeTurns(await warmed([incumbent, challenger], clock), settled, clock);
  const ratio = median(claimed.map((ms, round) => ms / (held[round] ?? NaN)));
  const byDefault = 1000 * median(held);
  // Not its own median: on a busy machine that may say otherwise than the rounds.
  return { incumbent: byDefault, challenger: byDefault * ratio, ratio, isWon: ratio <= 1 - leastGain };
}
