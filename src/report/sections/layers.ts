// Layer by layer: zero rows and columns, what is left, and how long it takes.

import { formatBytes, grouped } from '../../base/number-text.ts';
import { barPair, shareBar } from '../charts/bars.ts';
import { element } from '../markup.ts';
import type { Child } from '../markup.ts';
import type { LineCount } from '../../sparsity/zero-lines.ts';
import { savesSomething } from '../comparison.ts';
import type { LayerCourse, LayerTimes, MeasuredTimes, ReportData } from '../report-data.ts';
import { shapeText, times, timeText } from '../words.ts';
import { dataTable, folded, layerName, section } from './parts.ts';

const mostShown = 40;

export function layers(data: ReportData): Child {
  const { layers: all, timing } = data;
  if (all.length === 0) return undefined;
  return section('Layers', element('h3', {}, 'Shapes, multiply-accumulates and bytes'), costs(data), element('h3', {}, 'Row and column sparsity'), sparsity(all), timing && [element('h3', {}, 'Time'), timesOf(data, timing)]);
}

function costs(data: ReportData): Child {
  const { layers: all, result } = data;
  const saves = savesSomething(data);
  const largest = largestOf(all, ({ macs }) => macs[1]);
  const row = ({ name, op, shape, macs, weights, bytes }: LayerCourse): readonly Child[] => [
    [layerName(name), element('small', {}, ` ${op}`)],
    changed(shapeText(shape.dense), shape.compacted ? shapeText(shape.compacted) : 'gone'),
    changed(grouped(weights[1]), grouped(weights[0])),
    changed(formatBytes(bytes.dense), formatBytes(bytes.compacted)),
    [changed(grouped(macs[1]), grouped(macs[0])), barPair(macs[1] / largest, macs[0] / largest)],
    (saves && times(macs[1], macs[0])) || '',
  ];
  const foot: readonly Child[] | undefined = result
    ? [
        'whole network',
        '',
        changed(grouped(result.weights.dense), grouped(result.weights.compacted)),
        changed(formatBytes(result.bytes.dense), formatBytes(result.bytes.compacted)),
        changed(grouped(result.macs.dense), grouped(result.macs.compacted)),
        (saves && times(result.macs.dense, result.macs.compacted)) || '',
      ]
    : undefined;
  const head = ['layer', 'result', 'weights', 'bytes', 'multiply-accumulates', 'fewer'];
  return [
    element('p', {}, 'Dense → compacted, of one sample. The outlined bar is dense, the filled one compacted. What is zero in one layer is missing in the next, so more may go than was penalised. Bytes count weights and biases as float32; the whole also counts what batch norm has, which compacting folds into its neighbours.'),
    folded(all, mostShown, 'more layers', (shown, first) => dataTable({ head, rows: shown.map(row), text: [4], class: 'costs', stacks: true, ...(first && foot && { foot }) })),
  ];
}

/** What stays the same is said once. */
function changed(dense: string, compacted: string): Child {
  return dense === compacted ? dense : [element('span', { class: 'before' }, dense), ' → ', element('span', { class: 'after' }, compacted)];
}

function sparsity(all: readonly LayerCourse[]): Child {
  const cell = ({ zero, total }: LineCount): Child => [shareBar(zero / total), element('span', { class: 'share' }, `${((100 * zero) / total).toFixed(1)}%`), element('small', {}, ` ${grouped(zero)} of ${grouped(total)}`)];
  return [
    element('p', {}, 'Rows and columns of the weights as a matrix that are zero at the end of training: filters or neurons, and what each of them reads.'),
    folded(all, mostShown, 'more layers', (shown) => dataTable({ head: ['layer', 'rows that are zero', 'columns that are zero'], rows: shown.map(({ name, rows, columns }) => [layerName(name), cell(rows), cell(columns)]), text: [1, 2], class: 'shares' })),
  ];
}

function timesOf(data: ReportData, { processor, runtime, date, target, layers: timed, whole }: MeasuredTimes): Child {
  const largest = largestOf(timed, ({ dense }) => dense);
  const saves = savesSomething(data);
  const ratio = (dense: number, compacted: number): string => (saves ? (times(dense, compacted) ?? '') : '');
  const row = ({ name, dense, compacted }: LayerTimes): readonly Child[] => [
    layerName(name),
    [changed(timeText(dense), compacted === undefined ? 'gone' : timeText(compacted)), barPair(dense / largest, (compacted ?? 0) / largest)],
    compacted === undefined ? '' : ratio(dense, compacted),
  ];
  const foot: readonly Child[] = ['whole network', changed(timeText(whole.dense), timeText(whole.compacted)), ratio(whole.dense, whole.compacted)];
  return [
    element('p', {}, `One sample, one thread, target ${target}; measured when this page was made, ${date}, on ${processor}, ${runtime}. Each layer is timed alone, with its input at hand, so that layers do not add up to the whole.`),
    folded(timed, mostShown, 'more layers', (shown, first) => dataTable({ head: ['layer', 'dense → compacted', 'faster'], rows: shown.map(row), text: [1], class: 'times', ...(first && { foot }) })),
  ];
}

function largestOf<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((largest, item) => Math.max(largest, of(item)), 0) || 1;
}
