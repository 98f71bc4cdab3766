// Schedules as text, one line each:
//
//   tile 5 of x, 2 vectors of o, unroll 4       registers hold 5 points of axis x by 2 vectors of axis o; 4 steps a turn
//   tile 1 vector of o                          without a tile axis, and with steps that follow strides
//   sparse 3 of y, 4 vectors of x               3 points by 4 vectors in registers; weights that are zero are left out
//   sparse 5 of y, 2 vectors of x, runs of 3    the same with three weights along y at once
//   sparse rows                                 the same element by element
//   sweep n y x, vectors of c, unrolled         loops over n, y, x; vectors along c; the window is written out
//   sweep n y, 4 of x, vectors of c, unrolled   four points of x at once, which share what they load
//   sweep n                                     element by element
//
// What a machine does not have (vectors of several lanes) is printed all the same, so that texts look alike.

import { present } from '../../base/invariant.ts';
import type { Axis } from '../../ir/nest.ts';
import type { Schedule, SparseTiling, Sweep, Tiling } from './schedule.ts';

/** @param axes Of the nest. */
export function printSchedule(schedule: Schedule, axes: readonly Axis[]): string {
  const nameOf = (axis: number): string => present(axisNames(axes)[axis], 'axis');
  return partsOf(schedule, nameOf).join(', ');
}

function partsOf(schedule: Schedule, nameOf: (axis: number) => string): readonly string[] {
  if (schedule.kind === 'sparse rows') return [schedule.kind];
  return schedule.kind === 'sweep' ? sweepParts(schedule, nameOf) : tilingParts(schedule, nameOf);
}

function tilingParts(schedule: Tiling | SparseTiling, nameOf: (axis: number) => string): readonly string[] {
  const { kind, vectorAxis, vectors, tileAxis, points } = schedule;
  const sides = [...(tileAxis === undefined ? [] : [`${points} of ${nameOf(tileAxis)}`]), `${vectors} ${vectors === 1 ? 'vector' : 'vectors'} of ${nameOf(vectorAxis)}`];
  return [`${kind} ${sides.join(', ')}`, ...(kind === 'sparse' ? runParts(schedule) : unrollParts(schedule))];
}

function unrollParts({ unroll }: Tiling): readonly string[] {
  return unroll === undefined ? [] : [`unroll ${unroll}`];
}

function runParts({ run }: SparseTiling): readonly string[] {
  return run === 1 ? [] : [`runs of ${run}`];
}

function sweepParts({ order, strip, vectorAxis, unrolled }: Sweep, nameOf: (axis: number) => string): readonly string[] {
  return [['sweep', ...order.map(nameOf)].join(' '), ...(strip ? [`${strip.points} of ${nameOf(strip.axis)}`] : []), ...(vectorAxis === undefined ? [] : [`vectors of ${nameOf(vectorAxis)}`]), ...(unrolled ? ['unrolled'] : [])];
}

const tilePattern = /^(?<kind>tile|sparse) (?:(?<points>[1-9]\d*) of (?<tileAxis>\S+), )?(?<vectors>[1-9]\d*) vectors? of (?<vectorAxis>\S+?)(?:, unroll (?<unroll>[1-9]\d*)|, runs of (?<run>[1-9]\d*))?$/;
const sweepPattern = /^sweep(?<order>(?: [^\s,]+)*)(?:, (?<points>[1-9]\d*) of (?<stripAxis>[^\s,]+))?(?:, vectors of (?<vectorAxis>[^\s,]+))?(?<unrolled>, unrolled)?$/;

/** The schedule that a text stands for over these axes; undefined where it is none, or names another axis. */
export function parseSchedule(text: string, axes: readonly Axis[]): Schedule | undefined {
  const names = axisNames(axes);
  const axisOf = (name: string): number => names.indexOf(name);
  const schedule: Schedule | undefined = text === 'sparse rows' ? { kind: text } : (parsedTiling(text, axisOf) ?? parsedSweep(text, axisOf));
  return schedule && axesNamed(schedule).every((axis) => axis >= 0) ? schedule : undefined;
}

function parsedTiling(text: string, axisOf: (name: string) => number): Tiling | SparseTiling | undefined {
  const groups = tilePattern.exec(text)?.groups;
  if (!groups) return undefined;
  const { kind, points, tileAxis, vectors, vectorAxis, unroll, run } = groups;
  const tile = {
    vectorAxis: axisOf(present(vectorAxis, 'vector axis')),
    vectors: Number(vectors),
    tileAxis: tileAxis === undefined ? undefined : axisOf(tileAxis),
    points: points === undefined ? 1 : Number(points),
  };
  if (kind === 'tile') return run === undefined ? { kind, ...tile, unroll: unroll === undefined ? undefined : Number(unroll) } : undefined;
  return unroll === undefined ? { kind: 'sparse', ...tile, run: run === undefined ? 1 : Number(run) } : undefined;
}

function parsedSweep(text: string, axisOf: (name: string) => number): Sweep | undefined {
  const groups = sweepPattern.exec(text)?.groups;
  if (!groups) return undefined;
  const { order = '', points, stripAxis, vectorAxis, unrolled } = groups;
  const strip = stripAxis === undefined ? undefined : { axis: axisOf(stripAxis), points: Number(points) };
  return { kind: 'sweep', order: order.split(' ').filter((name) => name !== '').map(axisOf), strip, vectorAxis: vectorAxis === undefined ? undefined : axisOf(vectorAxis), unrolled: unrolled !== undefined };
}

function axesNamed(schedule: Schedule): readonly number[] {
  if (schedule.kind === 'sparse rows') return [];
  const { vectorAxis } = schedule;
  const others = schedule.kind === 'sweep' ? [...schedule.order, schedule.strip?.axis] : [schedule.tileAxis];
  return [vectorAxis, ...others].filter((axis) => axis !== undefined);
}

/** The names of axes, told apart by their numbers where several have one. */
function axisNames(axes: readonly Axis[]): readonly string[] {
  return axes.map(({ name }, at) => (axes.some((other, i) => i !== at && other.name === name) ? `${name}@${at}` : name));
}
