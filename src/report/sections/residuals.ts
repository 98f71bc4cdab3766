// How far the weights of each layer were from a copy of them within the budgets, at each time that the method has
// renewed that copy.

import { element } from '../markup.ts';
import type { Child } from '../markup.ts';
import type { ReportData } from '../report-data.ts';
import { pathOf, pointsOf } from '../words.ts';
import { dataTable, folded, section } from './parts.ts';

const mostShown = 12;

export function residuals(data: ReportData): Child {
  const points = pathOf(data).flatMap((phase) => pointsOf(phase).flatMap(({ epoch, residuals: found }) => (found ? [{ at: `${phase.name} ${epoch}`, found }] : [])));
  const layers = [...new Set(points.flatMap(({ found }) => found.map(({ layer }) => layer)))];
  if (layers.length === 0) return undefined;
  const cell = (layer: string, at: number): Child => {
    const residual = points[at]?.found.find((each) => each.layer === layer);
    return residual && [residual.primal.toPrecision(3), element('small', {}, ` ${residual.dual.toPrecision(3)}`)];
  };
  return section(
    'Residuals',
    element('p', {}, 'The distance of the weights from their copy within the budgets, and small behind it how far the copy has moved since the time before, times rho (Boyd et al., 2011). Both near zero: the groups that stay are settled, and pruning the others costs little.'),
    folded(layers, mostShown, 'more layers', (shown) => dataTable({ head: ['after epoch', ...shown], rows: points.map(({ at }, i) => [at, ...shown.map((layer) => cell(layer, i))]) })),
  );
}
