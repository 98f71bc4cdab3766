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

/** What scans of all sets that share have found, in the order of the sets. */
export type Scan = readonly Sensitivity[];

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
  const fits = (kept: readonly number[]): boolean => costOf(kept) <= budget;
  const first = firstWithin(steps, fits);
  if (first === undefined) return { kind: 'beyond', least: costOf(present(steps.at(-1), 'single groups')) };
  const least = present(steps[first], 'step');
  const kept = filledUp(first === 0 ? least : between(least, present(steps[first - 1], 'step'), fits), all, budget, costOf);
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

/** Of the way from counts that fit to counts that do not: at least so many. */
const fewestHalvings = 8;
/** Groups of the layer that changes most which the way is at most off by, whatever its length. */
const mostLeft = 16;

function between(fitting: readonly number[], beyond: readonly number[], fits: (kept: readonly number[]) => boolean): readonly number[] {
  const widest = Math.max(...fitting.map((kept, at) => present(beyond[at], 'count') - kept));
  const halvings = Math.max(fewestHalvings, Math.ceil(Math.log2(widest / mostLeft)));
  let best = fitting;
  for (let [low, high, i] = [0, 1, 0]; i < halvings; i++) {
    const part = (low + high) / 2;
    const tried = fitting.map((kept, at) => Math.floor(kept + part * (present(beyond[at], 'count') - kept)));
    if (fits(tried)) [best, low] = [tried, part];
    else high = part;
  }
  return best;
}

/**
 * One group more of each set in turn, as long as that fits. A set that has no room once has none later, as costs never
 * fall: so as many turns as all sets together have room for are taken at once, and then one alone, which at least one of them
 * drops out of.
 */
function filledUp(kept: readonly number[], all: readonly number[], budget: number, costOf: (kept: readonly number[]) => number): readonly number[] {
  const totalOf = (at: number): number => present(all[at], 'count');
  let best = kept;
  for (let growing = kept.flatMap((count, at) => (count < totalOf(at) ? [at] : [])); growing.length > 0; ) {
    const before = best;
    const grown = (turns: number): readonly number[] => before.map((count, at) => (growing.includes(at) ? Math.min(totalOf(at), count + turns) : count));
    const turns = mostWithin(Math.max(...growing.map((at) => totalOf(at) - present(before[at], 'count'))), budget, (tried) => costOf(grown(tried)));
    best = grown(turns);
    growing = growing.filter((at) => {
      const count = present(best[at], 'count');
      if (count >= totalOf(at)) return false;
      const more = best.with(at, count + 1);
      if (costOf(more) > budget) return false;
      best = more;
      return true;
    });
  }
  return best;
}

/** The largest number up to `most` whose cost is within the budget, as that of 0 is. Costs are nearly straight lines, so most guesses are close. */
function mostWithin(most: number, budget: number, costOf: (count: number) => number): number {
  let [low, lowCost] = [0, costOf(0)];
  let [high, highCost] = [most, costOf(most)];
  if (highCost <= budget) return most;
  for (let turn = 1; high - low > 1; turn++) {
    const share = turn % 3 === 0 ? 0.5 : (budget - lowCost) / (highCost - lowCost);
    const tried = Math.min(high - 1, Math.max(low + 1, low + Math.floor(share * (high - low))));
    const cost = costOf(tried);
    if (cost <= budget) [low, lowCost] = [tried, cost];
    else [high, highCost] = [tried, cost];
  }
  return low;
}
