// What a finished run tells of the weights that it leaves, for the module that is built from them.

import { sizeOf } from '../../base/tensor.ts';
import { isClassifier, onlyOutput } from '../../ir/network.ts';
import type { Network } from '../../ir/network.ts';
import { summaryOfRun } from './run-reader.ts';

/** How the samples of a data set are stored: bytes stand for byte / 255, floats for themselves. */
export type SampleKind = 'bytes' | 'floats';

/** All absent of weights from elsewhere, and each where an earlier version has trained. */
export interface RunFacts {
  readonly seed?: number;
  /** Names of the outputs, of the source or else of the data. */
  readonly labels?: readonly string[];
  readonly samples?: SampleKind;
}

/** @param folder Of a run. @throws DiagnosticError `run/*`, `fit/no-run` */
export function runFacts(folder: string): RunFacts {
  const summary = summaryOfRun(folder);
  if (typeof summary !== 'object' || summary === null) return {};
  const { seed, labels, samples }: { readonly seed?: unknown; readonly labels?: unknown; readonly samples?: unknown } = summary;
  return {
    ...(typeof seed === 'number' && { seed }),
    ...(Array.isArray(labels) && labels.every((label) => typeof label === 'string') && { labels }),
    ...((samples === 'bytes' || samples === 'floats') && { samples }),
  };
}

/** What the outputs are called: as in the source, else as in the data where it has a name for each. */
export function outputNames(network: Network, ofData: readonly string[] | undefined): readonly string[] | undefined {
  const { labels } = network;
  return labels ?? (ofData && isClassifier(network) && ofData.length === sizeOf(onlyOutput(network).shape) ? ofData : undefined);
}
