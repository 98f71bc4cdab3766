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
export function groupSquares(builder: GraphBuilder, { penalty: { layer }, members, count }: GroupSet, values: ReadonlyMap<string, Value>): Value {
  const squares = members.flatMap((member): readonly Value[] => {
    const value = present(values.get(member.parameter), `value of ${member.parameter}`);
    const own = builder.one('group_squares', [tiled(builder, member, value, layer)], viewOf(member), { layer });
    if (!member.groups) return [own];
    return linesOf(member.groups, count).map((table) => builder.one('take_groups', [own], { table, otherwise: 0 }, { layer }));
  });
  return squares.reduce((sum, square) => builder.one('add', [sum, square], {}, { layer }));
}

/**
 * For each number of groups, the first line of each that belongs to it, then the second, and so on; -1 where there is none.
 * @param groups Of the lines of a member.
 */
function linesOf(groups: readonly number[], count: number): readonly (readonly number[])[] {
  const tables: number[][] = [];
  const depth = new Int32Array(count);
  for (const [line, group] of groups.entries()) {
    if (group === -1) continue;
    const at = present(depth[group], 'group');
    const table = (tables[at] ??= Array.from({ length: count }, () => -1));
    table[group] = line;
    depth[group] = at + 1;
  }
  return tables;
}

/**
 * A value per group for each element of a member: `op` of the member's value and `inputs`, of which the first goes by groups.
 * @param otherwise What stands there for elements that are in none.
 */
export function byGroup(builder: GraphBuilder, op: string, member: GroupSlice, value: Value, [first, ...inputs]: readonly [Value, ...Value[]], attrs: Attrs, layer: string, otherwise: number): Value {
  const own = member.groups ? builder.one('take_groups', [first], { table: member.groups, otherwise }, { layer }) : first;
  const result = builder.one(op, [tiled(builder, member, value, layer), own, ...inputs], { ...viewOf(member), ...attrs }, { layer });
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
