// The one table that `npm start` ends in.

import { present } from '../../base/invariant.ts';
import { grouped, percent } from '../../base/number-text.ts';
import type { Equivalence } from '../../driver/build/equivalence.ts';
import type { RunSummary } from '../../driver/run/run-summary.ts';
import type { Comparison } from '../../driver/module/comparison.ts';
import type { Penalty } from '../../ir/network.ts';
import { structureNamed } from '../../ir/structure.ts';
import { findingsText } from './findings-text.ts';
import { formatTable } from './text-table.ts';

interface Sides<T> {
  readonly dense: T;
  readonly compacted: T;
}

export interface DemoResults {
  readonly summary: RunSummary;
  readonly penalties: readonly Penalty[];
  /** Of code and weights. */
  readonly bytes: Sides<{ readonly bytes: number; readonly gzipBytes: number }>;
  readonly microseconds: Sides<number>;
  readonly equivalence: Equivalence;
  readonly rounding: Comparison;
}

export function demoTable({ summary, penalties, bytes, microseconds, equivalence, rounding }: DemoResults): string {
  const count = (name: string, { dense, compacted }: Sides<number>): string[] => [name, grouped(dense), grouped(compacted), times(dense, compacted)];
  const kept = penalties.flatMap(({ structure, layer }) => {
    const field = structureNamed(structure).report?.field;
    const found = field && summary.layers.find(({ name }) => name === layer)?.[field];
    return found && found[0] < found[1] ? [count(`${structure} of ${layer}`, { dense: found[1], compacted: found[0] })] : [];
  });
  const { product, control, epochs } = summary;
  const errorOf = (phase: string | undefined): number => present(summary.error[phase ?? ''], `error of ${phase}`);
  const rows = [
    [`test error, each after ${epochs[product]} epochs`, percent(errorOf(control)), percent(errorOf(product)), ''],
    [`test error of the baseline, after ${epochs['baseline']}`, percent(errorOf('baseline')), '', ''],
    ...kept,
    count('weights', summary.weights),
    count('multiply-adds', summary.macs),
    count('bytes of code and weights', { dense: bytes.dense.bytes, compacted: bytes.compacted.bytes }),
    count('bytes, gzip', { dense: bytes.dense.gzipBytes, compacted: bytes.compacted.gzipBytes }),
    ['microseconds a digit', microseconds.dense.toFixed(1), microseconds.compacted.toFixed(1), times(microseconds.dense, microseconds.compacted)],
    ['largest difference to dense, float64', '', equivalence.maxAbsDifference.toExponential(1), ''],
    ['largest difference of the module, f32', '', rounding.maxAbsDifference.toExponential(1), `of ${rounding.maxAbsReference.toFixed(1)}`],
  ];
  return `\n${findingsText(summary.findings)}${formatTable({ head: [summary.network, 'dense', 'compacted', ''], rows, text: [0] })}`;
}

function times(dense: number, compacted: number): string {
  return `${(dense / compacted).toFixed(1)}x`;
}
