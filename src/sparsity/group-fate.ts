// What became of every penalised group, and why.

import { invariant, present } from '../base/invariant.ts';
import type { Program, Value } from '../ir/graph.ts';
import { sameValue } from '../ir/graph.ts';
import type { GroupSet } from '../ir/group.ts';
import type { OpRegistry } from '../ir/op.ts';
import { columnAxes, groupView, rowAxes, structureNamed } from '../ir/structure.ts';
import type { LayerAxes, Structure } from '../ir/structure.ts';
import { parameterNames } from './constant-maps.ts';
import { eachElement, weightAxesOf } from './groups.ts';
import type { KeepReason } from './keep-reason.ts';
import { flagsOf, reasonOf } from './kept-channels.ts';
import { keptWeights } from './kept-weights.ts';
import { alive } from './norms.ts';
import { findRemoval, labelOf } from './removal.ts';
import type { Removal } from './removal.ts';
import type { WeightUse } from './weight-use.ts';

export type GroupFate =
  /** Not zero, and needed. */
  | { readonly kind: 'alive' }
  /** Removed: it adds nothing. */
  | { readonly kind: 'zero' }
  /** Removed, though not zero: nothing that stays reads it. */
  | { readonly kind: 'unread' }
  /** Removed: a constant, added to the biases of `into`. */
  | { readonly kind: 'folded'; readonly into: readonly string[] }
  /** Zero, but it stays. */
  | { readonly kind: 'kept'; readonly reason: KeepReason };

export interface GroupFates {
  readonly set: GroupSet;
  /** By group. */
  readonly fates: readonly GroupFate[];
}

/**
 * @param trained The network with the weights training left.
 * @param simplified The same after the passes before elimination.
 */
export function groupFates(trained: Program, simplified: Program, sets: readonly GroupSet[], ops: OpRegistry): readonly GroupFates[] {
  const removal = findRemoval(simplified, ops);
  const names = parameterNames(simplified);
  const byWeight = new Map([...removal.weights.values()].map((use) => [names.get(use.node.inputs[use.matrices.weight]?.node ?? -1), use]));
  return sets.map((set) => {
    const use = present(byWeight.get(set.members[0]?.parameter), `weights of ${set.penalty.layer}`);
    const living = alive(set, trained.parameters);
    const axes = present(weightAxesOf(use.node, simplified, ops), `axes of ${set.penalty.layer}`);
    const fateOf = fatesOfStructure(structureNamed(set.penalty.structure), axes, use, removal);
    return { set, fates: Array.from(living, (flag, group) => fateOf(group, flag === 0)) };
  });
}

type FateOf = (group: number, zero: boolean) => GroupFate;

/** Groups are rows of the weight matrices, or made of their columns. */
function fatesOfStructure({ key }: Structure, axes: LayerAxes, use: WeightUse, removal: Removal): FateOf {
  if (groupView(rowAxes(axes), key)) return (row, zero) => rowFate(use, removal, row, zero);
  const view = present(groupView(columnAxes(axes), key), 'groups of columns');
  const columns = new Map<number, ColumnState[]>();
  const states = columnStates(use, removal);
  eachElement(view, (column, group) => void columns.set(group, [...(columns.get(group) ?? []), present(states[column], 'column')]));
  return (group, zero) => columnFate(use, columns.get(group) ?? [], zero);
}

function rowFate(use: WeightUse, removal: Removal, row: number, zero: boolean): GroupFate {
  const value = { node: use.node.id, result: 0 };
  if (flagsOf(removal.kept, value)[row] === 1) return zero ? { kind: 'kept', reason: reasonOf(removal.kept, value, row) } : { kind: 'alive' };
  const into = foldedInto(value, row, removal);
  if (into.length > 0) return { kind: 'folded', into: [...new Set(into)] };
  return zero ? { kind: 'zero' } : { kind: 'unread' };
}

/** Layers whose bias takes a removed index over, wherever it goes. */
function foldedInto(value: Value, index: number, removal: Removal): string[] {
  const into: string[] = [];
  for (const use of removal.weights.values()) {
    const operand = use.node.inputs[use.matrices.operand];
    if (!operand || !sameValue(operand, value) || use.constants[index] === 0) continue;
    if (use.parts.some((part) => part.channels.some((channel, t) => channel === index && part.needed[t] === 1))) into.push(labelOf(use.node));
  }
  for (const link of [...removal.links.values()].flat()) {
    if (!sameValue(link.operand, value)) continue;
    for (let j = 0; j < link.factor; j++) into.push(...foldedInto(link.result, index * link.factor + j, removal));
  }
  return into;
}

interface ColumnState {
  readonly channel: number;
  readonly stays: boolean;
  readonly needed: boolean;
}

function columnStates(use: WeightUse, removal: Removal): readonly ColumnState[] {
  const operand = present(use.node.inputs[use.matrices.operand], 'operand');
  const kept = keptWeights(use, flagsOf(removal.kept, { node: use.node.id, result: 0 }), flagsOf(removal.kept, operand));
  return use.parts.flatMap((part, p) => {
    const columns = new Set(kept.parts[p]?.columns);
    return part.channels.map((channel, t) => ({ channel, stays: columns.has(t), needed: part.needed[t] === 1 }));
  });
}

/** @param columns Of the group: at least one. */
function columnFate(use: WeightUse, columns: readonly ColumnState[], zero: boolean): GroupFate {
  const [first] = columns;
  invariant(first, 'a group of columns is empty');
  if (columns.some((column) => column.stays)) return zero ? { kind: 'kept', reason: { kind: 'last' } } : { kind: 'alive' };
  if (zero) return { kind: 'zero' };
  if (!columns.some((column) => column.needed)) return { kind: 'unread' };
  return use.constants[first.channel] === 0 ? { kind: 'unread' } : { kind: 'folded', into: [labelOf(use.node)] };
}
