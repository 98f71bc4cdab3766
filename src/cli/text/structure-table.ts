// What is left of each layer, as a table.

import { grouped } from '../../base/number-text.ts';
import { answersNothing } from '../../driver/evaluation/finding.ts';
import type { Finding } from '../../driver/evaluation/finding.ts';
import { reportFields } from '../../ir/structure.ts';
import type { BeforeAfter, Kept, LayerReport } from '../../sparsity/structure-report.ts';
import { formatTable } from './text-table.ts';

const columns: readonly (readonly [name: string, of: (layer: LayerReport) => Kept | undefined])[] = [
  ...reportFields.map((field) => [field, (layer: LayerReport) => layer[field]] as const),
  ['weights', (layer) => layer.weights],
  ['not zero', (layer) => layer.nonzero],
  ['MACs', (layer) => layer.macs],
];

/** `kept/total` in every cell; columns that fit no layer are left out. */
export function structureTable(layers: readonly LayerReport[]): string {
  const shown = columns.filter(([, of]) => layers.some((layer) => of(layer)));
  const rows = layers.map((layer) => [layer.name, layer.op, ...shown.map(([, of]) => keptText(of(layer)))]);
  return formatTable({ head: ['layer', 'op', ...shown.map(([name]) => name)], rows, text: [0, 1] });
}

function keptText(kept: Kept | undefined): string {
  return kept ? `${grouped(kept[0])}/${grouped(kept[1])}` : '';
}

/** `2,293,000 -> 221,000 (10.4x less)`, without the ratio where it is no achievement. */
export function changeText({ dense, compacted }: BeforeAfter, findings: readonly Finding[], format: (value: number) => string = grouped): string {
  return `${format(dense)} -> ${format(compacted)}${answersNothing(findings) ? '' : timesLess(dense, compacted)}`;
}

function timesLess(dense: number, compacted: number): string {
  if (compacted === dense) return '';
  return compacted === 0 ? ' (nothing left)' : ` (${(dense / compacted).toFixed(1)}x less)`;
}
