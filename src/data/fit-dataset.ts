// A data set made ready for a network: held to what files are held to, to the network's shape and classes, and with
// its classes in the order of the network's.

import { DiagnosticError } from '../base/diagnostic.ts';
import type { Span } from '../base/span.ts';
import { checkDataset } from './check-dataset.ts';
import type { NetworkInterface } from './check-dataset.ts';
import { nameClasses } from './class-names.ts';
import type { Dataset } from './dataset.ts';
import { checkGivenDataset } from './given-dataset.ts';

/**
 * @param network Its `labels` name the outputs.
 * @param span The place in the source that names the data set.
 * Fails with `data/*` diagnostics.
 */
export function fitDataset(dataset: Dataset, network: NetworkInterface & { readonly labels?: readonly string[] }, span?: Span): Dataset {
  checkGivenDataset(dataset);
  const errors = checkDataset(dataset, network, span).filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new DiagnosticError(errors);
  return nameClasses(dataset, network.labels, span);
}
