// How layers can share a budget of the whole network: what each loses with its least groups, and what is left with any counts.

import { present } from '../../base/invariant.ts';
import { tensor } from '../../base/tensor.ts';
import type { PhaseTensors } from '../../engine/engine.ts';
import type { Program } from '../../ir/graph.ts';
import type { GroupSet } from '../../ir/group.ts';
import type { BudgetMeasure } from '../../ir/network.ts';
import { ops } from '../../ops/index.ts';
import { structureTitle } from '../../ir/structure.ts';
import { scannedShares, sharesWithin } from '../../sparsity/shares.ts';
import type { Scan, Sensitivity, SensitivityPoint, Shares } from '../../sparsity/shares.ts';
import { methods } from '../../train/methods/index.ts';
import type { Salience } from '../../train/methods/method.ts';
import { copiesOf, project } from '../../train/methods/projection.ts';
import type { Projected, Surroundings } from '../../train/methods/projection.ts';
import { costOfParameters, inDoubles } from './budget-cost.ts';
import { evaluateOn } from './epoch.ts';
import type { PhaseContext, Run } from './run-context.ts';

type Penalized = Pick<Run, 'model' | 'groups'>;

export function penaltyTitle({ penalty }: GroupSet): string {
  return `${structureTitle(penalty)} of ${penalty.layer}`;
}

/** Sets whose penalty has been given a share, or is to be. */
export function sharersOf({ groups, model: { penalties } }: Penalized): readonly GroupSet[] {
  const titles = new Set(penalties.flatMap((penalty) => (penalty.kind === 'budget' && penalty.keep === 'shared' ? [`${structureTitle(penalty)} of ${penalty.layer}`] : [])));
  return groups.filter((set) => titles.has(penaltyTitle(set)));
}

/** A set that keeps so many groups; undefined: as it is. */
export function withKept(set: GroupSet, kept: number | undefined): GroupSet {
  return kept === undefined || set.penalty.kind !== 'budget' ? set : { ...set, penalty: { ...set.penalty, keep: { groups: kept } } };
}

/**
 * The loss on the held-out samples as each set that shares loses its least groups, all others being as they are. Leaves the phase as
 * it was.
 * @param held All of its tensors.
 * @param onSet Told what is scanned next.
 */
export async function scanSharers(run: PhaseContext, phase: number, held: PhaseTensors, onSet: (title: string) => void = () => {}): Promise<Scan> {
  const basis = basisOf(run, held);
  const found: Sensitivity[] = [];
  for (const set of basis.sharers) {
    onSet(penaltyTitle(set));
    found.push(await scan(run, phase, set, basis, held));
  }
  run.engine.write(held);
  return found;
}

export interface Sharing {
  /** What the whole network has. */
  readonly whole: number;
  /** Groups of each set that shares. */
  readonly counts: readonly number[];
  /** What is left with so many groups of each. */
  readonly costOf: (kept: readonly number[]) => number;
  /** The largest counts at which no more than `limit` is left. */
  readonly within: (limit: number) => Shares;
  /** All parameters of the network, of which each set that shares keeps so many groups: the others are zero. */
  readonly pruned: (kept: readonly number[]) => Program['parameters'];
}

/** @param held All parameters of the network. */
export function sharingOf(run: Penalized, held: PhaseTensors, of: BudgetMeasure, found: Scan): Sharing {
  const { groups } = run;
  const { sharers, base, salience, network } = basisOf(run, held);
  const whole = inDoubles(run, held);
  const pruned = (kept: readonly number[]): Program['parameters'] => {
    const values = copiesOf(groups, base);
    project(groups.map((set) => withKept(set, kept[sharers.indexOf(set)])), values, salience, network);
    return new Map([...whole, ...[...values].map(([name, { data }]) => [name, { shape: shapeOf(run, name), data }] as const)]);
  };
  const costs = new Map<string, number>();
  const costOf = (kept: readonly number[]): number => {
    const key = kept.join();
    const cost = costs.get(key) ?? costOfParameters(run, pruned(kept), of).compacted;
    costs.set(key, cost);
    return cost;
  };
  return { whole: costOfParameters(run, whole, of).dense, counts: sharers.map(({ count }) => count), costOf, within: (limit) => sharesWithin(found, limit, costOf), pruned };
}

/** What all counts are tried on: sets with budgets of their own have come down to them. */
interface Basis {
  readonly sharers: readonly GroupSet[];
  readonly base: Projected;
  readonly salience: Salience;
  readonly network: Surroundings;
}

function basisOf(run: Penalized, held: PhaseTensors): Basis {
  const { model, groups } = run;
  const salience = present(methods[model.method].salience, 'salience');
  const sharers = sharersOf(run);
  const network = { graph: model.network.graph, ops, values: held };
  const base = copiesOf(groups, held);
  project(groups.filter((set) => !sharers.includes(set)), base, salience, network);
  return { sharers, base, salience, network };
}

async function scan(run: PhaseContext, phase: number, set: GroupSet, { base, salience }: Basis, held: PhaseTensors): Promise<Sensitivity> {
  const { heldOut } = run.data.division;
  const points: SensitivityPoint[] = [];
  const counts = new Set([set.count, ...scannedShares.map((share) => Math.max(1, Math.round(share * set.count)))]);
  for (const kept of counts) {
    const values = copiesOf([set], base);
    project([set], values, salience, { graph: run.model.network.graph, ops, values: new Map<string, { readonly data: ArrayLike<number> }>([...held, ...base]) }, () => kept);
    run.engine.write(new Map([...base, ...values].map(([name, { data }]) => [name, tensor(shapeOf(run, name), Float32Array.from(data))])));
    points.push({ kept, loss: (await evaluateOn(run, phase, 'training', heldOut)).loss });
  }
  return points;
}

function shapeOf({ model: { network } }: Penalized, name: string): readonly number[] {
  return present(network.parameters.find((parameter) => parameter.name === name), name).shape;
}
