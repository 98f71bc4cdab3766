// Measures the schedules of a network's nests on this machine, those first that take the most time.
//
// Each nest runs alone, in a loop, its own data in the caches. In the network others come between, and what is large
// arrives from memory: there a nest gains less than here, or loses. So the caller compares whole networks in the end.

import type { NestSchedule } from '../../lower/nests-alone.ts';
import type { NestOnTrial } from '../../targets/target.ts';
import { systemClock, warmUp } from '../module/timing.ts';
import type { Clock, Timed } from '../module/timing.ts';
import { tuneCounterpart } from './tune-counterpart.ts';
import type { PlanWith, TunedPlan } from './tune-counterpart.ts';
import { tuneNest } from './tune-nest.ts';
import type { Measuring, TunedNest } from './tune-nest.ts';

export interface TuneProgress {
  readonly nest: string;
  /** From 1. */
  readonly number: number;
  /** To be measured in all, as far as is known: another schedule may want a copy, or want one no longer. */
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
  /** By name, of the plan that their schedules make; a nest that has one schedule only, or takes hardly any time, is not among them. */
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

/** @param first The nests as the model schedules them. */
export async function tuneNests(first: readonly NestOnTrial[], planWith: PlanWith, { stop, onProgress = () => {}, clock = systemClock }: TuneOptions): Promise<TunedNests> {
  const began = clock.now();
  const begin = async (nest: NestOnTrial, schedule: NestSchedule): Promise<Timed> => {
    // Who looks for Ctrl-C has a turn.
    await clock.wait(0);
    if (stop?.aborted) throw new Ended();
    return nest.start(schedule);
  };
  const known = new Map<string, number>();
  const timeOf = async (nest: NestOnTrial): Promise<number> => {
    const ms = known.get(nest.likeness) ?? warmUp(await begin(nest, nest.chosen), clock);
    known.set(nest.likeness, ms);
    return ms;
  };
  let plan: TunedPlan = { nests: first, measured: new Map() };
  let waiting: readonly Alike[] = groupAlike(first).filter(hasChoice);
  try {
    waiting = await worthwhile(plan, timeOf);
    for (let number = 1; clock.now() - began <= patienceMs; number++) {
      const [next, ...later] = waiting;
      if (!next) break;
      const { nest, names } = next;
      const measuring: Measuring = { begin, clock, show: counting({ nest: nest.name, number, nests: number + later.length }, onProgress) };
      const tuned = await tuneNest(nest, measuring);
      plan = { ...plan, measured: new Map([...plan.measured, ...names.map((name) => [name, tuned] as const)]) };
      waiting = later;
      const other = await tuneCounterpart(nest, plan, planWith, measuring);
      if (!other) continue;
      plan = other;
      waiting = await worthwhile(plan, timeOf);
    }
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
  }
  const { nests, measured } = plan;
  const names = new Set(nests.map(({ name }) => name));
  return { nests: measured, left: waiting.flatMap((group) => group.names).filter((name) => names.has(name) && !measured.has(name)) };
}

/** Tells of a nest, and counts its schedules. */
function counting(place: Pick<TuneProgress, 'nest' | 'number' | 'nests'>, onProgress: (progress: TuneProgress) => void): Measuring['show'] {
  let candidates = 0;
  return (more, best) => onProgress({ ...place, candidates: (candidates += more), ...(best !== undefined && { best }) });
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

function hasChoice({ nest: { schedules, counterpart } }: Alike): boolean {
  return schedules.length > 1 || counterpart !== undefined;
}

/**
 * Those not measured yet whose choice takes time: contractions first, for they settle which copies there are, the longest
 * of them first.
 * @param timeOf Milliseconds.
 */
async function worthwhile({ nests, measured }: TunedPlan, timeOf: (nest: NestOnTrial) => Promise<number>): Promise<readonly Alike[]> {
  const timed: { readonly group: Alike; readonly ms: number }[] = [];
  for (const group of groupAlike(nests)) timed.push({ group, ms: group.names.length * (await timeOf(group.nest)) });
  const total = timed.reduce((sum, { ms }) => sum + ms, 0);
  const rank = ({ nest }: Alike): number => (nest.chosen.schedule.kind === 'sweep' ? 1 : 0);
  return timed
    .filter(({ group, ms }) => hasChoice(group) && ms >= leastShare * total && !group.names.every((name) => measured.has(name)))
    .toSorted((a, b) => rank(a.group) - rank(b.group) || b.ms - a.ms)
    .map(({ group }) => group);
}
