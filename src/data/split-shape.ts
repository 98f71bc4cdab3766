// What the shapes of two arrays, samples and labels or targets, say about a split.

import { fail } from '../base/diagnostic.ts';
import { formatShape, sizeOf } from '../base/tensor.ts';
import type { Shape } from '../base/tensor.ts';
import { dataDiagnostics } from './diagnostics.ts';

export interface NamedShape {
  readonly file: string;
  readonly shape: Shape;
}

export interface SplitShape {
  readonly count: number;
  /** Of one sample; images are CHW. */
  readonly sample: Shape;
  /** Of the numbers that it is to be answered with; absent: with a class. */
  readonly target?: Shape;
}

const meanings = new Map([
  [2, '2 (count, features)'],
  [3, '3 (count, height, width)'],
  [4, '4 (count, channels, height, width)'],
]);

/**
 * Samples `[count, H, W]`, `[count, C, H, W]` or `[count, features]`, as far as `ranks` has them. Labels are a list,
 * or a row or a column of one, which means the same. Fails with `data/unsupported` or `data/count`.
 */
export function splitShape(samples: NamedShape, labels: NamedShape, ranks: readonly number[]): SplitShape {
  const { count, sample } = samplesShape(samples, ranks);
  const isList = labels.shape.filter((extent) => extent !== 1).length <= 1;
  if (!isList) {
    const scores = labels.shape.length === 2 && labels.shape[0] === count;
    fail(
      dataDiagnostics.unsupported({
        args: [labels.file, dimensions(labels.shape), '1 (count)'],
        help: scores ? 'save class indices, not one-hot rows: labels.argmax(axis=1)' : 'save one class index a sample',
      }),
    );
  }
  const labelCount = sizeOf(labels.shape);
  if (labelCount !== count) {
    fail(dataDiagnostics.count({ args: [samples.file, count, labels.file, labelCount], help: 'pair samples with the labels of the same split' }));
  }
  return { count, sample };
}

const mostExtents = 4;

/** Samples likewise, with targets `[count, ...shape]` of up to four extents; `[count]` is `[count, 1]`. Fails with `data/unsupported` or `data/count`. */
export function targetsShape(samples: NamedShape, targets: NamedShape, ranks: readonly number[]): SplitShape {
  const { count, sample } = samplesShape(samples, ranks);
  const [targetCount = 0, ...target] = targets.shape;
  if (targets.shape.length === 0 || target.length > mostExtents) {
    fail(dataDiagnostics.unsupported({ args: [targets.file, dimensions(targets.shape), `1 (count) to ${mostExtents + 1}`], help: 'the first dimension counts samples, the others are those of the output of the network' }));
  }
  if (targetCount !== count) fail(dataDiagnostics.count({ args: [samples.file, count, targets.file, targetCount, 'targets'], help: 'pair samples with the targets of the same split' }));
  return { count, sample, target: target.length === 0 ? [1] : target };
}

function samplesShape(samples: NamedShape, ranks: readonly number[]): SplitShape {
  const [count = 0, ...sample] = samples.shape;
  if (!ranks.includes(samples.shape.length)) {
    const expected = ranks.map((rank) => meanings.get(rank)).join(' or ');
    fail(dataDiagnostics.unsupported({ args: [samples.file, dimensions(samples.shape), expected], help: rankHelp(samples.shape) }));
  }
  return { count, sample: sample.length === 2 ? [1, ...sample] : sample };
}

function dimensions(shape: Shape): string {
  return `${shape.length} dimension${shape.length === 1 ? '' : 's'} ${formatShape(shape)}`;
}

function rankHelp(shape: Shape): string | undefined {
  return shape.length === 1 ? 'the first dimension counts samples: save array.reshape(count, -1)' : undefined;
}
