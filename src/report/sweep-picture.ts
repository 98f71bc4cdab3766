// Held-out error against multiply-accumulates, as a file: each run a point, the Pareto front a line through those that no
// other run beats in both. An SVG with its own colours, for light and dark surroundings.

import { grouped, shortCount } from '../base/number-text.ts';
import { taskOf } from '../train/tasks/index.ts';
import type { OfTask } from '../train/tasks/index.ts';
import type { ErrorWords } from '../train/tasks/task.ts';
import { linearScale, logarithmicScale } from './charts/scale.ts';
import type { Scale } from './charts/scale.ts';
import { at, hint } from './charts/svg.ts';
import { element, htmlOf, verbatim } from './markup.ts';
import type { Child, Markup } from './markup.ts';

export interface SweepPoint {
  readonly name: string;
  readonly macs: number;
  /** Of the held-out samples. */
  readonly error: number;
  /** It is on the Pareto front. */
  readonly front: boolean;
}

export interface SweepPicture extends OfTask {
  readonly title: string;
  /** At least one. */
  readonly points: readonly SweepPoint[];
}

const [width, height] = [640, 420];
const frame = { left: 64, right: 616, top: 56, bottom: 356 };
/** Values that reach further are shown by decades. */
const widestStraight = 20;

const style = `
svg { color-scheme: light dark; --paper: #fdfdfc; --ink: #1d2024; --quiet: #586069; --rule: #dfe2e6; --ours: #0b62a4; background: var(--paper); }
@media (prefers-color-scheme: dark) { svg { --paper: #15171a; --ink: #e4e7ea; --quiet: #9ea6af; --rule: #343a41; --ours: #6cb4f5; } }
text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; fill: var(--quiet); font-variant-numeric: tabular-nums; }
.title { font-size: 15px; font-weight: 600; fill: var(--ink); }
.axis { fill: var(--ink); }
.grid { stroke: var(--rule); }
.front { fill: none; stroke: var(--ours); stroke-width: 2; stroke-linejoin: round; }
.run { fill: var(--paper); stroke: var(--quiet); stroke-width: 1.5; }
.best { fill: var(--ours); stroke: var(--paper); stroke-width: 1.5; }
`;

/** The text of the file. The same points give the same bytes. */
export function sweepPicture({ title, points, ...picture }: SweepPicture): string {
  const { words } = taskOf(picture);
  const x = scaleOf(points.map(({ macs }) => macs), [frame.left, frame.right]);
  const y = scaleOf(points.map(({ error }) => error), [frame.bottom, frame.top]);
  const place = ({ macs, error }: SweepPoint): readonly [number, number] => [at(x.place(macs)), at(y.place(error))];
  const front = points.filter((point) => point.front).toSorted((a, b) => a.macs - b.macs);
  const others = points.filter((point) => !point.front);
  const drawn = element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': describe(title, points.length, front, words) },
    element('style', {}, verbatim(style)),
    element('rect', { width, height, fill: 'var(--paper)' }),
    element('text', { class: 'title', x: frame.left, y: 24 }, title),
    legend(),
    x.ticks.map((tick) => [
      element('line', { class: 'grid', x1: at(x.place(tick)), x2: at(x.place(tick)), y1: frame.top, y2: frame.bottom }),
      element('text', { x: at(x.place(tick)), y: frame.bottom + 20, 'text-anchor': 'middle' }, shortCount(tick)),
    ]),
    y.ticks.map((tick) => [
      element('line', { class: 'grid', x1: frame.left, x2: frame.right, y1: at(y.place(tick)), y2: at(y.place(tick)) }),
      element('text', { x: frame.left - 8, y: at(y.place(tick) + 4.5), 'text-anchor': 'end' }, words.tick(tick)),
    ]),
    element('text', { class: 'axis', x: (frame.left + frame.right) / 2, y: height - 14, 'text-anchor': 'middle' }, 'MACs of one sample'),
    element('text', { class: 'axis', transform: `translate(18 ${(frame.top + frame.bottom) / 2}) rotate(-90)`, 'text-anchor': 'middle' }, `held-out ${words.name}`),
    front.length > 1 ? element('path', { class: 'front', d: stairs(front.map(place)) }) : undefined,
    [...others, ...front].map((point) => dot(point, place(point), words)),
  );
  return htmlOf(drawn);
}

function dot(point: SweepPoint, [cx, cy]: readonly [number, number], { name, text }: ErrorWords): Markup {
  return element('circle', { class: point.front ? 'best' : 'run', cx, cy, r: point.front ? 6 : 4.5 }, hint(`${point.name}\nheld-out ${name} ${text(point.error)}, ${grouped(point.macs)} MACs${point.front ? ', on the Pareto front' : ''}`));
}

function legend(): Child {
  const right = frame.right - 10;
  return [
    element('circle', { class: 'best', cx: right - 166, cy: 38, r: 6 }),
    element('text', { x: right - 154, y: 42.5 }, 'Pareto front'),
    element('circle', { class: 'run', cx: right - 60, cy: 38, r: 4.5 }),
    element('text', { x: right - 50, y: 42.5 }, 'other run'),
  ];
}

/** From few MACs to many: an error holds until the next run has a smaller one. */
function stairs(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y], i) => (i === 0 ? `M${x} ${y}` : `H${x}V${y}`)).join('');
}

/** Zero is on no scale of decades. */
function scaleOf(values: readonly number[], range: readonly [number, number]): Scale {
  const largest = values.reduce((a, b) => Math.max(a, b), 0);
  const smallest = values.reduce((a, b) => Math.min(a, b), Infinity);
  return smallest > 0 && largest > widestStraight * smallest ? logarithmicScale(smallest, largest, range) : linearScale(largest, range, 5);
}

function describe(title: string, count: number, front: readonly SweepPoint[], { name: error, text }: ErrorWords): string {
  return `${title}: held-out ${error} against MACs of ${count} run${count === 1 ? '' : 's'}. Pareto front: ${front.map(({ name, macs, error: value }) => `${text(value)} at ${grouped(macs)} MACs (${name})`).join('; ')}`;
}
