// What is looked at before a model is pruned: how it answers the data as it was given, and which share of it keeps to a budget of time.

import type { Diagnostic } from '../../base/diagnostic.ts';
import { present } from '../../base/invariant.ts';
import { fitDataset } from '../../data/fit-dataset.ts';
import type { PhaseTensors } from '../../engine/engine.ts';
import { dataInterfaceOf } from '../../ir/network.ts';
import type { Model } from '../../ir/network.ts';
import { ops } from '../../ops/index.ts';
import { groupSets } from '../../sparsity/groups.ts';
import { taskOf } from '../../train/tasks/index.ts';
import { timedTargets } from '../../targets/index.ts';
import type { DataSearch } from '../data/search-path.ts';
import { placedAt, trainingData } from '../data/training-data.ts';
import { timeCall } from '../module/bench.ts';
import { scanModel } from '../run/scan-model.ts';
import { sharingOf } from '../run/sharing.ts';
import type { Scan } from '../../sparsity/shares.ts';
import { trainSpecOf } from '../run/train.ts';
import { judgeGiven } from './given-model.ts';
import type { GivenErrors } from './given-model.ts';
import { checkTime, shareForTime } from './share-for-time.ts';
import type { TimeBudget, TimedShare } from './share-for-time.ts';

export type SurveyEvent =
  /** What is done next, and takes a while. */
  | { readonly kind: 'work'; readonly what: string }
  | { readonly kind: 'judged'; readonly errors: GivenErrors; readonly warnings: readonly Diagnostic[] }
  | ({ readonly kind: 'timed' } & TimedShare);

export interface SurveyRequest {
  readonly environment: NonNullable<DataSearch['environment']>;
  /** Milliseconds that a run of the module may take; absent: the source says what is to be left. */
  readonly allowed?: number | undefined;
  readonly onProgress: (event: SurveyEvent) => void;
  /** Called when much memory has just been let go. */
  readonly tidy: () => void;
}

export interface Survey {
  readonly errors: GivenErrors;
  /** Where a run of the module may take only so long: what keeps to that, and the scan by which layers share it. */
  readonly found?: { readonly percent: number; readonly scan: Scan };
}

/**
 * @param model Its first phase shares a budget of MACs, whatever that is.
 * @throws DiagnosticError `prune/fits`, `prune/too-slow`, `data/*`
 */
export function survey(model: Model, given: PhaseTensors, request: SurveyRequest): Promise<Survey> {
  return placedAt(trainSpecOf(model).span, surveyOn(model, given, request));
}

async function surveyOn(model: Model, given: PhaseTensors, { environment, allowed, onProgress, tidy }: SurveyRequest): Promise<Survey> {
  const { network, penalties } = model;
  const sharingBy = (scan: Scan) => sharingOf({ model, groups: groupSets(network, ops, penalties) }, given, 'macs', scan);
  const timeOf: TimeBudget['timeOf'] = async (parameters) => (await timeCall({ graph: network.graph, parameters }, present(timedTargets[0], 'target of times'), ops)) / 1000;
  const onTimed = (timed: TimedShare): void => onProgress({ kind: 'timed', ...timed });
  const spec = trainSpecOf(model);
  const dataset = fitDataset(await trainingData(model, spec, { environment, namedBy: '--data' }), dataInterfaceOf(network, taskOf(spec)), spec.span);
  if (allowed !== undefined) {
    onProgress({ kind: 'work', what: 'timing the whole network and the smallest ones' });
    await checkTime(sharingBy([]), { allowed, timeOf, onTimed });
  }
  onProgress({ kind: 'work', what: 'asking the model as it was given for its answers' });
  const { errors, warnings } = await judgeGiven(model, given, dataset);
  onProgress({ kind: 'judged', errors, warnings });
  if (allowed === undefined) return { errors };
  const scan = await scanModel(model, dataset, given, { onSet: (title) => onProgress({ kind: 'work', what: `scanning ${title}` }), tidy });
  tidy();
  onProgress({ kind: 'work', what: `searching what takes ${allowed} ms` });
  const { percent } = await shareForTime(sharingBy(scan), { allowed, timeOf, onTimed });
  return { errors, found: { percent, scan } };
}
