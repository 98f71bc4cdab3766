// Does a data set fit a network?

import type { Diagnostic } from '../base/diagnostic.ts';
import type { Span } from '../base/span.ts';
import { formatShape, sameShape, sizeOf } from '../base/tensor.ts';
import type { Shape } from '../base/tensor.ts';
import type { Dataset } from './dataset.ts';
import { dataDiagnostics } from './diagnostics.ts';

export interface NetworkInterface {
  /** Of one sample, without the batch. */
  readonly inputShape: Shape;
  /** Outputs of the network, one a class. */
  readonly classes: number;
}

/**
 * Errors where shape or classes do not fit; a warning where some outputs would never be a right answer.
 * `span` is the place in the source that names the data set.
 */
export function checkDataset(dataset: Dataset, network: NetworkInterface, span?: Span): Diagnostic[] {
  const found: Diagnostic[] = [];
  const { inputShape, classes } = network;
  if (!sameShape(dataset.shape, inputShape)) {
    const image = formatShape(dataset.shape);
    const sameSize = sizeOf(dataset.shape) === sizeOf(inputShape);
    found.push(
      dataDiagnostics.shape({
        args: [dataset.name, image, formatShape(inputShape)],
        span,
        help: sameSize
          ? `declare the input as tensor${image} and flatten it inside the network`
          : `declare the input as tensor${image}, or train on data of the network's shape`,
      }),
    );
  }
  if (dataset.classes !== classes) {
    found.push(
      dataDiagnostics.classes({
        args: [dataset.name, dataset.classes, classes],
        span,
        help: `give the last layer ${dataset.classes} units`,
        severity: dataset.classes > classes ? 'error' : 'warning',
      }),
    );
  }
  return found;
}
