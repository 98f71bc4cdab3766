// Measures the schedules of a network's nests on this machine, those first that take the most time.
//
// Each nest runs alone, in a loop, its own data in the caches. In the network others come between, and what is large
// arrives from memory: there a nest gains less than here, or loses. So the caller compares whole networks in the end.

import type { NestSchedule } from '../../lower/nests-alone.ts';
import type { NestOnTrial } from '../../targets/target.ts';
import { systemClock, timeInterleaved, warmUp } from '../module/timing.ts';
import type { Clock, Timed } from '../module/timing.ts';
import { fastestOf, finalBetween } from './contest.ts';
import { entrantsOf, unrollingsOf } from './entrants.ts';

/** Microseconds of a nest alone. */
export interface TunedNest {
  readonly schedule: string;
  readonly byDefault: number;
  /** The same where the default is kept. */
  readonly tuned: number;
}

export interface TuneProgress {
  readonly nest: string;
  /** From 1. */
  readonly number: number;
  /** To be measured in all. */
  readonly nests: number;
  readonly candidates: number;
  /** The fastest so far. */
  readonly best?: string;
}

export interface TuneOptions {
  /** Ends the measuring soon; what is measured counts. */
  readonly stop?: AbortSignal | undefined;
  readonly onProgress?: ((progress: TuneProgress) => void) | undefined;
  /** The system's unless given. */
  readonly clock?: Clock | undefined;
}

export interface TunedNests {
  /** By name; a nest that has one schedule only, or takes hardly any time, is not among them. */
  readonly nests: ReadonlyMap<string, TunedNest>;
  /** Names of those that it has not come to. */
  readonly left: readonly string[];
}

/** A nest, and those that are like it. */
interface Alike {
  readonly nest: NestOnTrial;
  readonly names: readonly string[];
}

/** Of the time of all: what a nest below it gains is not seen in the whole. */
const leastShare = 0.01;
/** Milliseconds after which no further nest is begun. */
const patienceMs = 120_000;

/** Thrown where the measuring is to end. */
class Ended extends Error {}

export async function tuneNests(all: readonly NestOnTrial[], { stop, onProgress = () => {}, clock = systemClock }: TuneOptions): Promise<TunedNests> {
  const began = clock.now();
  const begin = async (nest: NestOnTrial, schedule: NestSchedule): Promise<Timed> => {
    // Who looks for Ctrl-C has a turn.
    await clock.wait(0);
    if (stop?.aborted) throw new Ended();
    return nest.start(schedule);
  };
  const nests = new Map<string, TunedNest>();
  const groups = groupAlike(all);
  let waiting = groups.filter(({ nest }) => nest.schedules.length > 1);
  try {
    waiting = await worthwhile(groups, async (nest) => warmUp(await begin(nest, nest.chosen), clock));
    for (const [at, { nest, names }] of waiting.entries()) {
      if (clock.now() - began > patienceMs) break;
      const tuned = await tuneNest(nest, (schedule) => begin(nest, schedule), (candidates, best) => onProgress({ nest: nest.name, number: at + 1, nests: waiting.length, candidates, ...(best !== undefined && { best }) }), clock);
      for (const name of names) nests.set(name, tuned);
    }
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
  }
  return { nests, left: waiting.flatMap(({ names }) => names).filter((name) => !nests.has(name)) };
}

function groupAlike(nests: readonly NestOnTrial[]): readonly Alike[] {
  const groups = new Map<string, { readonly nest: NestOnTrial; readonly names: string[] }>();
  for (const nest of nests) {
    const known = groups.get(nest.likeness);
    if (known) known.names.push(nest.name);
    else groups.set(nest.likeness, { nest, names: [nest.name] });
  }
  return [...groups.values()];
}

/** Those with a choice that takes time: contractions first, the longest of them first. @param timeOf Milliseconds. */
async function worthwhile(groups: readonly Alike[], timeOf: (nest: NestOnTrial) => Promise<number>): Promise<Alike[]> {
  const timed: { readonly group: Alike; readonly ms: number }[] = [];
  for (const group of groups) timed.push({ group, ms: group.names.length * (await timeOf(group.nest)) });
  const total = timed.reduce((sum, { ms }) => sum + ms, 0);
  const rank = ({ nest }: Alike): number => (nest.chosen.schedule.kind === 'sweep' ? 1 : 0);
  return timed
    .filter(({ group, ms }) => group.nest.schedules.length > 1 && ms >= leastShare * total)
    .toSorted((a, b) => rank(a.group) - rank(b.group) || b.ms - a.ms)
    .map(({ group }) => group);
}

async function tuneNest({ chosen, schedules }: NestOnTrial, begin: (schedule: NestSchedule) => Promise<Timed>, show: (candidates: number, best?: string) => void, clock: Clock): Promise<TunedNest> {
  const fastest = async (entrants: readonly NestSchedule[]): Promise<NestSchedule> => {
    const started: Timed[] = [];
    for (const entrant of entrants) started.push(await begin(entrant));
    return entrants[await fastestOf(started, clock)] ?? chosen;
  };
  const entrants = entrantsOf({ chosen, schedules });
  show(entrants.length);
  const tile = await fastest(entrants);
  const unrollings = unrollingsOf(tile, schedules);
  show(entrants.length + unrollings.length, tile.text);
  const best = unrollings.length > 0 ? await fastest([tile, ...unrollings]) : tile;
  if (best.text === chosen.text) {
    const [byDefault = NaN] = await timeInterleaved([await begin(chosen)], clock);
    return { schedule: chosen.text, byDefault, tuned: byDefault };
  }
  show(entrants.length + unrollings.length, best.text);
  const { incumbent, challenger, isWon } = await finalBetween(await begin(chosen), await begin(best), clock);
  return isWon ? { schedule: best.text, byDefault: incumbent, tuned: challenger } : { schedule: chosen.text, byDefault: incumbent, tuned: incumbent };
}
