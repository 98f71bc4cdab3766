// Whether a nest is faster by a schedule of the other sort: one that leaves zeros out, where the plan has a tile that
// multiplies by every weight, and the other way round. The two may want their image to lie otherwise, so the other sort
// is measured in a plan of its own, and with a nest counts all that only its plan has: the copies that it reads, and what
// else takes another schedule because they are there, or are not.
//
//   conv2: sparse 3 of y, 4 vectors of x       conv2.rows + conv2     31 us
//   conv2: tile 6 of x, 2 vectors of o                      conv2     27 us      taken

import { present } from '../../base/invariant.ts';
import type { NestSchedule } from '../../lower/nests-alone.ts';
import type { SchedulePins } from '../../lower/schedule/pins.ts';
import type { NestOnTrial } from '../../targets/target.ts';
import { warmed } from '../module/timing.ts';
import type { Timed } from '../module/timing.ts';
import { finalBetween } from './contest.ts';
import { fastestSchedule } from './tune-nest.ts';
import type { Measuring, TunedNest } from './tune-nest.ts';

/** The nests of the network where these schedules are pinned. */
export type PlanWith = (pins: SchedulePins) => Promise<readonly NestOnTrial[]>;

/** A plan, some of whose nests are measured. */
export interface TunedPlan {
  readonly nests: readonly NestOnTrial[];
  /** By name. */
  readonly measured: ReadonlyMap<string, TunedNest>;
}

/** Where the model's choice of the other sort takes so many times as long, no other tile of that sort makes up for it. */
const hopeless = 2;

export function pinsOf(measured: TunedPlan['measured']): SchedulePins {
  return { schedules: new Map([...measured].map(([name, { schedule }]) => [name, schedule])) };
}

/**
 * The plan that takes the place of this one; undefined where this one stays.
 * @param nest Of the plan, and measured; nobody has pinned it.
 */
export async function tuneCounterpart(nest: NestOnTrial, plan: TunedPlan, planWith: PlanWith, measuring: Measuring): Promise<TunedPlan | undefined> {
  const { begin, show, clock } = measuring;
  const { name, counterpart, schedules } = nest;
  if (!counterpart) return undefined;
  const { measured } = plan;
  const before = present(measured.get(name), 'measured nest');
  const others = await planWith({ schedules: new Map([...pinsOf(measured).schedules, [name, counterpart.text]]) });
  const twin = present(others.find((each) => each.name === name), 'nest of the other plan');
  const [own, foreign] = [onlyIn(plan.nests, others, measured), onlyIn(others, plan.nests, measured)];
  const kept = present(schedules.find(({ text }) => text === before.schedule), 'measured schedule');
  const incumbent = (): Promise<Timed> => together(nest, kept, own, begin);
  const challenger = (schedule: NestSchedule): Promise<Timed> => together(twin, schedule, foreign, begin);
  show(0, before.schedule);
  const [held = NaN, claimed = NaN] = (await warmed([await incumbent(), await challenger(twin.chosen)], clock)).map(({ fastest }) => fastest);
  if (claimed > hopeless * held) return undefined;
  const best = await fastestSchedule(twin, { ...measuring, show: (more) => show(more, before.schedule) });
  const final = await finalBetween(await incumbent(), await challenger(best), clock);
  if (!final.isWon) return undefined;
  const byDefault = final.incumbent + before.byDefault - before.tuned;
  return { nests: others, measured: new Map([...measured, [name, { schedule: best.text, byDefault, tuned: final.challenger }]]) };
}

/** Nests that the other plan has not, or with another schedule. Those that are measured are settled, and the same in both. */
function onlyIn(plan: readonly NestOnTrial[], other: readonly NestOnTrial[], measured: TunedPlan['measured']): readonly NestOnTrial[] {
  const texts = new Map(other.map(({ name, chosen }) => [name, chosen.text]));
  return plan.filter(({ name, chosen }) => !measured.has(name) && texts.get(name) !== chosen.text);
}

/** A nest and others, as the plan has them, one after another. */
async function together(nest: NestOnTrial, schedule: NestSchedule, others: readonly NestOnTrial[], begin: Measuring['begin']): Promise<Timed> {
  const started = [await begin(nest, schedule)];
  for (const other of others) started.push(await begin(other, other.chosen));
  return { run: () => started.forEach(({ run }) => run()) };
}
