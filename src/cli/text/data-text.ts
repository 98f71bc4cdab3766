// Which data a training was given, in a line.

import { grouped } from '../../base/number-text.ts';
import { formatShape } from '../../base/tensor.ts';
import type { Dataset } from '../../data/dataset.ts';

/** Names beyond these are counted. */
const mostNames = 12;

/** @param names What the source calls the classes. */
export function dataText({ name, origin, training, heldOut = 0, test, classes, targetShape, labels }: Dataset, names: readonly string[] | undefined): string {
  const from = origin === undefined ? '' : `, ${origin}`;
  const counts = `${grouped(training.count - heldOut)} training${heldOut > 0 ? `, ${grouped(heldOut)} held-out` : ''} and ${grouped(test.count)} test samples${targetShape ? `, to be answered with numbers ${formatShape(targetShape)}` : ` of ${classes} classes`}`;
  const called = labels ? `: ${listed(labels)}` : '';
  const renumbered = labels && names && labels.some((label, i) => label !== names[i]) ? `; the outputs are, as the source says: ${listed(names)}` : '';
  return `data ${name}${from}: ${counts}${called}${renumbered}\n`;
}

function listed(names: readonly string[]): string {
  const rest = names.length - mostNames;
  return [...names.slice(0, mostNames), ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
}
