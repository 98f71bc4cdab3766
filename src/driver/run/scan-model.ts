// Scans a model before its run: how much each layer can lose, as the first phase of a run that prunes finds it.

import type { Scan } from '../../sparsity/shares.ts';
import type { Dataset } from '../../data/dataset.ts';
import { startEngine } from '../../engine/engine.ts';
import type { PhaseTensors } from '../../engine/engine.ts';
import type { Model } from '../../ir/network.ts';
import { ops } from '../../ops/index.ts';
import { groupSets } from '../../sparsity/groups.ts';
import { writeInitial } from './phase.ts';
import { phaseRequests, threadsOf } from './run-context.ts';
import { runData } from './run-data.ts';
import { checkedPlan } from './run-plan.ts';
import { scanSharers } from './sharing.ts';
import { trainSpecOf } from './train.ts';

export interface ScanOptions {
  /** Told what is scanned next. */
  readonly onSet: (title: string) => void;
  readonly tidy: () => void;
}

/**
 * @param model Its first phase shares a budget.
 * @param given What the run will begin with.
 * @param dataset Made ready for the network. Not kept: its samples move to shared memory, so let go of it.
 * Fails with `data/*`, `run/*` and `train/*` diagnostics, as the run would.
 */
export async function scanModel(model: Model, dataset: Dataset, given: PhaseTensors, { onSet, tidy }: ScanOptions): Promise<Scan> {
  const spec = trainSpecOf(model);
  const data = runData(dataset, spec);
  const plan = checkedPlan(spec, model, data.division);
  const groups = groupSets(model.network, ops, model.penalties);
  const phases = phaseRequests(spec, groups);
  const engine = startEngine({ model, phases, data: data.shared, threads: threadsOf(), tidy }, ops);
  try {
    const run = { model, spec, plan, data, engine, groups, phases };
    await engine.enter(0);
    return await scanSharers(run, 0, writeInitial(run, 0, given), onSet);
  } finally {
    await engine.close();
  }
}
