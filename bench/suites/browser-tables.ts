// The tables of suite `browser`: times, ours beside the peak of its own instructions there, ratios by rounds, and what
// sparsity gains each candidate.

import { distinct, formatRatio, formatTimes, geometricMean, rowOf } from '../report.ts';
import type { Result, Row, Table } from '../report.ts';
import { groups, ratesTable, sparsityTable, timesTable } from './peers-tables.ts';

export function browserTables({ rows, engine }: Result): readonly Table[] {
  const tables = [timesTable(rows), ratesTable(rows, engine?.peakGflops.strict ?? NaN), ratiosTable(rows), sparsityTable(rows)];
  return tables.filter(({ body }) => body.length > 0);
}

/** By rounds, so that what else the machine does is in neither side alone. */
function ratiosTable(rows: readonly Row[]): Table {
  const others = distinct(rows.filter(({ times }) => times !== undefined).map(({ candidate }) => candidate));
  const body = groups.flatMap((group) => {
    const names = distinct(rows.map((row) => row.case)).filter((name) => group.belongs(name) && others.some((candidate) => rowOf(rows, name, candidate)?.times));
    if (names.length === 0) return [];
    const means = others.map((candidate) => geometricMean(names.map((name) => rowOf(rows, name, candidate)?.times?.[1] ?? NaN)));
    return [
      ...names.map((name) => [name, ...others.map((candidate) => formatTimes(rowOf(rows, name, candidate)))]),
      [`${group.name}, geometric mean`, ...means.map(formatRatio)],
    ];
  });
  const [first = ''] = rows.map(({ candidate }) => candidate);
  return { title: `How many times as long as ${first}, median of rounds (quartiles where others used the machine)`, head: ['case', ...others], body };
}
