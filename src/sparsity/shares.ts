// A budget of a whole network, shared by layers of which some can lose more than others: each may lose groups as long as the
// loss of the network grows by no more than a common bound, with all other layers as they are (the sensitivity scan of Li et
// al., 2017). The bound is the least at which all together come down to the budget; between two bounds that differ in what
// they leave, all counts go down by the same part of the way.

import { present } from '../base/invariant.ts';

/** What the loss is with so many groups of a layer left, all else being as it is. */
export interface SensitivityPoint {
  readonly kept: number;
  readonly loss: number;
}

/** Of one set of groups: from all of them down. */
export type Sensitivity = readonly SensitivityPoint[];

export type Shares =
  /** Groups that each set keeps, and what the network then has. */
  | { readonly kind: 'within'; readonly kept: readonly number[]; readonly cost: number }
  /** What it has with a single group of each left is more than the budget. */
  | { readonly kind: 'beyond'; readonly least: number };

/** Shares of a scan: points at which the loss is looked at. */
export const scannedShares: readonly number[] = [0.75, 0.5, 0.35, 0.25, 0.15, 0.1, 0.05];

/**
 * The largest counts within the budget.
 * @param sensitivities At least one.
 * @param costOf What the network has with such counts: it never grows as one of them falls.
 */
export function sharesWithin(sensitivities: readonly Sensitivity[], budget: number, costOf: (kept: readonly number[]) => number): Shares {
  const falling = sensitivities.map(asFalling);
  const bounds = [...new Set(falling.flat().map(({ growth }) => growth))].toSorted((a, b) => a - b);
  const all = falling.map((points) => present(points[0], 'all groups').kept);
  const steps = [all, ...bounds.map((bound) => falling.map((points) => keptAt(points, bound))), all.map(() => 1)];
  const first = firstWithin(steps, (kept) => costOf(kept) <= budget);
  if (first === undefined) return { kind: 'beyond', least: costOf(present(steps.at(-1), 'single groups')) };
  const least = present(steps[first], 'step');
  const fits = (kept: readonly number[]): boolean => costOf(kept) <= budget;
  const kept = filledUp(first === 0 ? least : between(least, present(steps[first - 1], 'step'), fits), all, fits);
  return { kind: 'within', kept, cost: costOf(kept) };
}

interface FallingPoint {
  readonly kept: number;
  /** Of the loss, over that of all groups; never less with fewer. */
  readonly growth: number;
}

function asFalling(points: Sensitivity): readonly FallingPoint[] {
  const [all] = points;
  let most = 0;
  return points.map(({ kept, loss }) => {
    most = Math.max(most, loss - present(all, 'loss of all groups').loss);
    return { kept, growth: most };
  });
}

function keptAt(points: readonly FallingPoint[], bound: number): number {
  return Math.min(...points.flatMap(({ kept, growth }) => (growth <= bound ? [kept] : [])));
}

/** The first of steps that fits, where all behind one that fits do too. */
function firstWithin<T>(steps: readonly T[], fits: (step: T) => boolean): number | undefined {
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fits(present(steps[middle], 'step'))) high = middle;
    else low = middle + 1;
  }
  return low < steps.length ? low : undefined;
}

/** Halvings of the way from counts that fit to counts that do not. */
const halvings = 8;

function between(fitting: readonly number[], beyond: readonly number[], fits: (kept: readonly number[]) => boolean): readonly number[] {
  let best = fitting;
  for (let [low, high, i] = [0, 1, 0]; i < halvings; i++) {
    const part = (low + high) / 2;
    const tried = fitting.map((kept, at) => Math.floor(kept + part * (present(beyond[at], 'count') - kept)));
    if (fits(tried)) [best, low] = [tried, part];
    else high = part;
  }
  return best;
}

/** One group more of each set in turn, as long as that fits. */
function filledUp(kept: readonly number[], all: readonly number[], fits: (kept: readonly number[]) => boolean): readonly number[] {
  let best = kept;
  for (let grows = true; grows; ) {
    grows = false;
    for (const [at, count] of best.entries()) {
      if (count >= present(all[at], 'count')) continue;
      const more = best.with(at, count + 1);
      if (fits(more)) [best, grows] = [more, true];
    }
  }
  return best;
}
