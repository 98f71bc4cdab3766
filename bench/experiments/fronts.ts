// ADMM and group lasso on LeNet's filters: error against what is left, at several strengths and budgets, and which of them
// needs less at an equal error.

import { percent } from '../../src/base/number-text.ts';
import { experimentOf } from './entries.ts';
import { curves } from './experiment.ts';
import type { Entry, Experiment, Row, Setting } from './experiment.ts';
import { control } from './lenet.ts';
import { roundCount } from './picture.ts';

const lasso = (factor: number, rate?: number): readonly [Setting] => [{ program: 'lenet', sparsity: 'filters', values: { factor, ...(rate !== undefined && { rate }) } }];
const admm = (filters1: number, filters2: number): readonly [Setting] => [{ program: 'lenet', sparsity: 'filters_admm', values: { filters1, filters2 } }];

const entries: readonly Entry[] = [
  { label: 'group lasso, strengths x 0.3', settings: lasso(0.3), curve: curves.lasso },
  { label: 'group lasso, strengths x 1', settings: lasso(1), curve: curves.lasso },
  { label: 'group lasso, strengths x 3', settings: lasso(3, 0.01), curve: curves.lasso },
  { label: 'group lasso, strengths x 4.5', settings: lasso(4.5, 0.01), curve: curves.lasso },
  ...([[5, 19], [3, 12], [2, 9]] as const).map(([first, second]): Entry => ({ label: `ADMM, ${first}-${second}`, settings: admm(first, second), curve: curves.admm })),
  control,
];

export const frontsExperiment: Experiment = experimentOf({
  name: 'admm-vs-lasso',
  doc: "LeNet's filters by ADMM and by group lasso: the fronts of both",
  entries,
  picture: { title: 'LeNet on MNIST: filters by ADMM and by group lasso', sizes: ['weights', 'convMacs'], joined: true },
  findings: (ours) => comparison(frontOf(curves.lasso, ours), frontOf(curves.admm, ours)),
});

function frontOf(name: string, rows: readonly Row[]): NamedPoints {
  return { name, points: rows.flatMap(({ curve, error, weights }) => (curve === name && error && weights !== undefined ? [{ error: error.mean, weights }] : [])) };
}

/** At the error of each point of one method: the fewest weights with which the other has as small a one, between its points by straight lines. */
export function comparison(...[one, other]: readonly [NamedPoints, NamedPoints]): readonly string[] {
  return [[one, other], [other, one]].flatMap(([a, b]) =>
    (a as NamedPoints).points.map(({ error, weights }) => {
      const needed = weightsAt((b as NamedPoints).points, error);
      const text = needed === undefined ? 'reaches that error nowhere' : `needs ${roundCount(needed)}, ${(needed / weights).toFixed(2)} times as many`;
      return `At the ${percent(error)} that ${a?.name} has with ${roundCount(weights)} weights ${b?.name} ${text}.`;
    }),
  );
}

interface NamedPoints {
  readonly name: string;
  readonly points: readonly { readonly error: number; readonly weights: number }[];
}

function weightsAt(points: NamedPoints['points'], error: number): number | undefined {
  const sorted = points.toSorted((a, b) => a.weights - b.weights);
  for (const [at, point] of sorted.entries()) {
    if (point.error > error) continue;
    const before = sorted[at - 1];
    return before ? before.weights + ((before.error - error) / (before.error - point.error)) * (point.weights - before.weights) : point.weights;
  }
  return undefined;
}
