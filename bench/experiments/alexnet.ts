// AlexNet's convolutions at published sparsity: the speed alone, replayed on random weights. Errors are those of the papers, for
// ImageNet is not trained here.

import { present } from '../../src/base/invariant.ts';
import { gainOf, caseOf } from '../suites/table4-tables.ts';
import { table4Suite } from '../suites/table4.ts';
import { table4 } from '../suites/table4-rows.ts';
import type { Table4Row } from '../suites/table4-rows.ts';
import { geometricMean, rowOf } from '../report.ts';
import type { Result } from '../report.ts';
import { runSuite } from '../run-suite.ts';
import type { Experiment, LayerRow, Row } from './experiment.ts';

/** Milliseconds that a layer waits for a machine that nobody else uses. */
const quietMs = 2000;
const [dense, sparse] = ['dense', 'sparse'];

export const alexnetExperiment: Experiment = {
  name: 'alexnet-t4',
  trainsNothing: true,
  doc: 'the speed of AlexNet at Table 4 of Wen et al. 2016, and at the sparsity of StructADMM',
  measure: async ({ progress }) => {
    const result = await runSuite({ suite: table4Suite, candidates: [dense, sparse], cases: undefined, quietMs }, progress);
    return { published: table4.map(publishedRow), ours: table4.map((row) => ourRow(row, result)), candidates: [] };
  },
};

function publishedRow({ title, published, layers }: Table4Row): Row {
  const speedups = Object.entries(layers).map(([name, layer]): LayerRow => ({ name, kept: {}, ...(layer.published !== undefined && { speedup: layer.published }) }));
  return { label: title, seeds: 0, layers: speedups, ...(published !== undefined && { note: `published: ${published} times as fast on a CPU, the mean of the layers` }) };
}

function ourRow({ name: row, title, layers }: Table4Row, { rows }: Result): Row {
  const timed = Object.keys(layers).map((name): LayerRow & { readonly speedup: number } => {
    const [before, after] = [dense, sparse].map((candidate) => present(rowOf(rows, caseOf(name, row), candidate), `${candidate} ${name}`)) as [Result['rows'][number], Result['rows'][number]];
    return { name, kept: {}, macs: Math.round(((after.gflops ?? NaN) * after.ms * 1e6) / 2), ms: after.ms, speedup: present(gainOf(before, after), name) };
  });
  const mean = geometricMean(timed.map(({ speedup }) => speedup));
  return { label: title, seeds: 0, convMacs: timed.reduce((sum, { macs = 0 }) => sum + macs, 0), layers: timed, note: `geometric mean of the layers: ${mean.toFixed(2)} times as fast as our own dense` };
}
