// Penalties of one layer that divide its weight alike: filters and channels of a depthwise convolution, fibers and
// channels of windows of one weight. Axes of extent 1 number nothing.

import type { Penalty } from '../../ir/network.ts';
import { nestsIn, partitionOf } from '../../ir/partition.ts';
import type { Partition } from '../../ir/partition.ts';
import { structureNamed, structureTitle } from '../../ir/structure.ts';
import { sparsityDiagnostics } from '../diagnostics.ts';
import type { Report } from '../diagnostics.ts';
import type { Layer } from '../network/layer.ts';

export function warnOfSameGroups(penalties: Iterable<Penalty>, layers: ReadonlyMap<string, Layer>, report: Report): void {
  const byLayer = new Map<string, Penalty[]>();
  for (const penalty of penalties) byLayer.set(penalty.layer, [...(byLayer.get(penalty.layer) ?? []), penalty]);
  for (const [layer, own] of byLayer) {
    const axes = layers.get(layer)?.checked?.axes;
    if (!axes || own.length === 1) continue;
    const earlier: { readonly penalty: Penalty; readonly partition: Partition }[] = [];
    for (const penalty of own) {
      if (structureNamed(penalty.structure).key === 'coupled') continue;
      const partition = partitionOf(structureNamed(penalty.structure), penalty.arguments ?? {}, axes);
      const same = earlier.find((other) => nestsIn(partition, other.partition) && nestsIn(other.partition, partition));
      earlier.push({ penalty, partition });
      if (!same) continue;
      const { span } = same.penalty;
      const related = span.start === penalty.span.start ? [] : [{ message: 'penalised here', span }];
      const help = penalty.kind === 'lasso' ? 'both act, so their strengths add up: one line says it' : 'both act, so the smaller budget counts: one line says it';
      report(sparsityDiagnostics['same-groups']({ span: penalty.span, args: [structureTitle(penalty), structureTitle(same.penalty), layer], related, help, severity: 'warning' }));
    }
  }
}
