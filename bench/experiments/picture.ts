// The rows of an experiment in a picture: test error against what is left.

import { percent, shortCount } from '../../src/base/number-text.ts';
import { curvesPicture } from '../../src/report/curves-picture.ts';
import type { CurvePoint, Panel } from '../../src/report/curves-picture.ts';
import { sizeNames } from './experiment.ts';
import type { Row, Size } from './experiment.ts';

/** Names of curves; each has the same colour and mark in every picture. The dense network's is a line across. */
export const curves = { lasso: 'group lasso', admm: 'ADMM', magnitude: 'magnitude at once', thin: 'thin from scratch', published: 'published', dense: 'dense, trained as long' } as const;

const order = [curves.lasso, curves.admm, curves.magnitude, curves.thin, curves.published] as const;

export interface Axes {
  readonly title: string;
  /** What the errors are drawn against, side by side. */
  readonly sizes: readonly [Size, Size?];
  /** Whether a curve is one front; otherwise its rows are points by themselves. */
  readonly joined?: boolean;
}

/** The text of an SVG with the rows that have a curve; undefined where no such row has an error and a size. */
export function pictureOfRows(rows: readonly Row[], { title, sizes: [first, second], joined = false }: Axes): string | undefined {
  const sizes = second === undefined ? [first] : [first, second];
  const shown = order
    .map((name, place) => ({ name, place, rows: rows.filter((row) => row.curve === name && row.error && sizes.some((size) => row[size] !== undefined)) }))
    .filter((curve) => curve.rows.length > 0);
  if (shown.length === 0) return undefined;
  return curvesPicture({
    title,
    label: `${title}. ${shown.map(({ name, rows: points }) => `${name}: ${points.map((row) => `${percent(row.error?.mean ?? NaN)} at ${sizesText(row, [first])}`).join(', ')}`).join('; ')}`,
    error: 'test error: mean and deviation over seeds',
    panels: second === undefined ? [panelOf(first)] : [panelOf(first), panelOf(second)],
    curves: shown.map(({ name, place, rows: points }) => ({ name, place, joined: joined && name !== curves.published, points: points.flatMap((row) => pointOf(row, sizes)) })),
    levels: rows.flatMap(({ curve, error }) => (curve === curves.dense && error ? [{ name: curve, error: error.mean }] : [])),
  });
}

function panelOf(size: Size): Panel {
  return { axis: `${sizeNames[size]} left`, text: shortCount };
}

function pointOf(row: Row, sizes: readonly Size[]): readonly CurvePoint[] {
  const { label, error } = row;
  if (!error) return [];
  return [{ costs: sizes.map((size) => row[size]), error: error.mean, ...(error.sd !== undefined && { deviation: error.sd }), hint: `${label}\ntest error ${percent(error.mean)}, ${sizesText(row, sizes)}` }];
}

function sizesText(row: Row, sizes: readonly Size[]): string {
  return sizes.flatMap((size) => (row[size] === undefined ? [] : [`${shortCount(row[size])} ${sizeNames[size]}`])).join(', ');
}
