// The tables of suite `fine`: what each kind of kernel gains over the direct dense one, beside the ratio of operations.

import { distinct, formatRatio, geometricMean, rowOf } from '../report.ts';
import type { Result, Row, Table } from '../report.ts';
import { timesTable } from './peers-tables.ts';
import { table4 } from './table4-rows.ts';

const kinds = ['elements', '2d-filters', 'winograd'];

export function fineTables({ rows }: Result): readonly Table[] {
  return [timesTable(rows), gainsTable(rows, '', 'relaxed'), gainsTable(rows, '-strict', 'strict')].filter(({ body }) => body.length > 0);
}

interface Gain {
  readonly name: string;
  readonly operations: number;
  readonly gain: number;
}

/** @param suffix Of the candidates of a version. */
function gainsTable(rows: readonly Row[], suffix: string, version: string): Table {
  const body = kinds.flatMap((kind) => {
    const gains = distinct(rows.map((row) => row.case)).filter((name) => name.endsWith(`/${kind}`)).flatMap((name) => gainOf(rows, name, suffix));
    if (gains.length === 0) return [];
    const lines = gains.map(({ name, operations, gain }) => [name, formatRatio(operations), formatRatio(gain), formatRatio(gain / operations), kind === 'elements' ? formatRatio(table4[0]?.layers[name.split('/')[1] ?? '']?.published) : '']);
    const all = gains.map(({ gain }) => gain);
    return [...lines, [`${kind}, geometric mean`, '', formatRatio(geometricMean(all)), '', ''], [`${kind}, mean`, '', formatRatio(all.reduce((sum, gain) => sum + gain, 0) / all.length), '', '']];
  });
  return { title: `Speed-up over our own direct dense convolution, ${version}`, head: ['case', 'FLOP ratio', 'gain', 'gain / ratio', 'paper, row 1'], body };
}

/** Rounds in which both ran say it where they were timed so; else the medians of each. */
function gainOf(rows: readonly Row[], name: string, suffix: string): readonly Gain[] {
  const [direct, fine] = [rowOf(rows, name, `direct${suffix}`), rowOf(rows, name, `fine${suffix}`)];
  if (!direct || !fine) return [];
  const times = (direct.times?.[1] ?? 1) / (fine.times?.[1] ?? NaN);
  const operations = ((direct.gflops ?? NaN) * direct.ms) / ((fine.gflops ?? NaN) * fine.ms);
  return [{ name, operations, gain: Number.isFinite(times) ? times : direct.ms / fine.ms }];
}
