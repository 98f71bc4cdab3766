// The rows of an experiment in a picture: test error against what is left.

import { percent, shortCount } from '../../src/base/number-text.ts';
import { curvesPicture } from '../../src/report/curves-picture.ts';
import type { CurvePoint, Panel } from '../../src/report/curves-picture.ts';
import { curves, sizeNames } from './experiment.ts';
import type { Row, Size } from './experiment.ts';

/** Their places are their colours and marks. */
const order = [curves.lasso, curves.admm, curves.magnitude, curves.thin, curves.published] as const;

export interface RowsPicture {
  readonly title: string;
  /** What the errors are drawn against, side by side. */
  readonly sizes: readonly [Size, Size?];
  /** Whether a curve is one front; otherwise its rows are points by themselves. */
  readonly joined?: boolean;
}

/** The text of an SVG with the rows that have a curve; undefined where no such row has an error and a size. */
export function pictureOfRows(rows: readonly Row[], { title, sizes: [first, second], joined = false }: RowsPicture): string | undefined {
  const sizes = second === undefined ? [first] : [first, second];
  const shown = order
    .map((name, place) => ({ name, place, joined: joined && name !== curves.published, points: rows.flatMap((row) => (row.curve === name ? pointOf(row, sizes) : [])) }))
    .filter(({ points }) => points.length > 0);
  if (shown.length === 0) return undefined;
  const levels = rows.flatMap(({ curve, error }) => (curve === curves.dense && error ? [{ name: curve, error: error.mean }] : []));
  const texts = [...shown.map(({ name, points }) => `${name}: ${points.map(({ words }) => words).join(', ')}`), ...levels.map(({ name, error }) => `${name}: ${percent(error)}`)];
  return curvesPicture({
    title,
    label: `${title}. ${texts.join('; ')}`,
    error: 'test error, mean over seeds',
    panels: second === undefined ? [panelOf(first)] : [panelOf(first), panelOf(second)],
    curves: shown,
    levels,
  });
}

function panelOf(size: Size): Panel {
  return { axis: `${sizeNames[size]} left`, text: shortCount };
}

function pointOf(row: Row, sizes: readonly Size[]): readonly (CurvePoint & { readonly words: string })[] {
  const { label, error } = row;
  const sizeTexts = sizes.flatMap((size) => (row[size] === undefined ? [] : [`${roundCount(row[size])} ${sizeNames[size]}`]));
  if (!error || sizeTexts.length === 0) return [];
  const words = `${percent(error.mean)} at ${sizeTexts.join(' and ')}`;
  return [{ costs: sizes.map((size) => row[size]), error: error.mean, ...(error.sd !== undefined && { deviation: error.sd }), hint: `${label}\ntest error ${words}`, words }];
}

/** Of a mean over seeds, with three digits. */
export function roundCount(count: number): string {
  return shortCount(Number(count.toPrecision(3)));
}
