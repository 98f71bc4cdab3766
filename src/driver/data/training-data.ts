// The data set that a program trains on. What is wrong with it is shown where the program names it.

import { DiagnosticError } from '../../base/diagnostic.ts';
import type { Span } from '../../base/span.ts';
import type { Shape } from '../../base/tensor.ts';
import { checkDataset, checkShape } from '../../data/check-dataset.ts';
import type { Dataset } from '../../data/dataset.ts';
import { dataInterfaceOf } from '../../ir/network.ts';
import type { Model, TrainSpec } from '../../ir/network.ts';
import { taskOf } from '../../train/tasks/index.ts';
import { loadDataset } from './load-dataset.ts';
import type { DataSearch } from './search-path.ts';

/** Its warnings are those of the network as well; errors are for who uses it. Fails with `data/*` diagnostics. */
export async function trainingData({ network }: Model, spec: TrainSpec, search: DataSearch): Promise<Dataset> {
  const { dataset: reference, span, resize } = spec;
  const taught = dataInterfaceOf(network, taskOf(spec));
  const { inputShape } = taught;
  const name = reference.kind === 'named' ? reference.name : reference.path;
  const judge = (shape: Shape, scalable: boolean): void => {
    const errors = checkShape({ name, shape, scalable }, inputShape, span);
    if (errors.length > 0) throw new DiagnosticError(errors);
  };
  const dataset = await loadDataset(reference, search, { inputShape, resize, judge });
  const warnings = checkDataset(dataset, taught, span).filter(({ severity }) => severity === 'warning');
  return { ...dataset, warnings: [...(dataset.warnings ?? []), ...warnings] };
}

/** Gives faults of the data that have no place this one. */
export async function placedAt<T>(span: Span, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    throw new DiagnosticError(error.diagnostics.map((fault) => (fault.code.startsWith('data/') ? { span, ...fault } : fault)));
  }
}
