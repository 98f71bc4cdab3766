// An explanation in words and tables.

import { formatShape } from '../base/tensor.ts';
import type { Explanation, FateSummary, TrainedExplanation } from '../driver/explain.ts';
import type { InputMap } from '../driver/input-map.ts';
import type { Kept, LayerReport } from '../sparsity/structure-report.ts';
import { layerTable } from './check.ts';
import { formatBytes, formatTable, grouped } from './text-table.ts';

export function explanationText(explanation: Explanation): string {
  const { network, trained } = explanation;
  const parts = [layerTable(network), penaltiesText(explanation)];
  if (trained) parts.push(structureText(trained), ...trained.fates.map(fateText), ...(trained.inputs ? [inputText(trained.inputs)] : []));
  else parts.push('No weights are given: after training, `ssl-compile explain RUN` says what became of each group.\n');
  return parts.join('\n');
}

function penaltiesText({ penalties, crossing, method }: Explanation): string {
  if (penalties.length === 0) return 'No penalties: training leaves every weight in place.\n';
  const head = ['penalty', 'groups', 'weights a group', 'strength', 'weighting', 'threshold / rate'];
  const rows = penalties.map((each) => [
    `${each.structure} of ${each.layer}`,
    grouped(each.groups),
    grouped(each.size),
    String(each.strength),
    each.weighting,
    formatNumber(each.threshold),
  ]);
  const table = formatTable({ head, rows, text: [0, 4] });
  if (method === 'subgradient') return `${table}\nMethod: subgradient, then weights below 1e-4 are set to zero after every step.\n`;
  const steps = 'Method: proximal. Each step shrinks the norm of a group by rate times the threshold, to exactly zero if it is smaller.\n';
  if (crossing.length === 0) return `${table}\n${steps}`;
  const names = crossing.join(', ');
  const note = `Groups of ${names} cross (a weight is in a row and in a column). They are treated one kind after the other, in the order\nabove: the zeros are exact, but this sequence is not the exact proximal map of the sum of the penalties.\n`;
  return `${table}\n${steps}${note}`;
}

function structureText({ structure, bytes }: TrainedExplanation): string {
  const columns: readonly (readonly [name: string, of: (layer: LayerReport) => Kept | undefined])[] = [
    ['filters', (layer) => layer.filters],
    ['channels', (layer) => layer.channels],
    ['fibers', (layer) => layer.fibers],
    ['inputs', (layer) => layer.inputs],
    ['outputs', (layer) => layer.outputs],
    ['weights', (layer) => layer.weights],
    ['MACs', (layer) => layer.macs],
  ];
  const shown = columns.filter(([, of]) => structure.layers.some((layer) => of(layer)));
  const rows = structure.layers.map((layer) => [layer.name, layer.op, ...shown.map(([, of]) => keptText(of(layer)))]);
  const table = formatTable({ head: ['layer', 'op', ...shown.map(([name]) => name)], rows, text: [0, 1] });
  const { macs, convMacs, weights } = structure;
  const totals = [
    ['weights', weights] as const,
    ['MACs', macs] as const,
    ...(convMacs.dense > 0 ? [['MACs of convolutions', convMacs] as const] : []),
  ].map(([name, { dense, compacted }]) => `${name}: ${grouped(dense)} -> ${grouped(compacted)}${ratio(dense, compacted)}\n`);
  const size = `bytes of parameters: ${formatBytes(bytes.dense)} -> ${formatBytes(bytes.compacted)}${ratio(bytes.dense, bytes.compacted)}\n`;
  return `Kept of the total:\n\n${table}\n${totals.join('')}${size}`;
}

function keptText(kept: Kept | undefined): string {
  return kept ? `${grouped(kept[0])}/${grouped(kept[1])}` : '';
}

function ratio(dense: number, compacted: number): string {
  if (compacted === dense) return '';
  return compacted === 0 ? ' (nothing left)' : ` (${(dense / compacted).toFixed(1)}x less)`;
}

function fateText({ layer, structure, total, fates }: TrainedExplanation['fates'][number]): string {
  const lines = fates.map(({ what, groups }: FateSummary) => `  ${grouped(groups.length)} ${what}: ${ranges(groups)}\n`);
  return `${structure} of ${layer}, ${grouped(total)}:\n${lines.join('')}`;
}

/** `0-3, 7, 9-11`, cut where it grows long. */
function ranges(numbers: readonly number[]): string {
  const runs: [first: number, last: number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else runs.push([number, number]);
  }
  const most = 12;
  const words = runs.slice(0, most).map(([first, last]) => (first === last ? String(first) : `${first}-${last}`));
  return runs.length > most ? `${words.join(', ')}, ...` : words.join(', ');
}

function inputText({ shape, used, flags }: InputMap): string {
  const total = flags.length;
  const share = ((100 * used) / total).toFixed(1);
  const heading = `Inputs read: ${grouped(used)} of ${grouped(total)} (${share}%).\n`;
  const [channels = 1, rows = 1, columns = 1] = shape.length === 3 ? shape : [1, 1, total];
  if (columns > 120 || rows > 120) return heading;
  const pictures = Array.from({ length: channels }, (_, c) => {
    const title = channels > 1 ? `channel ${c} of ${formatShape(shape)}\n` : '';
    const lines = Array.from({ length: rows }, (__, y) => `  ${flags.slice((c * rows + y) * columns, (c * rows + y + 1) * columns).map((flag) => (flag === 1 ? '#' : '.')).join('')}\n`);
    return `${title}${lines.join('')}`;
  });
  return `${heading}${pictures.join('\n')}`;
}

function formatNumber(value: number): string {
  return String(Number(value.toPrecision(3)));
}
