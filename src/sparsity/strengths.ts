// The strengths of lassos that bring a network to a budget: all of them times one factor, so that they keep their ratios. What
// a factor leaves is known once it has been trained with, and falls as the factor rises, though not smoothly: training is
// noisy, and groups are whole. So factors are tried until one leaves nearly the budget: from 1 up or down until the budget
// lies between two of them, and then between these. Each is where a straight line through two of them has the budget, what is
// left over the factor, both in logarithms.

import { present } from '../base/invariant.ts';
import type { LassoPenalty } from '../ir/network.ts';

/** A factor that was trained with. */
export interface Attempt {
  readonly factor: number;
  /** What the compacted network has, in the measure of the budget. */
  readonly reached: number;
  /** Whether the network still sees its input. */
  readonly isAlive: boolean;
  /** The error on the held-out samples; absent: nothing is held out. */
  readonly heldOut?: number;
}

/** Where a search stands. */
export interface StrengthSearch {
  /** What the whole network has. */
  readonly whole: number;
  /** The most that may be left. */
  readonly limit: number;
  readonly attempts: readonly Attempt[];
  /** The position of the one that the run goes on with; absent: the search has not ended. */
  readonly chosen?: number;
}

/** Factors are tried at most so often. */
export const mostAttempts = 8;
/** The share of a budget from which on it is met. */
const closeEnough = 0.95;
/** How far a factor goes from the one before while all are on one side of the budget: at least, at most. */
const [leastStep, mostStep] = [1.5, 6];
/** What is left falls with the root of the factor, as long as nothing is known of it. */
const usualSlope = -0.5;
/** How near to one of two factors another between them is at most, as a share of the way. */
const margin = 0.1;
/** Factors as near to one another have none between them that is worth a training. */
const narrow = 1.02;

/** The next factor to try; undefined: the search has ended. Follows from what was tried alone. */
export function nextFactor(attempts: readonly Attempt[], limit: number): number | undefined {
  const chosen = attempts[chosenAttempt(attempts, limit) ?? -1];
  if (attempts.length >= mostAttempts || (chosen && chosen.reached >= closeEnough * limit)) return undefined;
  const isWeak = ({ isAlive, reached }: Attempt): boolean => isAlive && reached > limit;
  const aim = Math.log(limit * Math.sqrt(closeEnough));
  const weak = attempts.filter(isWeak);
  const strong = attempts.filter((attempt) => !isWeak(attempt));
  const [weakest, strongest] = [weak.at(-1), strong.at(-1)];
  if (!weakest && !strongest) return 1;
  if (!weakest || !strongest) return rounded(beyond(weak.length > 0 ? weak : strong, weak.length > 0 ? 1 : -1, aim));
  if (strongest.factor < narrow * weakest.factor) return undefined;
  const [before, last] = attempts.slice(-2).map(isWeak);
  return rounded(weakest.factor * (strongest.factor / weakest.factor) ** (strongest.isAlive && before !== last ? wayTo(aim, weakest, strongest) : 0.5));
}

/** A factor further on, where all so far are on one side. @param direction 1 for stronger, -1 for weaker. */
function beyond(attempts: readonly Attempt[], direction: 1 | -1, aim: number): number {
  const [last, before] = attempts.toReversed();
  const { factor, reached } = present(last, 'attempt');
  const slope = before ? Math.log(reached / before.reached) / Math.log(factor / before.factor) : usualSlope;
  const step = (direction * (aim - Math.log(reached))) / slope;
  const [least, most] = [Math.log(leastStep), Math.log(mostStep)];
  // Where nothing falls, or nothing is left, a line says nothing.
  return factor * Math.exp(direction * (slope < 0 && Number.isFinite(step) ? Math.min(most, Math.max(least, step)) : most));
}

/** Which part of the way from one to the other, near none of the two. */
function wayTo(aim: number, weak: Attempt, strong: Attempt): number {
  const [most, least] = [Math.log(weak.reached), Math.log(strong.reached)];
  return Math.min(1 - margin, Math.max(margin, (most - aim) / (most - least)));
}

/** To four digits: what is tried can be written down. */
function rounded(factor: number): number {
  return Number(factor.toPrecision(4));
}

/** The position of the attempt that leaves the most within the limit, of equal ones with the least held-out error; undefined: none is within it. */
export function chosenAttempt(attempts: readonly Attempt[], limit: number): number | undefined {
  const within = attempts.flatMap(({ isAlive, reached, heldOut = 0 }, at) => (isAlive && reached <= limit ? [{ at, reached, heldOut }] : []));
  return within.toSorted((a, b) => b.reached - a.reached || a.heldOut - b.heldOut || a.at - b.at)[0]?.at;
}

/** To six digits, so that a file with these strengths trains to the same bits. */
export function scaledStrength(strength: number, factor: number): number {
  return factor === 1 ? strength : Number((strength * factor).toPrecision(6));
}

export function scaled(penalty: LassoPenalty, factor: number): LassoPenalty {
  return { ...penalty, strength: scaledStrength(penalty.strength, factor) };
}
