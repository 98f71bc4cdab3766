// What storing weights in fewer bits does to the error of a network on a test set. It is measured and told, never bounded.

import type { Dataset } from '../../data/dataset.ts';
import type { TaskName } from '../../ir/network.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { targets } from '../../targets/index.ts';
import { taskPart } from '../../train/tasks/index.ts';
import type { BuildInput } from '../build/build.ts';
import { deploy } from '../build/deploy.ts';
import type { DeployOptions } from '../build/deploy.ts';
import { outputNames } from '../run/run-facts.ts';
import { deployedNetwork } from './answers.ts';
import { evaluateSubject } from './evaluate.ts';
import type { EvaluationReport } from './evaluate.ts';

/** Of one test set. A type and no interface, so that it is JSON too. */
export type ErrorChange = {
  /** Absent: `classify`. */
  readonly task?: TaskName;
  readonly dataset: string;
  readonly samples: number;
  /** Errors with weights in f32 and as they are stored. */
  readonly before: number;
  readonly after: number;
};

/** @throws DiagnosticError `data/*` where the data is faulty or does not fit, and as `deploy` */
export async function measureChange(input: BuildInput, options: DeployOptions, dataset: Dataset, ops: OpRegistry): Promise<ErrorChange> {
  const { exact, program } = deploy(input, options, ops);
  const labels = outputNames(input.model.network, input.weights.labels);
  const reportOf = async (deployed: typeof exact): Promise<EvaluationReport> =>
    evaluateSubject({ network: deployed.graph.name, target: targets[0].name, labels, answering: await deployedNetwork(deployed, ops), ...taskPart(input.model.train) }, dataset);
  const [before, after] = [await reportOf(exact), await reportOf(program)];
  return { ...taskPart(before), dataset: before.dataset, samples: before.samples, before: before.error, after: after.error };
}
