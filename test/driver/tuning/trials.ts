// Nests that take as long as a test says, by a clock of its own.

import type { NestSchedule } from '../../../src/lower/nests-alone.ts';
import type { Schedule } from '../../../src/lower/schedule/schedule.ts';
import type { Clock } from '../../../src/driver/module/timing.ts';
import type { PlanWith } from '../../../src/driver/tuning/tune-counterpart.ts';
import type { NestOnTrial } from '../../../src/targets/target.ts';

export interface FakeClock extends Clock {
  readonly pass: (ms: number) => void;
}

export function fakeClock(): FakeClock {
  let time = 0;
  return {
    now: () => time,
    wait: async (ms) => void (time += ms),
    pass: (ms) => void (time += ms),
  };
}

export function tile(points: number, vectors: number, unroll: number, cost = 1): NestSchedule {
  const schedule: Schedule = { kind: 'tile', vectorAxis: 1, vectors, tileAxis: 3, points, unroll };
  return { text: `tile ${points} of x, ${vectors} vectors of o, unroll ${unroll}`, schedule, cost };
}

export function sweep(unrolled: boolean, cost = 1): NestSchedule {
  return { text: unrolled ? 'sweep n, unrolled' : 'sweep n', schedule: { kind: 'sweep', order: [0], strip: undefined, vectorAxis: undefined, unrolled }, cost };
}

/** Tiles of 1 to 4 points by 1 to 3 vectors, each unrolled by 8, 1, 2 and 4; the model likes large ones. */
export const tiles: readonly NestSchedule[] = [1, 2, 3, 4].flatMap((points) => [1, 2, 3].flatMap((vectors) => [8, 1, 2, 4].map((unroll) => tile(points, vectors, unroll, 1 / (points * vectors)))));

/** Nests without a counterpart are never planned again. */
export const noOther: PlanWith = () => {
  throw new Error('planned again');
};

export interface Trial extends NestOnTrial {
  /** Texts of the schedules that were started, in order. */
  readonly started: readonly string[];
}

/** @param msOf Milliseconds of each call. */
export function nestTaking(clock: FakeClock, name: string, msOf: (schedule: NestSchedule) => number, schedules: readonly NestSchedule[] = tiles, chosen: NestSchedule = tile(4, 3, 8)): Trial {
  const started: string[] = [];
  return {
    name,
    likeness: name,
    chosen,
    schedules,
    started,
    start: async (schedule) => {
      started.push(schedule.text);
      return { run: () => clock.pass(msOf(schedule)) };
    },
  };
}
