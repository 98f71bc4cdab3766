// The tables of suite `table4`: each row of the paper beside ours, layer by layer and over all five.

import { formatMs, formatRatio, ratio, rowOf } from '../report.ts';
import type { Result, Row, Table } from '../report.ts';
import { caffeNetLayers } from './caffenet.ts';
import { table4 } from './table4-rows.ts';

export function table4Tables({ rows }: Result): readonly Table[] {
  return table4.map(({ name: row, title, published, layers }): Table => {
    const names = caffeNetLayers.map(({ name }) => name).filter((name) => rowOf(rows, caseOf(name, row), 'dense'));
    const body = names.map((name) => {
      const found = (candidate: string): Row | undefined => rowOf(rows, caseOf(name, row), candidate);
      return [name, formatRatio(operationsRatio(found('dense'), found('sparse'))), formatRatio(layers[name]?.published), formatRatio(gainOf(found('dense'), found('sparse'))), formatRatio(gainOf(found('dense-2'), found('sparse-2'))), ...['dense', 'sparse', 'dense-2', 'sparse-2'].map((candidate) => formatMs(found(candidate)?.ms))];
    });
    return {
      title: `${title}: speed-up over dense, of the paper on a CPU and ours on one thread and two; milliseconds`,
      head: ['layer', 'FLOP ratio', 'paper', 'ours', 'ours, 2 threads', 'dense', 'sparse', 'dense, 2', 'sparse, 2'],
      body: names.length === caffeNetLayers.length ? [...body, totals(rows, row, published, names)] : body,
    };
  }).filter(({ body }) => body.length > 0);
}

export function caseOf(layer: string, row: string): string {
  return `caffenet/${layer}/${row}`;
}

/** By the rounds that both were in. */
export function gainOf(dense: Row | undefined, sparse: Row | undefined): number | undefined {
  return ratio(dense?.times?.[1] ?? (dense ? 1 : undefined), sparse?.times?.[1]);
}

function operationsRatio(dense: Row | undefined, sparse: Row | undefined): number | undefined {
  return dense?.gflops === undefined || sparse?.gflops === undefined ? undefined : (dense.gflops * dense.ms) / (sparse.gflops * sparse.ms);
}

function totals(rows: readonly Row[], row: string, published: number | undefined, names: readonly string[]): readonly string[] {
  const sumOf = (candidate: string, of: (row: Row) => number): number | undefined => {
    const found = names.map((name) => rowOf(rows, caseOf(name, row), candidate));
    return found.every((row) => row !== undefined) ? found.reduce((sum, row) => sum + of(row), 0) : undefined;
  };
  const ms = (candidate: string): number | undefined => sumOf(candidate, (row) => row.ms);
  const work = (candidate: string): number | undefined => sumOf(candidate, (row) => (row.gflops ?? NaN) * row.ms);
  return ['all five', formatRatio(ratio(work('dense'), work('sparse'))), formatRatio(published), formatRatio(ratio(ms('dense'), ms('sparse'))), formatRatio(ratio(ms('dense-2'), ms('sparse-2'))), ...['dense', 'sparse', 'dense-2', 'sparse-2'].map((candidate) => formatMs(ms(candidate)))];
}
