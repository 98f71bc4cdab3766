// Schedules that somebody has chosen, by the names of nests, and what is wrong with those that fit nothing.

import { defineDiagnostics, fail, type DiagnosticTable } from '../../base/diagnostic.ts';
import { didYouMean } from '../../base/suggest.ts';
import type { Axis } from '../../ir/nest.ts';
import type { Candidate } from './schedule.ts';
import { parseSchedule, printSchedule } from './schedule-text.ts';

/** The text of a schedule (schedule-text.ts) by the name of a nest. Nests without one have the machine's own. */
export type SchedulePins = ReadonlyMap<string, string>;

export const unpinned: SchedulePins = new Map();

const scheduleMessages = {
  unreadable: (line: number, text: string): string => `line ${line} is no schedule of a nest: ${JSON.stringify(text)}`,
  twice: (nest: string): string => `nest ${nest} has two schedules`,
  'unknown-nest': (nest: string): string => `there is no nest ${nest} to schedule`,
  'no-fit': (nest: string, text: string): string => `the schedule of nest ${nest} does not fit it: ${JSON.stringify(text)}`,
};
export const scheduleDiagnostics: DiagnosticTable<typeof scheduleMessages> = defineDiagnostics('schedule', scheduleMessages);

/** As `--dump-after schedule` writes it: a line `NEST: SCHEDULE` each. @throws DiagnosticError */
export function parsePins(text: string): SchedulePins {
  const pins = new Map<string, string>();
  for (const [at, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const colon = line.lastIndexOf(': ');
    if (colon < 1) fail(scheduleDiagnostics.unreadable({ args: [at + 1, line], help: 'write `conv1: tile 5 of x, 2 vectors of o`, as `build --dump-after schedule` does' }));
    const nest = line.slice(0, colon);
    if (pins.has(nest)) fail(scheduleDiagnostics.twice({ args: [nest], help: `leave one line of ${nest}` }));
    pins.set(nest, line.slice(colon + 2).trimEnd());
  }
  return pins;
}

/** @throws DiagnosticError `schedule/unknown-nest` */
export function checkPins(pins: SchedulePins, nests: readonly string[]): void {
  for (const name of pins.keys()) {
    if (!nests.includes(name)) fail(scheduleDiagnostics['unknown-nest']({ args: [name], help: didYouMean(name, nests) ?? `the nests are ${nests.join(', ')}` }));
  }
}

/** The candidate that a pin names; undefined where it is none of these. */
export function pinned(text: string, candidates: readonly Candidate[], axes: readonly Axis[]): Candidate | undefined {
  const wanted = parseSchedule(text, axes);
  return wanted && candidates.find(({ schedule }) => printSchedule(schedule, axes) === printSchedule(wanted, axes));
}

/** Schedules that an answer names. */
const fewest = 4;

export function failToFit(nest: string, text: string, candidates: readonly Candidate[], axes: readonly Axis[]): never {
  const has = axes.map(({ name, extent }) => `${name}:${extent}`).join(' ');
  const fitting = candidates.toSorted((a, b) => a.cost - b.cost).map(({ schedule }) => printSchedule(schedule, axes));
  const alike = fitting.filter((each) => each.split(' ')[0] === text.split(' ')[0]);
  const named = (alike.length > 0 ? alike : fitting).slice(0, fewest);
  fail(scheduleDiagnostics['no-fit']({ args: [nest, text], help: `${nest} has ${has}; what fits is ${named.map((each) => `"${each}"`).join(', ')}${fitting.length > named.length ? `, and ${fitting.length - named.length} more` : ''}` }));
}
