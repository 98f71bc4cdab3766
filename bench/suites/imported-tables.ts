// The tables of suite `imported`: times, ours beside the peak there, and ratios by rounds with means over the networks and
// over the libraries, and how far each is off the reference.

import { distinct, formatRatio, geometricMean, rowOf } from '../report.ts';
import type { Result, Row, Table } from '../report.ts';
import { OURS, ratiosTable, timesOver } from './browser-tables.ts';
import { ratesTables, timesTable } from './peers-tables.ts';

/** `litert-resident` is no library of its own, and counts in no mean over them. */
const LIBRARIES = ['litert', 'ort-web', 'tfjs-wasm'];

export function importedTables(result: Result): readonly Table[] {
  const { rows } = result;
  const groups = [{ name: 'all', belongs: () => true }];
  const tables = [timesTable(rows), ...ratesTables(result), ...OURS.map((base) => ratiosTable(rows, base, groups)), meansTable(rows), differencesTable(rows)];
  return tables.filter(({ body }) => body.length > 0);
}

/** By network and over all, of those where each library was measured. */
function meansTable(rows: readonly Row[]): Table {
  const isWhole = (name: string): boolean => LIBRARIES.every((library) => rowOf(rows, name, library));
  const names = distinct(rows.map((row) => row.case)).filter(isWhole);
  const mean = (of: readonly string[], base: string): number => geometricMean(of.flatMap((name) => LIBRARIES.map((library) => timesOver(rows, name, library, base) ?? NaN)));
  const lines = [...names.map((name) => [name, [name]] as const), ...(names.length > 1 ? [['all', names] as const] : [])];
  const body = lines.map(([name, of]) => [name, ...OURS.map((base) => formatRatio(mean(of, base)))]);
  return { title: `Geometric mean over ${LIBRARIES.join(', ')}: how many times as long as each of ours`, head: ['case', ...OURS], body };
}

function differencesTable(rows: readonly Row[]): Table {
  const candidates = distinct(rows.map(({ candidate }) => candidate));
  const body = distinct(rows.map((row) => row.case)).map((name) => [name, ...candidates.map((candidate) => rowOf(rows, name, candidate)?.difference?.toExponential(1) ?? '')]);
  return { title: 'Largest difference from the model in float64, of its largest value', head: ['case', ...candidates], body };
}
