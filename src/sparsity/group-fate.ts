// What became of every penalised group, and why.

import { invariant, present } from '../base/invariant.ts';
import { nodeMap, sameValue } from '../ir/graph.ts';
import type { Program, Value } from '../ir/graph.ts';
import type { GroupSet, GroupSlice } from '../ir/group.ts';
import type { OpRegistry } from '../ir/op.ts';
import { groupForm, partitionOf } from '../ir/partition.ts';
import type { Partition } from '../ir/partition.ts';
import { structureNamed } from '../ir/structure.ts';
import { targetsOf } from './channel-links.ts';
import { parameterNames } from './constant-maps.ts';
import { weightAxesOf } from './weight-axes.ts';
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
  | { readonly kind: 'kept'; readonly reason: KeepReason }
  /** Zero, and stays in the weight as zeros: neither its rows nor its columns can go. */
  | { readonly kind: 'stored' };

export interface GroupFates {
  readonly set: GroupSet;
  /** By group. */
  readonly fates: readonly GroupFate[];
}

/** A network on its way from training to deployment. */
export interface Stages {
  /** With the weights training left. */
  readonly trained: Program;
  /** Before elimination. */
  readonly prepared: Program;
  readonly compacted: Program;
}

type FateOf = (group: number, zero: boolean) => GroupFate;

export function groupFates({ trained, prepared, compacted }: Stages, sets: readonly GroupSet[], ops: OpRegistry): readonly GroupFates[] {
  const removal = findRemoval(prepared, ops);
  const names = parameterNames(prepared);
  const byWeight = new Map([...removal.weights.values()].map((use) => [names.get(use.node.inputs[use.matrices.weight]?.node ?? -1), use]));
  return sets.map((set) => {
    const left = set.members.flatMap((member): readonly CoupledRows[] => {
      const use = compacted.parameters.has(member.parameter) ? byWeight.get(member.parameter) : undefined;
      return use ? [{ use, groups: member.groups }] : [];
    });
    const uses = left.map(({ use }) => use);
    const isCoupled = structureNamed(set.penalty.structure).key === 'coupled';
    const fateOf = uses.length === 0 ? goneFate : isCoupled ? coupledFates(left, removal) : fatesOf(set, uses, prepared, removal, ops);
    return { set, fates: Array.from(alive(set, trained.parameters), (flag, group) => fateOf(group, flag === 0)) };
  });
}

/** @param uses Of the set's weights that are still there. */
function fatesOf({ penalty }: GroupSet, uses: readonly WeightUse[], prepared: Program, removal: Removal, ops: OpRegistry): FateOf {
  const structure = structureNamed(penalty.structure);
  const use = present(uses[0], 'weights');
  const axes = present(weightAxesOf(use.node, nodeMap(prepared.graph), ops), `axes of ${penalty.layer}`);
  const form = groupForm(structure, axes);
  if (form === 'whole') return (_, zero) => wholeFate(uses, removal, zero);
  if (form === 'row') return (row, zero) => rowFate(use, removal, row, zero);
  const partition = partitionOf(structure, penalty.arguments ?? {}, axes);
  if (form === 'cells') return cellFates(use, partition, removal);
  const columns = columnsByGroup(use, partition, removal);
  return (group, zero) => columnFate(use, columns.get(group) ?? [], zero);
}

/** Its layers are gone. */
function goneFate(_group: number, zero: boolean): GroupFate {
  return { kind: zero ? 'zero' : 'unread' };
}

/** A layer or branch of which something is left. */
function wholeFate(uses: readonly WeightUse[], removal: Removal, zero: boolean): GroupFate {
  if (!zero) return { kind: 'alive' };
  const fates = uses.flatMap((use) => [...flagsOf(removal.kept, { node: use.node.id, result: 0 }).keys()].map((row) => rowFate(use, removal, row, true)));
  return fates.find(({ kind }) => kind === 'kept') ?? { kind: 'kept', reason: { kind: 'last' } };
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
    for (const target of targetsOf(link, index)) into.push(...foldedInto(link.result, target, removal));
  }
  return into;
}

/** Rows of weights that are still there, as coupled sets have them. */
interface CoupledRows {
  readonly use: WeightUse;
  /** Of each row; absent: its own number. */
  readonly groups: GroupSlice['groups'];
}

/** A channel of several layers: it is there as long as one of its rows is. */
function coupledFates(left: readonly CoupledRows[], removal: Removal): FateOf {
  const rowsOf = new Map<number, (readonly [use: WeightUse, row: number])[]>();
  for (const { use, groups } of left) {
    for (const row of flagsOf(removal.kept, { node: use.node.id, result: 0 }).keys()) {
      const group = groups?.[row] ?? (groups ? -1 : row);
      const known = rowsOf.get(group);
      if (known) known.push([use, row]);
      else rowsOf.set(group, [[use, row]]);
    }
  }
  const order: readonly GroupFate['kind'][] = ['alive', 'kept', 'folded'];
  return (group, zero) => {
    const fates = (rowsOf.get(group) ?? []).map(([use, row]) => rowFate(use, removal, row, zero));
    return order.map((kind) => fates.find((fate) => fate.kind === kind)).find((fate) => fate !== undefined) ?? goneFate(group, zero);
  };
}

interface ColumnState {
  readonly channel: number;
  readonly stays: boolean;
  readonly needed: boolean;
}

/** By part of the weights. */
function columnStates(use: WeightUse, removal: Removal): readonly (readonly ColumnState[])[] {
  const operand = present(use.node.inputs[use.matrices.operand], 'operand');
  const kept = keptWeights(use, flagsOf(removal.kept, { node: use.node.id, result: 0 }), flagsOf(removal.kept, operand));
  return use.parts.map((part, p) => {
    const columns = new Set(kept.parts[p]?.columns);
    return part.channels.map((channel, t) => ({ channel, stays: columns.has(t), needed: part.needed[t] === 1 }));
  });
}

function columnsByGroup(use: WeightUse, { rows, columns }: Partition, removal: Removal): ReadonlyMap<number, readonly ColumnState[]> {
  const found = new Map<number, ColumnState[]>();
  for (const [p, states] of columnStates(use, removal).entries()) {
    const ofPart = (rows.of[use.parts[p]?.rowOffset ?? 0] as number) * columns.count;
    for (const [t, state] of states.entries()) {
      const group = ofPart + (columns.of[t] as number);
      found.set(group, [...(found.get(group) ?? []), state]);
    }
  }
  return found;
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

/** Of groups that are neither rows nor columns: what is left of a group is where a row and a column that stay meet. */
function cellFates(use: WeightUse, { rows, columns }: Partition, removal: Removal): FateOf {
  const stays = new Uint8Array(rows.count * columns.count);
  const staying = flagsOf(removal.kept, { node: use.node.id, result: 0 });
  for (const [p, states] of columnStates(use, removal).entries()) {
    const { rowOffset, rows: count } = present(use.parts[p], 'part');
    for (let row = rowOffset; row < rowOffset + count; row++) {
      if (staying[row] === 0) continue;
      for (const [t, state] of states.entries()) if (state.stays) stays[(rows.of[row] as number) * columns.count + (columns.of[t] as number)] = 1;
    }
  }
  return (group, zero) => {
    if (stays[group] === 0) return goneFate(group, zero);
    return { kind: zero ? 'stored' : 'alive' };
  };
}
