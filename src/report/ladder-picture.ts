// The granularity ladder, as a file: held-out error against the share of weights that are left, and against the bits that
// they take to store, a curve for each grain.

import { percent } from '../base/number-text.ts';
import { taskOf } from '../train/tasks/index.ts';
import type { OfTask } from '../train/tasks/index.ts';
import type { ErrorWords } from '../train/tasks/task.ts';
import { curvesPicture } from './curves-picture.ts';

export interface LadderPoint {
  /** Per cent that was asked for. */
  readonly keep: number;
  readonly seeds: number;
  /** Means over the seeds. Shares of the dense convolutions' weights, and of their bits. */
  readonly density: number;
  readonly storage: number;
  /** Of the held-out samples, and its standard deviation over the seeds, where there are several. */
  readonly error: number;
  readonly deviation?: number;
}

export interface LadderCurve {
  readonly name: string;
  /** Of the grain in the ladder: colour and mark. */
  readonly place: number;
  readonly points: readonly LadderPoint[];
}

export interface LadderPicture extends OfTask {
  readonly title: string;
  /** At least one, with at least one point each. */
  readonly curves: readonly LadderCurve[];
  /** Errors of dense networks: lines across. */
  readonly levels: readonly { readonly name: string; readonly error: number }[];
}

const asShare = (share: number): string => `${Number((100 * share).toPrecision(6))}%`;

/** The text of the file. The same points give the same bytes. */
export function ladderPicture({ title, curves, levels, ...picture }: LadderPicture): string {
  const { words } = taskOf(picture);
  return curvesPicture({
    ...picture,
    title,
    label: describe(title, curves, levels, words),
    error: `held-out ${words.name}`,
    panels: [
      { axis: 'weights left, of the dense convolutions', text: asShare },
      { axis: 'bits stored, of dense 8-bit weights', text: asShare },
    ],
    curves: curves.map(({ name, place, points }) => ({ name, place, points: points.map((point) => ({ ...point, costs: [point.density, point.storage], hint: pointText(name, point, words) })) })),
    levels,
  });
}

function pointText(name: string, { keep, seeds, density, storage, error, deviation }: LadderPoint, { name: kind, text }: ErrorWords): string {
  const spread = deviation === undefined ? '' : ` +- ${text(deviation)} over ${seeds} seeds`;
  return `${name}, ${keep}%\nheld-out ${kind} ${text(error)}${spread}\n${percent(density)} of the weights, ${percent(storage)} of the bits`;
}

function describe(title: string, curves: readonly LadderCurve[], levels: LadderPicture['levels'], { name: kind, text }: ErrorWords): string {
  const texts = curves.map(({ name, points }) => `${name}: ${points.map(({ density, error }) => `${text(error)} at ${percent(density)}`).join(', ')}`);
  return `${title}. Held-out ${kind} by the share of weights left. ${[...texts, ...levels.map(({ name, error }) => `${name}: ${text(error)}`)].join('; ')}`;
}
