// The tables of suite `networks`: times, ratios to our module by rounds, and what sparsity gains each candidate.

import { distinct, formatRatio, formatTimes, geometricMean, msOf, ratio, rowOf } from '../report.ts';
import type { Result, Row, Table } from '../report.ts';
import { ratesTables, timesTable } from './peers-tables.ts';

const OURS = 'ssl-wasm';

export function networksTables(result: Result): readonly Table[] {
  const { rows } = result;
  return [timesTable(rows), ...ratesTables(result), ratiosTable(rows), gainsTable(rows)].filter(({ body }) => body.length > 0);
}

/** Cases of one network that are built alike: `convnet/2/without-lrn` belongs to `convnet without-lrn`. */
function familyOf(name: string): string {
  const [network = '', , variant] = name.split('/');
  return variant === undefined ? network : `${network} ${variant}`;
}

function ratiosTable(rows: readonly Row[]): Table {
  const others = distinct(rows.map(({ candidate }) => candidate)).filter((candidate) => candidate !== OURS);
  const names = distinct(rows.filter(({ times }) => times !== undefined).map((row) => row.case));
  const body = distinct(names.map(familyOf)).flatMap((family) => {
    const ofFamily = names.filter((name) => familyOf(name) === family);
    const lines = ofFamily.map((name) => [name, ...others.map((candidate) => formatTimes(rowOf(rows, name, candidate)))]);
    if (ofFamily.length === 1) return lines;
    const means = others.map((candidate) => geometricMean(ofFamily.map((name) => rowOf(rows, name, candidate)?.times?.[1] ?? NaN)));
    return [...lines, [`${family}, geometric mean`, ...means.map(formatRatio)]];
  });
  return { title: `How many times as long as the first candidate, median of rounds (quartiles where others used the machine)`, head: ['case', ...others], body };
}

/** Speed-up of each candidate over its own dense network, beside the ratio of operations of ours. */
function gainsTable(rows: readonly Row[]): Table {
  const candidates = distinct(rows.map(({ candidate }) => candidate));
  const flops = (name: string): number | undefined => {
    const row = rowOf(rows, name, OURS);
    return row?.gflops === undefined ? undefined : row.gflops * row.ms;
  };
  const body = distinct(rows.map((row) => row.case)).flatMap((name) => {
    const dense = name.replace(/\/\w+/, '/dense');
    const ups = candidates.map((candidate) => ratio(msOf(rows, dense, candidate), msOf(rows, name, candidate)));
    if (dense === name || ups.every((up) => up === undefined)) return [];
    return [[name, formatRatio(ratio(flops(dense), flops(name))), ...ups.map(formatRatio)]];
  });
  return { title: 'Speed-up over the dense network of the same candidate', head: ['case', 'FLOP ratio', ...candidates], body };
}
