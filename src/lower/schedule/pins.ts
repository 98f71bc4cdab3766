// Schedules that somebody has chosen, by the names of nests, and what is wrong with those that fit nothing.

import { defineDiagnostics, fail, type DiagnosticTable } from '../../base/diagnostic.ts';
import { present } from '../../base/invariant.ts';
import { didYouMean } from '../../base/suggest.ts';
import type { Axis } from '../../ir/nest.ts';
import type { Candidate } from './schedule.ts';
import { parseSchedule, printSchedule } from './schedule-text.ts';

/** Nests without a schedule have the machine's own. */
export interface SchedulePins {
  /** What a person calls the file that they are from, if they are from one. */
  readonly file?: string;
  /** The text of a schedule (schedule-text.ts) by the name of a nest. */
  readonly schedules: ReadonlyMap<string, string>;
}

export const unpinned: SchedulePins = { schedules: new Map() };

const scheduleMessages = {
  'unknown-nest': (from: string, nest: string): string => `${from}: there is no nest ${nest} to schedule`,
  'no-fit': (from: string, nest: string, text: string): string => `${from}: the schedule of nest ${nest} does not fit it: ${JSON.stringify(text)}`,
};
export const scheduleDiagnostics: DiagnosticTable<typeof scheduleMessages> = defineDiagnostics('schedule', scheduleMessages);

/** @throws DiagnosticError `schedule/unknown-nest` */
export function checkPins(pins: SchedulePins, nests: readonly string[]): void {
  const known = new Set(nests);
  for (const name of pins.schedules.keys()) {
    if (!known.has(name)) fail(scheduleDiagnostics['unknown-nest']({ args: [placeOf(pins), name], help: didYouMean(name, nests) ?? '`build --dump-after schedule` names the nests' }));
  }
}

/** Where pins are from, as faults say it. */
function placeOf({ file = 'the given schedules' }: SchedulePins): string {
  return file;
}

/** The candidate that a pin names; undefined where it is none of these. */
export function pinned(text: string, candidates: readonly Candidate[], axes: readonly Axis[]): Candidate | undefined {
  const parsed = parseSchedule(text, axes);
  const wanted = parsed && printSchedule(parsed, axes);
  return candidates.find(({ schedule }) => printSchedule(schedule, axes) === wanted);
}

/** Schedules that an answer names at most. */
const mostNamed = 4;

export function failToFit(pins: SchedulePins, nest: string, candidates: readonly Candidate[], axes: readonly Axis[]): never {
  const text = present(pins.schedules.get(nest), 'pin');
  const has = axes.map(({ name, extent }) => `${name}:${extent}`).join(' ');
  const fitting = candidates.toSorted((a, b) => a.cost - b.cost).map(({ schedule }) => printSchedule(schedule, axes));
  const alike = fitting.filter((each) => each.split(' ')[0] === text.split(' ')[0]);
  const named = (alike.length > 0 ? alike : fitting).slice(0, mostNamed);
  fail(scheduleDiagnostics['no-fit']({ args: [placeOf(pins), nest, text], help: `${nest} has ${has}; what fits is ${named.map((each) => `"${each}"`).join(', ')}${fitting.length > named.length ? `, and ${fitting.length - named.length} more` : ''}` }));
}
