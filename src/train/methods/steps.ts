// What the steps of methods have in common.

import { invariant, present } from '../../base/invariant.ts';
import type { GraphBuilder } from '../../ir/builder.ts';
import type { Attrs, Value } from '../../ir/graph.ts';
import type { GroupSet, GroupSlice } from '../../ir/group.ts';
import type { BudgetPenalty, LassoPenalty } from '../../ir/network.ts';
import type { Tiling } from '../../ir/partition.ts';
import type { TrainedParameter } from '../optimizers/optimizer.ts';
import { roundAt } from '../rounds.ts';
import type { Round } from '../rounds.ts';
import type { Moment, UpdateRule } from './method.ts';

/** `[groups]`: the squares of each group summed over all its members. */
export function groupSquares(builder: GraphBuilder, { penalty: { layer }, members }: GroupSet, values: ReadonlyMap<string, Value>): Value {
  const squares = members.map((member) => {
    const value = present(values.get(member.parameter), `value of ${member.parameter}`);
    return builder.one('group_squares', [tiled(builder, member, value, layer)], viewOf(member), { layer });
  });
  return squares.reduce((sum, square) => builder.one('add', [sum, square], {}, { layer }));
}

/** A value per group for each element of a member: `op` of the member's value and `inputs`, which go by groups. */
export function byGroup(builder: GraphBuilder, op: string, member: GroupSlice, value: Value, inputs: readonly Value[], attrs: Attrs, layer: string): Value {
  const result = builder.one(op, [tiled(builder, member, value, layer), ...inputs], { ...viewOf(member), ...attrs }, { layer });
  return member.tiling ? builder.one('from_tiles', [result], { ...tilesOf(member.tiling), shape: builder.shapeOf(value) }, { layer }) : result;
}

/** The tensor whose axes `viewOf` splits. */
function tiled(builder: GraphBuilder, { tiling }: GroupSlice, value: Value, layer: string): Value {
  return tiling ? builder.one('to_tiles', [value], tilesOf(tiling), { layer }) : value;
}

function tilesOf({ parts, tile }: Tiling): Attrs {
  return { parts, tile };
}

function viewOf({ view, keep }: GroupSlice): Attrs {
  return { view, keep };
}

/** The penalty of a set, to a method that takes lassos. */
export function lassoOf({ penalty }: GroupSet): LassoPenalty {
  invariant(penalty.kind === 'lasso', 'the method takes lassos');
  return penalty;
}

/** The penalty of a set, to a method that takes budgets. */
export function budgetOf({ penalty }: GroupSet): BudgetPenalty {
  invariant(penalty.kind === 'budget', 'the method takes budgets');
  return penalty;
}

export function penalizedNames({ penalties }: UpdateRule): ReadonlySet<string> {
  return new Set(penalties.flatMap(({ members }) => members.map(({ parameter }) => parameter)));
}

export function byName<T>(parameters: readonly TrainedParameter[], of: (parameter: TrainedParameter) => T): ReadonlyMap<string, T> {
  return new Map(parameters.map((parameter) => [parameter.name, of(parameter)]));
}

/** Epochs of the phase that are done. */
export function epochsDone({ done, steps: { inEpoch } }: Pick<Moment, 'done' | 'steps'>): number {
  return Math.floor(done / Math.max(1, inEpoch));
}

/** The round of the epoch that comes next. */
export function roundBegun(moment: Pick<Moment, 'done' | 'steps' | 'settings'>): Round {
  return roundOf(moment, epochsDone(moment));
}

/** The round of the epoch that has just been trained. */
export function roundTrained(moment: Pick<Moment, 'done' | 'steps' | 'settings'>): Round {
  return roundOf(moment, Math.max(0, epochsDone(moment) - 1));
}

function roundOf({ steps: { inEpoch, inPhase }, settings: { rounds = 1 } }: Pick<Moment, 'steps' | 'settings'>, epoch: number): Round {
  return roundAt(rounds, Math.floor(inPhase / Math.max(1, inEpoch)), epoch);
}
