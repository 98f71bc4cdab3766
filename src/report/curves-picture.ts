// Errors against two costs, side by side, as a file: a curve for each way to lower the cost, and lines across for what is
// compared with. An SVG with its own colours, for light and dark surroundings.

import { present } from '../base/invariant.ts';
import { taskOf } from '../train/tasks/index.ts';
import type { OfTask } from '../train/tasks/index.ts';
import { linearScale, steppedLogarithmicScale } from './charts/scale.ts';
import type { Scale } from './charts/scale.ts';
import { at, hint } from './charts/svg.ts';
import { element, htmlOf, verbatim } from './markup.ts';
import type { Child, Markup } from './markup.ts';

export interface CurvePoint {
  /** Its cost in each panel. */
  readonly costs: readonly [number, number];
  /** Of samples, and its standard deviation over seeds, where there are several. */
  readonly error: number;
  readonly deviation?: number;
  /** What is told of it when it is pointed at. */
  readonly hint: string;
}

export interface Curve {
  readonly name: string;
  /** Below 4: its colour and mark. */
  readonly place: number;
  readonly points: readonly CurvePoint[];
}

export interface Panel {
  readonly axis: string;
  /** How a cost is written there. */
  readonly text: (cost: number) => string;
}

export interface CurvesPicture extends OfTask {
  readonly title: string;
  /** The same in words, for those who do not see it. */
  readonly label: string;
  /** Which error it is. */
  readonly error: string;
  readonly panels: readonly [Panel, Panel];
  /** At least one, with at least one point each. */
  readonly curves: readonly Curve[];
  /** Errors of networks without a place on the curves: lines across. */
  readonly levels: readonly { readonly name: string; readonly error: number }[];
}

const [width, height] = [960, 440];
const [top, bottom] = [72, 376];
const sides = [{ left: 64, right: 464 }, { left: 534, right: 934 }] as const;
/** Errors that reach further are shown by steps of their logarithm. */
const widestStraight = 4;

const style = `
svg { color-scheme: light dark; --paper: #fdfdfc; --ink: #1d2024; --quiet: #586069; --rule: #dfe2e6; --g0: #0b62a4; --g1: #b3470f; --g2: #2c7a3f; --g3: #7a3fa0; background: var(--paper); }
@media (prefers-color-scheme: dark) { svg { --paper: #15171a; --ink: #e4e7ea; --quiet: #9ea6af; --rule: #343a41; --g0: #6cb4f5; --g1: #f0965f; --g2: #74c98a; --g3: #c79bea; } }
text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; fill: var(--quiet); font-variant-numeric: tabular-nums; }
.title { font-size: 15px; font-weight: 600; fill: var(--ink); }
.axis { fill: var(--ink); }
.grid { stroke: var(--rule); }
.level { stroke: var(--quiet); stroke-dasharray: 5 4; }
.level.second { stroke-dasharray: 1.5 3; stroke-width: 1.5; }
.curve { fill: none; stroke-width: 2; stroke-linejoin: round; }
.spread { stroke-width: 1.2; }
.mark { stroke: var(--paper); stroke-width: 1.2; }
${[0, 1, 2, 3].map((place) => `.curve.g${place}, .spread.g${place} { stroke: var(--g${place}); } .mark.g${place} { fill: var(--g${place}); }`).join('\n')}
`;

/** The text of the file. The same points give the same bytes. */
export function curvesPicture(picture: CurvesPicture): string {
  const { title, label, error, curves, levels } = picture;
  const errors = [...curves.flatMap(({ points }) => points.flatMap((point) => [point.error, point.error + (point.deviation ?? 0)])), ...levels.map((level) => level.error)];
  const y = errorScale(errors);
  return htmlOf(
    element(
      'svg',
      { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': label },
      element('style', {}, verbatim(style)),
      element('rect', { width, height, fill: 'var(--paper)' }),
      element('text', { class: 'title', x: sides[0].left, y: 24 }, title),
      legend(picture),
      [0, 1].map((which) => panelMarkup(which, picture, y)),
      element('text', { class: 'axis', transform: `translate(18 ${(top + bottom) / 2}) rotate(-90)`, 'text-anchor': 'middle' }, error),
    ),
  );
}

function errorScale(errors: readonly number[]): Scale {
  const [smallest, largest] = [Math.min(...errors), Math.max(...errors)];
  return smallest > 0 && largest > widestStraight * smallest ? steppedLogarithmicScale(smallest, largest, [bottom, top]) : linearScale(largest, [bottom, top], 5);
}

function panelMarkup(which: number, { panels, curves, levels, error: kind, ...picture }: CurvesPicture, y: Scale): Child {
  const { words } = taskOf(picture);
  const { left, right } = present(sides[which], 'side');
  const { axis, text } = present(panels[which], 'panel');
  const costOf = ({ costs }: CurvePoint): number => present(costs[which], 'cost');
  const x = linearScale(Math.max(...curves.flatMap(({ points }) => points.map(costOf))), [left, right], 6);
  return [
    x.ticks.map((tick) => [
      element('line', { class: 'grid', x1: at(x.place(tick)), x2: at(x.place(tick)), y1: top, y2: bottom }),
      element('text', { x: at(x.place(tick)), y: bottom + 20, 'text-anchor': 'middle' }, text(tick)),
    ]),
    y.ticks.map((tick) => [
      element('line', { class: 'grid', x1: left, x2: right, y1: at(y.place(tick)), y2: at(y.place(tick)) }),
      element('text', { x: left - 8, y: at(y.place(tick) + 4.5), 'text-anchor': 'end' }, words.tick(tick)),
    ]),
    element('text', { class: 'axis', x: (left + right) / 2, y: height - 14, 'text-anchor': 'middle' }, axis),
    levels.map(({ name, error }, i) => element('line', { class: i > 0 ? 'level second' : 'level', x1: left, x2: right, y1: at(y.place(error)), y2: at(y.place(error)) }, hint(`${name}: ${kind} ${words.text(error)}`))),
    curves.map((curve) => curveMarkup(curve, costOf, x, y)),
  ];
}

function curveMarkup({ place, points }: Curve, costOf: (point: CurvePoint) => number, x: Scale, y: Scale): Child {
  const sorted = points.toSorted((a, b) => costOf(a) - costOf(b));
  const places = sorted.map((point) => ({ point, cx: at(x.place(costOf(point))), cy: at(y.place(point.error)) }));
  const lowest = y.ticks[0] as number;
  return [
    element('path', { class: `curve g${place}`, d: places.map(({ cx, cy }, i) => `${i === 0 ? 'M' : 'L'}${cx} ${cy}`).join('') }),
    places.map(({ point: { error, deviation }, cx }) => (deviation === undefined ? undefined : element('line', { class: `spread g${place}`, x1: cx, x2: cx, y1: at(y.place(error + deviation)), y2: at(y.place(Math.max(lowest, error - deviation))) }))),
    places.map(({ point, cx, cy }) => mark(place, cx, cy, hint(point.hint))),
  ];
}

/** Each curve has its shape: circle, square, triangle, diamond. */
function mark(place: number, x: number, y: number, ...children: readonly Markup[]): Markup {
  const shapes = [`M${at(x - 5)} ${y}a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z`, `M${at(x - 4.5)} ${at(y - 4.5)}h9v9h-9z`, `M${x} ${at(y - 6)}l5.5 10h-11z`, `M${x} ${at(y - 6)}l6 6l-6 6l-6 -6z`];
  return element('path', { class: `mark g${place}`, d: shapes[place % shapes.length] as string }, children);
}

function legend({ curves, levels, ...picture }: CurvesPicture): Child {
  const { text } = taskOf(picture).words;
  const step = 108;
  const [left, y] = [sides[0].left + 6, 48];
  const after = left + curves.length * step;
  return [
    curves.map(({ name, place }, i) => [mark(place, left + i * step, y - 4), element('text', { x: left + i * step + 12, y }, name)]),
    levels.map(({ name, error }, i) => [
      element('line', { class: i > 0 ? 'level second' : 'level', x1: after + i * 210 - 6, x2: after + i * 210 + 22, y1: y - 4, y2: y - 4 }),
      element('text', { x: after + i * 210 + 30, y }, `${name}: ${text(error)}`),
    ]),
  ];
}
