// The tables of suite `browser`: times, ours beside the peak of their own instructions there, ratios by rounds, and what
// sparsity gains each candidate.

import { distinct, formatRatio, formatTimes, geometricMean, ratio, rowOf } from '../report.ts';
import type { Result, Row, Table } from '../report.ts';
import { groups, ratesTables, sparsityTable, timesTable } from './peers-tables.ts';
import type { Group } from './peers-tables.ts';

export const OURS: readonly string[] = ['ssl-wasm', 'ssl-relaxed'];

export function browserTables(result: Result): readonly Table[] {
  const { rows } = result;
  const tables = [timesTable(rows), ...ratesTables(result), ...OURS.map((base) => ratiosTable(rows, base, groups)), sparsityTable(rows)];
  return tables.filter(({ body }) => body.length > 0);
}

/** By rounds, so that what else the machine does is in neither side alone. */
export function ratiosTable(rows: readonly Row[], base: string, of: readonly Group[]): Table {
  const candidates = distinct(rows.map(({ candidate }) => candidate));
  const others = candidates.filter((candidate) => !OURS.includes(candidate) || candidates.indexOf(candidate) > candidates.indexOf(base));
  const measured = rows.filter(({ candidate }) => candidate === base).map((row) => row.case);
  const body = of.flatMap((group) => {
    const names = measured.filter((name) => group.belongs(name));
    if (names.length === 0 || others.length === 0) return [];
    const means = others.map((candidate) => geometricMean(names.map((name) => timesOver(rows, name, candidate, base) ?? NaN)));
    return [...names.map((name) => [name, ...others.map((candidate) => timesText(rows, name, candidate, base))]), [`${group.name}, geometric mean`, ...means.map(formatRatio)]];
  });
  return { title: `How many times as long as ${base}, median of rounds (quartiles where others used the machine)`, head: ['case', ...others], body };
}

/** Rows tell how many times as long as the first candidate each took. */
export function timesOver(rows: readonly Row[], name: string, candidate: string, base: string): number | undefined {
  const middle = (of: string): number | undefined => (rows.find((row) => row.case === name)?.candidate === of ? 1 : rowOf(rows, name, of)?.times?.[1]);
  return ratio(middle(candidate), middle(base));
}

function timesText(rows: readonly Row[], name: string, candidate: string, base: string): string {
  const isFirst = rows.find((row) => row.case === name)?.candidate === base;
  return isFirst ? formatTimes(rowOf(rows, name, candidate)) : formatRatio(timesOver(rows, name, candidate, base));
}
