// Does a data set fit a network?

import type { Diagnostic } from '../base/diagnostic.ts';
import type { Span } from '../base/span.ts';
import { formatShape, sameShape, sizeOf } from '../base/tensor.ts';
import type { Shape } from '../base/tensor.ts';
import type { InputStatistic } from '../ir/network.ts';
import type { Dataset } from './dataset.ts';
import { dataDiagnostics } from './diagnostics.ts';
import { checkRange, checkTargetRange } from './value-range.ts';

/** Classes beyond these add nothing to a message. */
const mostShown = 8;

export interface NetworkInterface {
  /** Of one sample, without the batch. */
  readonly inputShape: Shape;
  /** Outputs of the network, one a class. */
  readonly classes: number;
  /** Of its output, where it is to answer with numbers. */
  readonly targetShape?: Shape;
  readonly normalization?: { readonly deviation: InputStatistic };
}

/**
 * Is it fit to train the network on? What {@link checkFit} finds; and warnings where a class has no training or no
 * test sample, and where the numbers of samples look like pixels that nobody has scaled.
 * `span` is the place in the source that names the data set.
 */
export function checkDataset(dataset: Dataset, network: NetworkInterface, span?: Span): Diagnostic[] {
  const deviation = network.normalization?.deviation;
  // What is measured of the samples scales them, whatever they are.
  const range = deviation && 'measured' in deviation ? [] : checkRange(dataset, deviation, span);
  return [...checkFit(dataset, network, span), ...(dataset.targetShape ? checkTargetRange(dataset, span) : missingClasses(dataset, span)), ...range];
}

/** Errors where shape, classes or targets do not fit; a warning where some outputs would never be a right answer. */
export function checkFit(dataset: Dataset, { inputShape, classes, targetShape }: NetworkInterface, span?: Span): Diagnostic[] {
  const found = checkShape(dataset, inputShape, span);
  const fault = targetFault(dataset, targetShape, span);
  if (fault) found.push(fault);
  else if (dataset.classes !== classes) {
    found.push(
      dataDiagnostics.classes({
        args: [dataset.name, dataset.classes, classes],
        span,
        help: fromOne(dataset) ? `no sample has label 0: number the classes from 0 to ${dataset.classes - 2}` : `give the last layer ${dataset.classes} units`,
        severity: dataset.classes > classes ? 'error' : 'warning',
      }),
    );
  }
  return found;
}

/** An error where there are classes in the place of numbers, or the reverse, or numbers of another shape. */
function targetFault({ name, targetShape: found }: Dataset, expected: Shape | undefined, span?: Span): Diagnostic | undefined {
  if (!found && !expected) return undefined;
  if (!found) return dataDiagnostics.task({ args: [name, 'classes', 'numbers'], span, help: 'save the numbers as train-targets.npy and test-targets.npy, or leave `task = regress` out' });
  if (!expected) return dataDiagnostics.task({ args: [name, 'numbers', 'a class'], span, help: 'write `task = regress` in the `train` block, or save classes as train-labels.npy and test-labels.npy' });
  if (sameShape(found, expected)) return undefined;
  const help = sizeOf(found) === sizeOf(expected) ? `save them as array.reshape(-1, ${expected.join(', ')})` : `let the network return ${formatShape(found)}, or give it targets of its shape`;
  return dataDiagnostics['target-shape']({ args: [name, formatShape(found), `${formatShape(expected)}, the output of the network`], span, help });
}

/** An error where samples have another shape than the network's input. @param dataset `scalable`: `resize` would bring them to it. */
export function checkShape({ name, shape, scalable = false }: Pick<Dataset, 'name' | 'shape'> & { readonly scalable?: boolean }, inputShape: Shape, span?: Span): Diagnostic[] {
  if (sameShape(shape, inputShape)) return [];
  const help = scalable ? `write \`resize = true\` in the \`train\` block, and the images are scaled as they are read; or declare the input as tensor${formatShape(shape)}` : shapeHelp(shape, inputShape);
  return [dataDiagnostics.shape({ args: [name, formatShape(shape), formatShape(inputShape)], span, help })];
}

function shapeHelp(shape: Shape, inputShape: Shape): string {
  const image = formatShape(shape);
  const [rows = 0, columns = 0, channels = 0] = shape;
  const channelsLast = shape.length === 3 && (sameShape([channels, rows, columns], inputShape) || ((channels === 1 || channels === 3) && rows > 4 && columns > 4));
  if (channelsLast) return 'images are [count, channels, height, width]: save array.transpose(0, 3, 1, 2)';
  if (sizeOf(shape) === sizeOf(inputShape)) return `declare the input as tensor${image} and flatten it inside the network`;
  return `declare the input as tensor${image}, or train on data of the network's shape`;
}

function seenClasses({ training }: Dataset): ReadonlySet<number> {
  return new Set(training.labels);
}

/** Labels that are numbered from 1 leave the first output without samples. */
function fromOne(dataset: Dataset): boolean {
  const seen = seenClasses(dataset);
  return !seen.has(0) && seen.size === dataset.classes - 1;
}

/** Warnings where the data names or numbers classes of which it has no training sample, or one to train on and none to test by. */
function missingClasses(dataset: Dataset, span?: Span): readonly Diagnostic[] {
  const [seen, tested] = [seenClasses(dataset), new Set<number>(dataset.test.labels)];
  const all = Array.from({ length: dataset.classes }, (_, i) => i);
  const named = (missing: readonly number[]): string => {
    const shown = missing.slice(0, mostShown).map((label) => JSON.stringify(dataset.labels?.[label] ?? label)).join(', ');
    return `class ${shown}${missing.length > mostShown ? ` and ${missing.length - mostShown} more` : ''}`;
  };
  const found: Diagnostic[] = [];
  const unseen = all.filter((label) => !seen.has(label));
  if (unseen.length > 0) {
    const help = fromOne(dataset) ? 'number the classes from 0, not from 1' : 'the network cannot learn to answer with it';
    found.push(dataDiagnostics['unseen-class']({ args: [dataset.name, named(unseen)], span, help, severity: 'warning' }));
  }
  const untested = all.filter((label) => seen.has(label) && !tested.has(label));
  if (untested.length > 0) {
    found.push(dataDiagnostics['untested-class']({ args: [dataset.name, named(untested)], span, help: 'the test error does not show how it is answered', severity: 'warning' }));
  }
  return found;
}
