// Which schedules of a nest are worth a trial: those that the model of the machine thinks best, and some of every
// sort, since it is the model that is on trial. How often a loop is unrolled, of which the model knows nothing, is
// tried last, on the best tile alone.

import type { NestAlone, NestSchedule } from '../../lower/nests-alone.ts';
import { leavesZerosOut, type Tiling } from '../../lower/schedule/schedule.ts';

/** Tiles of least cost that are tried. */
const cheapest = 8;
/** Entrants in all, the first of each sort among them. */
const most = 16;

/** The chosen one first, then others by cost. */
export function entrantsOf({ chosen, schedules }: Pick<NestAlone, 'chosen' | 'schedules'>): readonly NestSchedule[] {
  const rivals = schedules.filter(({ text, schedule }) => text !== chosen.text && isRival(schedule, chosen.schedule)).toSorted((a, b) => a.cost - b.cost);
  const sorts = new Set([sortOf(chosen)]);
  const firsts = rivals.filter((rival) => {
    const sort = sortOf(rival);
    const isFirst = !sorts.has(sort);
    sorts.add(sort);
    return isFirst;
  });
  const entrants = new Set([chosen, ...rivals.slice(0, cheapest), ...firsts]);
  return [...entrants].slice(0, most);
}

/** Where a nest is a contraction sweeps are no match, and unrollings come later. What leaves zeros out and what does not meet in the end (tune-counterpart.ts). */
function isRival(schedule: NestSchedule['schedule'], chosen: NestSchedule['schedule']): boolean {
  return leavesZerosOut(schedule) ? leavesZerosOut(chosen) : schedule.kind === chosen.kind && (schedule.kind !== 'tile' || chosen.kind !== 'tile' || schedule.unroll === chosen.unroll);
}

/** Tiles over other axes, or of another width or height. */
function sortOf({ text, schedule }: NestSchedule): string {
  if (schedule.kind === 'sweep' || schedule.kind === 'sparse rows') return text;
  return [schedule.vectorAxis, schedule.tileAxis, schedule.vectors, ...(schedule.kind === 'sparse' ? [schedule.run] : [])].join(' ');
}

/** The same tile with its loop unrolled otherwise. */
export function unrollingsOf({ text, schedule }: NestSchedule, schedules: readonly NestSchedule[]): readonly NestSchedule[] {
  if (schedule.kind !== 'tile') return [];
  return schedules.filter((other) => other.text !== text && other.schedule.kind === 'tile' && isSameTile(other.schedule, schedule));
}

function isSameTile(a: Tiling, b: Tiling): boolean {
  return a.vectorAxis === b.vectorAxis && a.vectors === b.vectors && a.tileAxis === b.tileAxis && a.points === b.points;
}
