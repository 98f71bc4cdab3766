// What storing weights in fewer bits does to the error of a network on a test set. It is measured and told, never bounded.

import type { Dataset } from '../../data/dataset.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { targets } from '../../targets/index.ts';
import type { BuildInput } from '../build/build.ts';
import { deploy } from '../build/deploy.ts';
import type { DeployOptions } from '../build/deploy.ts';
import { outputNames } from '../run/run-facts.ts';
import { deployedClassifier } from './classifier.ts';
import { evaluateSubject } from './evaluate.ts';
import type { EvaluationReport } from './evaluate.ts';

/** Of one test set. A type and no interface, so that it is JSON too. */
export type ErrorChange = {
  readonly dataset: string;
  readonly samples: number;
  /** Shares answered wrongly, with weights in f32 and as they are stored. */
  readonly before: number;
  readonly after: number;
};

/** @throws DiagnosticError `data/*` where the data is faulty or does not fit, and as `deploy` */
export async function measureChange(input: BuildInput, options: DeployOptions, dataset: Dataset, ops: OpRegistry): Promise<ErrorChange> {
  const { exact, program } = deploy(input, options, ops);
  const labels = outputNames(input.model.network, input.weights.labels);
  const reportOf = async (deployed: typeof exact): Promise<EvaluationReport> =>
    evaluateSubject({ network: deployed.graph.name, target: targets[0].name, labels, classifier: await deployedClassifier(deployed, ops) }, dataset);
  const [before, after] = [await reportOf(exact), await reportOf(program)];
  return { dataset: before.dataset, samples: before.samples, before: before.error, after: after.error };
}
