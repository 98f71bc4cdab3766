// Schedules as text, one line each:
//
//   tile 5 of x, 2 vectors of o, unroll 4       registers hold 5 points of axis x by 2 vectors of axis o; 4 steps a turn
//   tile 1 vector of o                          without a tile axis, and with steps that follow strides
//   sweep n y x, vectors of c, unrolled         loops over n, y, x; vectors along c; the window is written out
//   sweep n y, 4 of x, vectors of c, unrolled   four points of x at once, which share what they load
//   sweep n                                     element by element
//
// What a machine does not have (vectors of several lanes) is printed all the same, so that texts look alike.

import { present } from '../../base/invariant.ts';
import type { Axis } from '../../ir/nest.ts';
import type { Schedule, Sweep, Tiling } from './schedule.ts';

/** @param axes Of the nest. */
export function printSchedule(schedule: Schedule, axes: readonly Axis[]): string {
  const nameOf = (axis: number): string => present(axisNames(axes)[axis], 'axis');
  return (schedule.kind === 'tile' ? tilingParts(schedule, nameOf) : sweepParts(schedule, nameOf)).join(', ');
}

function tilingParts({ vectorAxis, vectors, tileAxis, points, unroll }: Tiling, nameOf: (axis: number) => string): readonly string[] {
  const sides = [...(tileAxis === undefined ? [] : [`${points} of ${nameOf(tileAxis)}`]), `${vectors} ${vectors === 1 ? 'vector' : 'vectors'} of ${nameOf(vectorAxis)}`];
  return [`tile ${sides.join(', ')}`, ...(unroll === undefined ? [] : [`unroll ${unroll}`])];
}

function sweepParts({ order, strip, vectorAxis, unrolled }: Sweep, nameOf: (axis: number) => string): readonly string[] {
  return [['sweep', ...order.map(nameOf)].join(' '), ...(strip ? [`${strip.points} of ${nameOf(strip.axis)}`] : []), ...(vectorAxis === undefined ? [] : [`vectors of ${nameOf(vectorAxis)}`]), ...(unrolled ? ['unrolled'] : [])];
}

const tilePattern = /^tile (?:(?<points>[1-9]\d*) of (?<tileAxis>\S+), )?(?<vectors>[1-9]\d*) vectors? of (?<vectorAxis>\S+?)(?:, unroll (?<unroll>[1-9]\d*))?$/;
const sweepPattern = /^sweep(?<order>(?: [^\s,]+)*)(?:, (?<points>[1-9]\d*) of (?<stripAxis>[^\s,]+))?(?:, vectors of (?<vectorAxis>[^\s,]+))?(?<unrolled>, unrolled)?$/;

/** The schedule that a text stands for over these axes; undefined where it is none, or names another axis. */
export function parseSchedule(text: string, axes: readonly Axis[]): Schedule | undefined {
  const names = axisNames(axes);
  const axisOf = (name: string): number => names.indexOf(name);
  const schedule = parsedTiling(text, axisOf) ?? parsedSweep(text, axisOf);
  return schedule && axesNamed(schedule).every((axis) => axis >= 0) ? schedule : undefined;
}

function parsedTiling(text: string, axisOf: (name: string) => number): Tiling | undefined {
  const groups = tilePattern.exec(text)?.groups;
  if (!groups) return undefined;
  const { points, tileAxis, vectors, vectorAxis, unroll } = groups;
  return {
    kind: 'tile',
    vectorAxis: axisOf(present(vectorAxis, 'vector axis')),
    vectors: Number(vectors),
    tileAxis: tileAxis === undefined ? undefined : axisOf(tileAxis),
    points: points === undefined ? 1 : Number(points),
    unroll: unroll === undefined ? undefined : Number(unroll),
  };
}

function parsedSweep(text: string, axisOf: (name: string) => number): Sweep | undefined {
  const groups = sweepPattern.exec(text)?.groups;
  if (!groups) return undefined;
  const { order = '', points, stripAxis, vectorAxis, unrolled } = groups;
  const strip = stripAxis === undefined ? undefined : { axis: axisOf(stripAxis), points: Number(points) };
  return { kind: 'sweep', order: order.split(' ').filter((name) => name !== '').map(axisOf), strip, vectorAxis: vectorAxis === undefined ? undefined : axisOf(vectorAxis), unrolled: unrolled !== undefined };
}

function axesNamed(schedule: Schedule): readonly number[] {
  const { vectorAxis } = schedule;
  const others = schedule.kind === 'tile' ? [schedule.tileAxis] : [...schedule.order, schedule.strip?.axis];
  return [vectorAxis, ...others].filter((axis) => axis !== undefined);
}

/** The names of axes, told apart by their numbers where several have one. */
function axisNames(axes: readonly Axis[]): readonly string[] {
  return axes.map(({ name }, at) => (axes.some((other, i) => i !== at && other.name === name) ? `${name}@${at}` : name));
}
