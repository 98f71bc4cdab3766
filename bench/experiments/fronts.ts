// ADMM and group lasso on LeNet's filters: error against what is left, at several strengths and budgets, and which of them
// needs less at an equal error.

import { percent, shortCount } from '../../src/base/number-text.ts';
import { curvesPicture } from '../../src/report/curves-picture.ts';
import { measureEntries } from './entries.ts';
import type { Entry, Experiment, Outcome, Row, Setting } from './experiment.ts';

const lasso = (factor: number, rate?: number): readonly [Setting] => [{ program: 'lenet', sparsity: 'filters', values: { factor, ...(rate !== undefined && { rate }) } }];
const admm = (filters1: number, filters2: number): readonly [Setting] => [{ program: 'lenet', sparsity: 'filters_admm', values: { filters1, filters2 } }];

interface Front {
  readonly name: string;
  readonly entries: readonly Entry[];
}

const fronts: readonly [Front, Front] = [
  {
    name: 'group lasso',
    entries: [
      ...[0.3, 1].map((factor): Entry => ({ label: `group lasso, strengths x ${factor}`, settings: lasso(factor) })),
      ...[3, 4.5].map((factor): Entry => ({ label: `group lasso, strengths x ${factor}`, settings: lasso(factor, 0.01) })),
    ],
  },
  { name: 'ADMM', entries: ([[5, 19], [3, 12], [2, 9]] as const).map(([first, second]): Entry => ({ label: `ADMM, ${first}-${second}`, settings: admm(first, second) })) },
];

const pictureFile = 'admm-vs-lasso.svg';

export const frontsExperiment: Experiment = {
  name: 'admm-vs-lasso',
  doc: "LeNet's filters by ADMM and by group lasso: the fronts of both",
  measure: async (context) => {
    const outcome = await measureEntries(fronts.flatMap(({ entries }) => entries), [], context);
    return outcome && withFronts(outcome);
  },
};

interface Point {
  readonly row: Row;
  readonly weights: number;
  readonly convMacs: number;
  readonly error: number;
}

function withFronts(outcome: Outcome): Outcome {
  const curves = fronts.map(({ name, entries }, place) => ({ name, place, points: entries.flatMap(({ label }) => pointOf(outcome.ours.find((row) => row.label === label))) }));
  const [first, second] = curves;
  const shown = curves.filter(({ points }) => points.length > 0);
  if (!first || !second || shown.length === 0) return outcome;
  const title = "LeNet's filters: ADMM and group lasso";
  const picture = curvesPicture({
    title,
    label: `${title}. ${shown.map(({ name, points }) => `${name}: ${points.map(({ error, weights }) => `${percent(error)} at ${shortCount(weights)} weights`).join(', ')}`).join('; ')}`,
    error: 'test error, mean over seeds',
    panels: [{ axis: 'weights left', text: shortCount }, { axis: 'MACs of convolutions', text: shortCount }],
    curves: shown.map((curve) => ({ ...curve, points: curve.points.map(({ row, weights, convMacs, error }) => ({ costs: [weights, convMacs], error, ...(row.error?.sd !== undefined && { deviation: row.error.sd }), hint: `${row.label}\ntest error ${percent(error)}, ${shortCount(weights)} weights, ${shortCount(convMacs)} MACs of convolutions` })) })),
    levels: [],
  });
  return { ...outcome, findings: comparison(first, second), pictures: { [pictureFile]: picture } };
}

function pointOf(row: Row | undefined): readonly Point[] {
  if (row?.error === undefined || row.weights === undefined || row.convMacs === undefined) return [];
  return [{ row, weights: row.weights, convMacs: row.convMacs, error: row.error.mean }];
}

/** At the error of each point of one method: the fewest weights with which the other has as small a one, between its points by straight lines. */
export function comparison(...[one, other]: readonly [NamedPoints, NamedPoints]): readonly string[] {
  return [[one, other], [other, one]].flatMap(([a, b]) =>
    (a as NamedPoints).points.map(({ error, weights }) => {
      const needed = weightsAt((b as NamedPoints).points, error);
      const text = needed === undefined ? 'reaches that error nowhere' : `needs ${shortCount(Math.round(needed / 100) * 100)}, ${(needed / weights).toFixed(2)} times as many`;
      return `At the ${percent(error)} that ${a?.name} has with ${shortCount(Math.round(weights / 100) * 100)} weights ${b?.name} ${text}.`;
    }),
  );
}

interface NamedPoints {
  readonly name: string;
  readonly points: readonly Pick<Point, 'error' | 'weights'>[];
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
