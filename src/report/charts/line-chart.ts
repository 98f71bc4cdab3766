// Curves over epochs: lines that differ in colour and in dashes, the phases as bands, and at every epoch a strip that
// tells its values to a pointer.

import { element } from '../markup.ts';
import type { Child, Markup } from '../markup.ts';
import { linearScale, logarithmicScale, wholeTicks } from './scale.ts';
import type { Scale } from './scale.ts';
import { at, drawing, hint } from './svg.ts';

export interface Point {
  readonly x: number;
  /** Absent: no finite number. The line has a gap there. */
  readonly y?: number | undefined;
}

export interface Line {
  readonly name: string;
  /** Of the style sheet: `ours`, `control`. */
  readonly class: string;
  readonly points: readonly Point[];
}

export interface Band {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

export interface LineChart {
  readonly title: string;
  readonly lines: readonly Line[];
  /** Single values: of the test set, at the ends of phases. */
  readonly marks: readonly (Point & { readonly name: string; readonly class: string })[];
  readonly bands: readonly Band[];
  readonly format: (value: number) => string;
  /** Values spread over decades where they reach over more than one. */
  readonly logarithmic: boolean;
}

const [width, height] = [360, 224];
const frame = { left: 44, right: 350, top: 22, bottom: 190 };
/** Where values reach over less, a straight scale shows them better. */
const widestStraight = 20;

export function lineChart({ title, lines, marks, bands, format, logarithmic }: LineChart): Markup {
  const values = [...lines.flatMap(({ points }) => points), ...marks].flatMap(({ y }) => y ?? []);
  const y = valueScale(values, logarithmic);
  const last = Math.max(1, ...bands.map(({ to }) => to));
  const x = (epoch: number): number => at(frame.left + ((frame.right - frame.left) * epoch) / last);
  return drawing(
    { width, height, class: 'chart', title, description: describe(lines, format) },
    y.ticks.map((tick) => [
      element('line', { class: 'grid', x1: frame.left, x2: frame.right, y1: at(y.place(tick)), y2: at(y.place(tick)) }),
      element('text', { class: 'tick', x: frame.left - 6, y: at(y.place(tick) + 4), 'text-anchor': 'end' }, format(tick)),
    ]),
    bands.map((band, i) => bandMarkup(band, i, x)),
    wholeTicks(last, 6).map((tick) => element('text', { class: 'tick', x: x(tick), y: frame.bottom + 16, 'text-anchor': 'middle' }, tick)),
    element('text', { class: 'tick', x: (frame.left + frame.right) / 2, y: height - 3, 'text-anchor': 'middle' }, 'epochs of training'),
    lines.map((line) => element('path', { class: `line ${line.class}`, d: pathOf(line.points, x, y) })),
    lines.map((line) => dotsOf(line, x, y)),
    marks.flatMap((mark) => (mark.y === undefined ? [] : markMarkup(mark.class, x(mark.x), at(y.place(mark.y))))),
    strips(lines, marks, x, format),
  );
}

function valueScale(values: readonly number[], logarithmic: boolean): Scale {
  const largest = values.reduce((a, b) => Math.max(a, b), 0);
  const smallest = values.reduce((a, b) => Math.min(a, b), Infinity);
  const range = [frame.bottom, frame.top] as const;
  return logarithmic && smallest > 0 && largest > widestStraight * smallest ? logarithmicScale(smallest, largest, range) : linearScale(largest, range);
}

/** Its name stands over it where there is room. */
function bandMarkup({ name, from, to }: Band, index: number, x: (epoch: number) => number): Child {
  const [start, end] = [x(from), x(to)];
  return [
    index > 0 ? element('line', { class: 'border', x1: start, x2: start, y1: frame.top - 8, y2: frame.bottom }) : undefined,
    end - start > 5.6 * name.length + 6 ? element('text', { class: 'band', x: at((start + end) / 2), y: frame.top - 8, 'text-anchor': 'middle' }, name) : undefined,
  ];
}

/** A line of one point is a dot. */
function dotsOf({ class: name, points }: Line, x: (epoch: number) => number, y: Scale): Child {
  const alone = points.filter((point, i) => point.y !== undefined && points[i - 1]?.y === undefined && points[i + 1]?.y === undefined);
  return alone.map((point) => element('circle', { class: `dot ${name}`, cx: x(point.x), cy: at(y.place(point.y ?? 0)), r: 2.5 }));
}

function pathOf(points: readonly Point[], x: (epoch: number) => number, y: Scale): string {
  let pen = 'M';
  const parts: string[] = [];
  for (const point of points) {
    if (point.y === undefined) pen = 'M';
    else parts.push(`${pen}${x(point.x)} ${at(y.place(point.y))}`);
    if (point.y !== undefined) pen = 'L';
  }
  return parts.join('');
}

/** A diamond for the network itself, a square for the control. */
export function markMarkup(name: string, x: number, y: number): Markup {
  const d = name === 'control' ? `M${at(x - 4)} ${at(y - 4)}h8v8h-8z` : `M${x} ${at(y - 5.5)}l5.5 5.5l-5.5 5.5l-5.5 -5.5z`;
  return element('path', { class: `mark ${name}`, d });
}

function strips(lines: readonly Line[], marks: LineChart['marks'], x: (epoch: number) => number, format: (value: number) => string): Child {
  const told = new Map<number, string[]>();
  const tell = (epoch: number, name: string, value: number | undefined): void => {
    told.set(epoch, [...(told.get(epoch) ?? []), `${name}: ${value === undefined ? 'not finite' : format(value)}`]);
  };
  for (const { name, points } of lines) for (const point of points) tell(point.x, name, point.y);
  for (const mark of marks) tell(mark.x, mark.name, mark.y);
  const half = at((x(1) - x(0)) / 2);
  return [...told]
    .toSorted(([a], [b]) => a - b)
    .map(([epoch, texts]) => element('rect', { class: 'strip', x: at(x(epoch) - half), y: frame.top, width: 2 * half, height: frame.bottom - frame.top }, hint(`epoch ${epoch}\n${texts.join('\n')}`)));
}

function describe(lines: readonly Line[], format: (value: number) => string): string {
  return lines
    .flatMap(({ name, points }) => {
      const [first, last] = [points.at(0), points.at(-1)];
      if (!first || !last) return [];
      const text = (point: Point): string => (point.y === undefined ? 'not finite' : format(point.y));
      return `${name}: ${text(first)} after epoch ${first.x}, ${text(last)} after epoch ${last.x}`;
    })
    .join('; ');
}
