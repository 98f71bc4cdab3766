// What zeros save, layer by layer: bits of stored weights at each grain, and memory references.

import { grouped, percent } from '../../base/number-text.ts';
import type { GranularityReport, LayerGranularity } from '../../sparsity/granularity/granularity-report.ts';
import type { MemoryReferences } from '../../sparsity/granularity/references.ts';
import { formatTable } from './text-table.ts';

export function granularityText(report: GranularityReport): string {
  return `${storageText(report)}\n${referencesText(report)}`;
}

/** Grains without zeros are left out, and a layer that has none at all is stored as it is. */
function storageText({ layers, leastBits, denseBits }: GranularityReport): string {
  const rows = layers.flatMap((layer) => (layer.storage.length > 0 ? grainRows(layer) : [[layer.name, 'no zeros', '', percent(1), '', grouped(layer.leastBits), percent(1)]]));
  const total = ['total', 'least of each', '', '', '', grouped(leastBits), shareText(leastBits, denseBits)];
  const head = ['layer', 'grain', 'kept', 'density', 'padding zeros', 'bits', 'of dense'];
  return `Storage without grains of zeros, 8 bits a weight and 4 bits a grain for its place:\n\n${formatTable({ head, rows: [...rows, total], text: [0, 1] })}`;
}

function grainRows({ name, weights, storage }: LayerGranularity): readonly (readonly string[])[] {
  return storage.map(({ grain, kept, grains, keptWeights, paddingZeros, bits, denseBits }, i) => [
    i === 0 ? name : '',
    grain,
    `${grouped(kept)}/${grouped(grains)}`,
    shareText(keptWeights, weights),
    grouped(paddingZeros),
    grouped(bits),
    shareText(bits, denseBits),
  ]);
}

function referencesText({ layers, ...total }: GranularityReport): string {
  const row = (name: string, { weights, nonzero, references, denseReferences }: Counted): readonly string[] => [
    name,
    shareText(nonzero, weights),
    ...[references.weights, references.activations, references.outputs, references.total].map(grouped),
    shareText(references.total, denseReferences.total),
  ];
  const head = ['layer', 'not zero', 'weights', 'activations', 'outputs', 'all', 'of dense'];
  const rows = [...layers.map((layer) => row(layer.name, layer)), row('total', total)];
  return `Memory references of one sample, by a model of the SCNN dataflow (docs/method.md):\n\n${formatTable({ head, rows, text: [0] })}`;
}

interface Counted {
  readonly weights: number;
  readonly nonzero: number;
  readonly references: MemoryReferences;
  readonly denseReferences: MemoryReferences;
}

function shareText(part: number, whole: number): string {
  return whole === 0 ? '' : percent(part / whole);
}
