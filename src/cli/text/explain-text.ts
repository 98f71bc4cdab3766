// An explanation in words and tables.

import { formatBytes, grouped } from '../../base/number-text.ts';
import { formatShape } from '../../base/tensor.ts';
import type { Explanation, FateSummary, PenaltyFates, TrainedExplanation } from '../../driver/model/explain.ts';
import type { InputMap } from '../../driver/model/input-map.ts';
import type { PenaltySummary } from '../../driver/model/penalty-summary.ts';
import { budgetText } from '../../sparsity/network-budget.ts';
import { methods } from '../../train/methods/index.ts';
import { layerTable } from '../commands/check.ts';
import { findingsText } from './findings-text.ts';
import { changeText, structureTable } from './structure-table.ts';
import { formatTable } from './text-table.ts';

export function explanationText(explanation: Explanation): string {
  const { network, trained } = explanation;
  const parts = [`${findingsText(trained?.findings ?? [])}${layerTable(network)}`, penaltiesText(explanation)];
  if (trained) parts.push(structureText(trained), ...trained.fates.map(fateText), ...(trained.inputs ? [inputText(trained.inputs)] : []));
  else parts.push('No weights are given: after training, `ssl-compile explain RUN` says what became of each group.\n');
  return parts.join('\n');
}

function penaltiesText({ penalties, crossing, scheme, nested, method, methodSettings, total, sparsity }: Explanation): string {
  if (penalties.length === 0) return 'No penalties: training leaves every weight in place.\n';
  const groupsOf = (each: PenaltySummary): readonly string[] => [`${each.structure} of ${each.layers.join(', ')}`, grouped(each.groups), grouped(each.size)];
  const head = ['penalty', 'groups', 'weights a group'];
  const table = methods[method].takes === 'budget'
    ? formatTable({ head: [...head, 'kept'], rows: penalties.map((each) => [...groupsOf(each), typeof each.kept === 'number' ? grouped(each.kept) : 'a share']), text: [0] })
    : formatTable({
        head: [...head, 'strength', 'weighting', 'threshold / rate'],
        rows: penalties.map((each) => [...groupsOf(each), formatNumber(each.strength ?? NaN, 6), each.weighting ?? '', formatNumber(each.threshold ?? NaN)]),
        text: [0, 4],
      });
  const { explanation, ofNested = '', ofCrossing } = methods[method];
  const how = methods[method].takes === 'budget' ? 'which layers share by how much the loss on the held-out samples grows' : 'by a common factor of the strengths, which a run searches';
  const shared = total ? `Kept of the whole network: ${budgetText(total)}, ${how}.\n` : '';
  const chosen = sparsity === undefined ? '' : `Of the block \`sparsity ${sparsity}\`.\n`;
  return `${table}\n${chosen}${shared}${explanation(methodSettings)}${nested ? ofNested : ''}${crossing.length > 0 ? (ofCrossing?.[scheme](crossing.join(', ')) ?? '') : ''}`;
}

function structureText({ structure, bytes, findings }: TrainedExplanation): string {
  const { layers, macs, convMacs, weights } = structure;
  const totals = [
    `weights: ${changeText(weights, findings)}\n`,
    `MACs: ${changeText(macs, findings)}\n`,
    ...(convMacs.dense > 0 ? [`MACs of convolutions: ${changeText(convMacs, findings)}\n`] : []),
    `bytes of parameters: ${changeText(bytes, findings, formatBytes)}\n`,
  ];
  return `Kept of the total:\n\n${structureTable(layers)}\n${totals.join('')}`;
}

function fateText({ layers, structure, total, fates }: PenaltyFates): string {
  const lines = fates.map(({ what, count, groups }: FateSummary) => `  ${grouped(count)} ${what}${groups ? `: ${ranges(groups)}` : ''}\n`);
  return `${structure} of ${layers.join(', ')} (${grouped(total)}):\n${lines.join('')}`;
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

function formatNumber(value: number, digits = 3): string {
  return String(Number(value.toPrecision(digits)));
}
