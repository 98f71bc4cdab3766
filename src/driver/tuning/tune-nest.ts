// The fastest schedule of one nest among those of one sort: all that leave zeros out, all tiles, or all sweeps.

import { present } from '../../base/invariant.ts';
import type { NestSchedule } from '../../lower/nests-alone.ts';
import type { NestOnTrial } from '../../targets/target.ts';
import { timeInterleaved } from '../module/timing.ts';
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

/** What trials are run with. */
export interface Measuring {
  /** Starts a nest alone, or ends the measuring by throwing. */
  readonly begin: (nest: NestOnTrial, schedule: NestSchedule) => Promise<Timed>;
  /** @param more Schedules that are measured from now on. @param best The fastest so far. */
  readonly show: (more: number, best?: string) => void;
  readonly clock: Clock;
}

export async function tuneNest(nest: NestOnTrial, measuring: Measuring): Promise<TunedNest> {
  const { begin, show, clock } = measuring;
  const { chosen } = nest;
  const best = await fastestSchedule(nest, measuring);
  if (best.text === chosen.text) {
    const [byDefault = NaN] = await timeInterleaved([await begin(nest, chosen)], clock);
    return { schedule: chosen.text, byDefault, tuned: byDefault };
  }
  show(0, best.text);
  const { incumbent, challenger, isWon } = await finalBetween(await begin(nest, chosen), await begin(nest, best), clock);
  return isWon ? { schedule: best.text, byDefault: incumbent, tuned: challenger } : { schedule: chosen.text, byDefault: incumbent, tuned: incumbent };
}

/** Of the sort of the chosen one, by heats: nobody has made sure of it. */
export async function fastestSchedule(nest: NestOnTrial, { begin, show, clock }: Measuring): Promise<NestSchedule> {
  const fastest = async (entrants: readonly NestSchedule[]): Promise<NestSchedule> => {
    const started: Timed[] = [];
    for (const entrant of entrants) started.push(await begin(nest, entrant));
    return present(entrants[await fastestOf(started, clock)], 'entrant');
  };
  const entrants = entrantsOf(nest);
  show(entrants.length);
  const tile = await fastest(entrants);
  const unrollings = unrollingsOf(tile, nest.schedules);
  show(unrollings.length, tile.text);
  return unrollings.length > 0 ? await fastest([tile, ...unrollings]) : tile;
}
