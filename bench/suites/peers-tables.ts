// The tables of suite `peers`: times, ratios to our module, and our speed-ups beside the published ones.

import { distinct, formatMs, formatRatio, geometricMean, msOf, ratio } from '../report.ts';
import type { Result, Row, Table, ThreadPeaks } from '../report.ts';
import { flopsOf } from '../network.ts';
import { caffeNetLayers, denseNetwork, sparseNetwork } from './caffenet.ts';
import { leNets } from './lenet.ts';

const OURS = 'ssl-wasm';

export function peersTables(result: Result): readonly Table[] {
  const { rows } = result;
  const tables = [timesTable(rows), ...ratesTables(result), ratiosTable(rows), sparsityTable(rows), publishedTable(rows)];
  return tables.filter((table) => table.body.length > 0);
}

export function timesTable(rows: readonly Row[]): Table {
  const candidates = distinct(rows.map((row) => row.candidate));
  return {
    title: 'Milliseconds an inference, one thread, batch 1',
    head: ['case', ...candidates],
    body: distinct(rows.map((row) => row.case)).map((name) => [
      name,
      ...candidates.map((candidate) => formatMs(msOf(rows, name, candidate))),
    ]),
  };
}

/** Ours, and the instructions that each has its arithmetic in. */
const instructions: ReadonlyMap<string, keyof ThreadPeaks> = new Map([[OURS, 'strict'], ['ssl-relaxed', 'relaxed']]);

/** How near our kernels come to what 128-bit arithmetic can do where they ran. */
export function ratesTables({ rows, machine, engine }: Result): readonly Table[] {
  const { peakGflops, relaxedPeakGflops } = machine;
  const peaks: ThreadPeaks = engine?.peakGflops ?? { strict: peakGflops['1'] ?? NaN, ...(relaxedPeakGflops !== undefined && { relaxed: relaxedPeakGflops }) };
  return [...instructions].map(([candidate, kind]) => ({
    title: `${candidate} beside the 128-bit peak of this run, ${kind}`,
    head: ['case', 'GFLOP/s', 'of peak'],
    body: rows.filter((row) => row.candidate === candidate).map(({ case: name, gflops = NaN }) => [name, gflops.toFixed(1), formatRatio(gflops / (peaks[kind] ?? NaN))]),
  }));
}

/** Cases of which one mean is told. */
export interface Group {
  readonly name: string;
  readonly belongs: (name: string) => boolean;
}

export const groups: readonly Group[] = [
  { name: 'caffenet dense', belongs: (name: string) => name.startsWith('caffenet/') && name.endsWith('/dense') },
  { name: 'caffenet table4-2', belongs: (name: string) => name.endsWith('/table4-2') },
  { name: 'lenet', belongs: (name: string) => /^lenet\/\d$/.test(name) },
  { name: 'whole networks', belongs: (name: string) => ['resnet20/dense', 'mobilenet/dense'].includes(name) },
];

function ratiosTable(rows: readonly Row[]): Table {
  const others = distinct(rows.map((row) => row.candidate)).filter((candidate) => candidate !== OURS);
  const over = (name: string, candidate: string): number | undefined =>
    ratio(msOf(rows, name, candidate), msOf(rows, name, OURS));
  const body = groups.flatMap((group) => {
    const names = distinct(rows.map((row) => row.case)).filter((name) => group.belongs(name));
    const lines = names.map((name) => ({ name, ratios: others.map((candidate) => over(name, candidate)) }));
    const measured = lines.filter((line) => line.ratios.some((value) => value !== undefined));
    if (measured.length === 0) return [];
    const means = others.map((_, at) => geometricMean(measured.map((line) => line.ratios[at] ?? NaN)));
    return [
      ...measured.map((line) => [line.name, ...line.ratios.map(formatRatio)]),
      [`${group.name}, geometric mean`, ...means.map(formatRatio)],
    ];
  });
  return { title: `How many times as long as ${OURS}`, head: ['case', ...others], body };
}

/** Speed-up of each candidate over its own dense layer, beside the ratio of operations and the paper's. */
export function sparsityTable(rows: readonly Row[]): Table {
  const candidates = distinct(rows.map((row) => row.candidate));
  const lines = caffeNetLayers.flatMap((layer) => {
    const [dense, sparse] = [`caffenet/${layer.name}/dense`, `caffenet/${layer.name}/table4-2`];
    const ups = candidates.map((candidate) => ratio(msOf(rows, dense, candidate), msOf(rows, sparse, candidate)));
    if (ups.every((up) => up === undefined)) return [];
    const flops = flopsOf(denseNetwork(layer), false) / flopsOf(sparseNetwork(layer), false);
    return [{ name: layer.name, values: [flops, layer.published, ...ups] }];
  });
  const columns = ['FLOP ratio', 'paper', ...candidates];
  const mean = (at: number): number =>
    lines.reduce((sum, line) => sum + (line.values[at] ?? NaN), 0) / lines.length;
  const body = lines.map((line) => [line.name, ...line.values.map(formatRatio)]);
  if (lines.length > 1) body.push(['mean', ...columns.map((_, at) => formatRatio(mean(at)))]);
  return {
    title: "CaffeNet at Table 4 row 2: speed-up over the same candidate's dense layer",
    head: ['layer', ...columns],
    body,
  };
}

/** Speed-ups of LeNet's layers over LeNet 1, ours and those of Tables 1 and 2. */
function publishedTable(rows: readonly Row[]): Table {
  const body = leNets.flatMap((net) => {
    const ours = ['conv1', 'conv2'].map((layer) =>
      ratio(msOf(rows, `lenet/1/${layer}`, OURS), msOf(rows, `lenet/${net.number}/${layer}`, OURS)),
    );
    if (ours.some((value) => value === undefined)) return [];
    return [[`lenet/${net.number}`, ...net.published.map(formatRatio), ...ours.map(formatRatio)]];
  });
  return {
    title: 'LeNet, Tables 1 and 2: speed-up of each layer over that of LeNet 1',
    head: ['network', 'paper conv1', 'paper conv2', 'ours conv1', 'ours conv2'],
    body,
  };
}
