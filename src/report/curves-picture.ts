// Errors against one cost, or against two side by side, as a file: a curve for each way to lower the cost, and lines across
// for what is compared with. An SVG with its own colours, for light and dark surroundings.

import { taskOf } from '../train/tasks/index.ts';
import type { OfTask } from '../train/tasks/index.ts';
import { linearScale, spanScale, steppedLogarithmicScale } from './charts/scale.ts';
import type { Scale } from './charts/scale.ts';
import { at, hint } from './charts/svg.ts';
import { element, htmlOf, verbatim } from './markup.ts';
import type { Child, Markup } from './markup.ts';

export interface CurvePoint {
  /** Its cost in each panel; it is not in those where nobody knows it. */
  readonly costs: readonly (number | undefined)[];
  /** Of samples, and its standard deviation over seeds, where there are several. */
  readonly error: number;
  readonly deviation?: number;
  /** What is told of it when it is pointed at. */
  readonly hint: string;
}

export interface Curve {
  readonly name: string;
  /** Below 5: its colour and mark. */
  readonly place: number;
  /** False where points have nothing between them: marks without a line. */
  readonly joined?: boolean;
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
  /** One, or two. */
  readonly panels: readonly [Panel] | readonly [Panel, Panel];
  /** At least one, with at least one point each. */
  readonly curves: readonly Curve[];
  /** Errors of networks without a place on the curves: lines across. */
  readonly levels: readonly { readonly name: string; readonly error: number }[];
}

const [width, height] = [960, 440];
const [top, bottom] = [72, 376];
const [left, right] = [72, 934];
const gap = 70;
/** The places of {@link Curve}. */
const places = [0, 1, 2, 3, 4];
/** Largest by smallest error above which the axis has steps of the logarithm. */
const widestStraight = 4;
/** Largest by smallest error below which the axis does not begin at 0. */
const widestSpan = 2;
/** Errors that are closer, as parts of the largest, are one error to an axis. */
const sameError = 1e-6;

const style = `
svg { color-scheme: light dark; --paper: #fdfdfc; --ink: #1d2024; --quiet: #586069; --rule: #dfe2e6; --g0: #0b62a4; --g1: #b3470f; --g2: #2c7a3f; --g3: #7a3fa0; --g4: #5c6570; background: var(--paper); }
@media (prefers-color-scheme: dark) { svg { --paper: #15171a; --ink: #e4e7ea; --quiet: #9ea6af; --rule: #343a41; --g0: #6cb4f5; --g1: #f0965f; --g2: #74c98a; --g3: #c79bea; --g4: #a9b2bc; } }
text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; fill: var(--quiet); font-variant-numeric: tabular-nums; }
.title { font-size: 15px; font-weight: 600; fill: var(--ink); }
.axis { fill: var(--ink); }
.grid { stroke: var(--rule); }
.level { stroke: var(--quiet); stroke-dasharray: 5 4; }
.level.second { stroke-dasharray: 1.5 3; stroke-width: 1.5; }
.curve { fill: none; stroke-width: 2; stroke-linejoin: round; }
.spread { stroke-width: 1.2; }
.mark { stroke: var(--paper); stroke-width: 1.2; }
${places.map((place) => `.curve.g${place}, .spread.g${place} { stroke: var(--g${place}); } .mark.g${place} { fill: var(--g${place}); }`).join('\n')}
`;

/** The text of the file. The same points give the same bytes. */
export function curvesPicture(picture: CurvesPicture): string {
  const { title, label, error, curves, levels, panels } = picture;
  const y = errorScale(curves.flatMap(({ points }) => points), levels.map((level) => level.error));
  return htmlOf(
    element(
      'svg',
      { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': label },
      element('style', {}, verbatim(style)),
      element('rect', { width, height, fill: 'var(--paper)' }),
      element('text', { class: 'title', x: left, y: 24 }, title),
      legend(picture),
      panels.map((panel, which) => panelMarkup(panel, which, sideOf(which, panels.length), picture, y)),
      element('text', { class: 'axis', transform: `translate(16 ${(top + bottom) / 2}) rotate(-90)`, 'text-anchor': 'middle' }, error),
    ),
  );
}

interface Side {
  readonly from: number;
  readonly to: number;
}

function sideOf(which: number, count: number): Side {
  const each = (right - left - gap * (count - 1)) / count;
  const from = left + which * (each + gap);
  return { from, to: from + each };
}

function errorScale(points: readonly CurvePoint[], levels: readonly number[]): Scale {
  const errors = [...points.map(({ error }) => error), ...levels];
  const reach = points.flatMap(({ error, deviation = 0 }) => [error - deviation, error + deviation]);
  const [smallest, largest] = [Math.min(...errors), Math.max(...errors, ...reach)];
  const lowest = Math.min(smallest, ...reach);
  const range = [bottom, top] as const;
  if (smallest > 0 && largest > widestStraight * smallest) return steppedLogarithmicScale(smallest, largest, range);
  const isSpan = largest < widestSpan * lowest && largest - lowest > sameError * largest;
  return isSpan ? spanScale(lowest, largest, range, 6) : linearScale(largest, range, 5);
}

function panelMarkup({ axis, text }: Panel, which: number, { from, to }: Side, { curves, levels, error: kind, ...picture }: CurvesPicture, y: Scale): Child {
  const { words } = taskOf(picture);
  const shown = curves.map(({ points, ...curve }) => ({
    ...curve,
    points: points
      .flatMap((point) => {
        const cost = point.costs[which];
        return cost === undefined ? [] : [{ ...point, cost }];
      })
      .toSorted((a, b) => a.cost - b.cost),
  }));
  const x = linearScale(Math.max(0, ...shown.flatMap(({ points }) => points.map(({ cost }) => cost))), [from, to], 6);
  return [
    x.ticks.map((tick) => [
      element('line', { class: 'grid', x1: at(x.place(tick)), x2: at(x.place(tick)), y1: top, y2: bottom }),
      element('text', { x: at(x.place(tick)), y: bottom + 20, 'text-anchor': 'middle' }, text(tick)),
    ]),
    y.ticks.map((tick) => [
      element('line', { class: 'grid', x1: from, x2: to, y1: at(y.place(tick)), y2: at(y.place(tick)) }),
      element('text', { x: from - 8, y: at(y.place(tick) + 4.5), 'text-anchor': 'end' }, words.tick(tick)),
    ]),
    element('text', { class: 'axis', x: (from + to) / 2, y: height - 14, 'text-anchor': 'middle' }, axis),
    levels.map(({ name, error }, i) => element('line', { class: i > 0 ? 'level second' : 'level', x1: from, x2: to, y1: at(y.place(error)), y2: at(y.place(error)) }, hint(`${name}: ${kind} ${words.text(error)}`))),
    shown.map((curve) => curveMarkup(curve, x, y)),
  ];
}

interface PlacedCurve extends Omit<Curve, 'points'> {
  /** In the order of their costs. */
  readonly points: readonly (CurvePoint & { readonly cost: number })[];
}

function curveMarkup({ place, joined = true, points }: PlacedCurve, x: Scale, y: Scale): Child {
  const placed = points.map((point) => ({ point, cx: at(x.place(point.cost)), cy: at(y.place(point.error)) }));
  const lowest = y.ticks[0] as number;
  return [
    joined && placed.length > 0 ? element('path', { class: `curve g${place}`, d: placed.map(({ cx, cy }, i) => `${i === 0 ? 'M' : 'L'}${cx} ${cy}`).join('') }) : undefined,
    placed.map(({ point: { error, deviation }, cx }) => (deviation === undefined ? undefined : element('line', { class: `spread g${place}`, x1: cx, x2: cx, y1: at(y.place(error + deviation)), y2: at(y.place(Math.max(lowest, error - deviation))) }))),
    placed.map(({ point, cx, cy }) => mark(place, cx, cy, hint(point.hint))),
  ];
}

/** Each curve has its shape: circle, square, triangle, diamond, triangle upside down. */
function mark(place: number, x: number, y: number, ...children: readonly Markup[]): Markup {
  const shapes = [`M${at(x - 5)} ${y}a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z`, `M${at(x - 4.5)} ${at(y - 4.5)}h9v9h-9z`, `M${x} ${at(y - 6)}l5.5 10h-11z`, `M${x} ${at(y - 6)}l6 6l-6 6l-6 -6z`, `M${x} ${at(y + 6)}l5.5 -10h-11z`];
  return element('path', { class: `mark g${place}`, d: shapes[place % shapes.length] as string }, children);
}

function legend({ curves, levels, ...picture }: CurvesPicture): Child {
  const { text } = taskOf(picture).words;
  const y = 48;
  let free = left + 6;
  /** Takes the room of a mark and its words. @returns Where it begins. */
  const take = (marked: number, words: string): number => {
    const start = free;
    free += marked + widthOf(words) + 22;
    return start;
  };
  return [
    curves.map(({ name, place }) => {
      const start = take(12, name);
      return [mark(place, start, y - 4), element('text', { x: start + 12, y }, name)];
    }),
    levels.map(({ name, error }, i) => {
      const words = `${name}: ${text(error)}`;
      const start = take(36, words);
      return [element('line', { class: i > 0 ? 'level second' : 'level', x1: start - 6, x2: start + 22, y1: y - 4, y2: y - 4 }), element('text', { x: start + 30, y }, words)];
    }),
  ];
}

/** In pixels, about, of letters of 13. */
function widthOf(text: string): number {
  return [...text].reduce((sum, letter) => sum + (letter === letter.toLowerCase() ? 7 : 10), 0);
}
