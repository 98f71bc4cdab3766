// Which indices of the channel axes of a program's values can be removed without changing what it computes:
// the greatest set that satisfies, for index i of a value,
//
// - a reader with weights does not need it: its columns for i are zero in all rows that stay, or it is a
//   constant there that the bias can take over;
// - a reader that passes channels through one by one (axes: identity, expand, offset) removes what i becomes;
//   and conversely a result's index goes only with the indices of the operands it comes from, so that at a
//   shortcut every writer agrees and a channel before a flatten goes with all its positions;
// - it is in no output of the graph and not read by an op that mixes channels; one that mixes neighbours leaves zeros
//   alone.
//
// One index of everything stays. Found by starting from "all go" and keeping what the rules demand until
// nothing changes; each rule only ever keeps more, so the order does not matter to the result.

import { present } from '../base/invariant.ts';
import { nodeMap, valueKey } from '../ir/graph.ts';
import type { Graph, Node, Program, Value } from '../ir/graph.ts';
import type { OpRegistry } from '../ir/op.ts';
import { channelLinks, targetsOf } from './channel-links.ts';
import type { ChannelLink } from './channel-links.ts';
import { constantMaps, inputShapes, knownInputs, parameterNames } from './constant-maps.ts';
import type { ConstantMaps } from './constant-maps.ts';
import type { KeepReason } from './keep-reason.ts';
import { flagsOf, keepAllChannels, keepChannel, noChannels, reasonOf } from './kept-channels.ts';
import type { KeptChannels } from './kept-channels.ts';
import { countRow, weightUse } from './weight-use.ts';
import type { WeightUse } from './weight-use.ts';

/** How channels get from node to node: by weights, or one by one. A node in neither map keeps all it reads and makes. */
interface Paths {
  /** By node: the weights, in the end with the columns that the kept rows need. */
  readonly weights: ReadonlyMap<number, WeightUse>;
  readonly links: ReadonlyMap<number, readonly ChannelLink[]>;
}

export interface Removal extends Paths {
  readonly constants: ConstantMaps;
  readonly kept: KeptChannels;
}

export function findRemoval(program: Program, ops: OpRegistry): Removal {
  const { graph } = program;
  const names = parameterNames(program);
  const computed = graph.nodes.filter((node) => !names.has(node.id));
  const constants = constantMaps(program, ops);
  const paths = findPaths(program, computed, ops, constants);
  const kept = noChannels(computed);

  keepEnds(graph, computed, paths, kept);
  keepMixed(computed, ops, constants, kept);
  settle(computed, paths, kept);
  while (keepOneWhereNoneIs(computed, paths, kept)) settle(computed, paths, kept);
  return { constants, kept, ...paths };
}

/** What a person calls a node. */
export function labelOf(node: Node): string {
  return node.layer ?? node.op;
}

function findPaths(program: Program, computed: readonly Node[], ops: OpRegistry, constants: ConstantMaps): Paths {
  const names = parameterNames(program);
  const nodes = nodeMap(program.graph);
  const weights = new Map<number, WeightUse>();
  const links = new Map<number, readonly ChannelLink[]>();
  for (const node of computed) {
    const op = present(ops.get(node.op), `op ${node.op}`);
    const shapes = inputShapes(node, nodes);
    const known = knownInputs(node, program, names);
    const use = weightUse(node, op, shapes, known, constants);
    const passage = use ? undefined : channelLinks(node, op, shapes, (operand) => !known[operand]);
    if (use) weights.set(node.id, use);
    else if (passage) links.set(node.id, passage);
  }
  return { weights, links };
}

/** Where nothing can go: outputs, state, what ops that mix channels read, and what no operand's channels become. */
function keepEnds(graph: Graph, computed: readonly Node[], { weights, links }: Paths, kept: KeptChannels): void {
  for (const { name, value } of graph.outputs) keepAllChannels(kept, value, { kind: 'output', output: name });
  for (const { input, output } of graph.state) {
    for (const value of [input, output]) keepAllChannels(kept, value, { kind: 'output', output: 'state' });
  }
  for (const node of computed) {
    if (weights.has(node.id)) continue;
    const passage = links.get(node.id);
    if (!passage) for (const value of node.inputs) keepAllChannels(kept, value, { kind: 'mixed', by: labelOf(node) });
    // Whose channels are those of parameters alone: they go where nobody needs them.
    if (passage?.length === 0) continue;
    for (const result of node.results.keys()) {
      const linked = new Set(
        passage
          ?.filter((link) => link.result.result === result)
          .flatMap((link) => [...flagsOf(kept, link.operand).keys()].flatMap((channel) => targetsOf(link, channel))),
      );
      const value = { node: node.id, result };
      for (const index of kept.flags.get(valueKey(value))?.keys() ?? []) {
        if (!linked.has(index)) keepChannel(kept, value, index, { kind: 'source', by: labelOf(node) });
      }
    }
  }
}

/** Channels that others of a result depend on, as far as they are not zero. */
function keepMixed(computed: readonly Node[], ops: OpRegistry, constants: ConstantMaps, kept: KeptChannels): void {
  for (const node of computed) {
    const { pruning } = present(ops.get(node.op), `op ${node.op}`);
    if (pruning.kind !== 'channels' || !pruning.onlyZeros?.(node.attrs)) continue;
    for (const value of node.inputs) {
      const values = constants.get(valueKey(value));
      for (const channel of kept.flags.get(valueKey(value))?.keys() ?? []) {
        if (values?.[channel] !== 0) keepChannel(kept, value, channel, { kind: 'neighbours', by: labelOf(node) });
      }
    }
  }
}

/** Applies the rules, readers first, until nothing changes. */
function settle(computed: readonly Node[], { weights, links }: Paths, kept: KeptChannels): void {
  do {
    kept.changed = false;
    for (const node of computed.toReversed()) {
      const use = weights.get(node.id);
      if (use) keepWhatRowsRead(use, kept);
      const passage = links.get(node.id) ?? [];
      for (const link of passage) passThrough(node, link, passage.some((other) => other !== link && other.offset === link.offset), kept);
    }
  } while (kept.changed);
}

function keepWhatRowsRead(use: WeightUse, kept: KeptChannels): void {
  const rows = flagsOf(kept, { node: use.node.id, result: 0 });
  const operand = operandOf(use.node, use.matrices.operand);
  const by = labelOf(use.node);
  for (const part of use.parts) {
    let fresh = false;
    for (let row = 0; row < part.rows; row++) {
      if (rows[part.rowOffset + row] === 1 && countRow(use, part, row)) fresh = true;
    }
    if (!fresh) continue;
    for (const [column, channel] of part.channels.entries()) {
      if (part.needed[column] === 0 || use.foldable(channel)) continue;
      keepChannel(kept, operand, channel, { kind: Number.isFinite(use.constants[channel]) ? 'padding' : 'read', by });
    }
  }
}

/** @param joins Whether several operands are joined here: then one writer's index keeps the other's. */
function passThrough(node: Node, link: ChannelLink, joins: boolean, kept: KeptChannels): void {
  const { operand, result } = link;
  const source = flagsOf(kept, operand);
  const target = flagsOf(kept, result);
  for (let channel = 0; channel < source.length; channel++) {
    const targets = targetsOf(link, channel);
    for (const index of targets) {
      if (target[index] === 1) keepChannel(kept, operand, channel, reasonOf(kept, result, index));
    }
    if (source[channel] === 0) continue;
    const reason: KeepReason = joins ? { kind: 'shortcut', by: labelOf(node) } : reasonOf(kept, operand, channel);
    for (const index of targets) keepChannel(kept, result, index, reason);
  }
}

/**
 * Keeps one index of a value that has none left, or one operand channel of a part whose rows stay. The last
 * such place comes first, so that what it needs is kept before anything further up is.
 * @returns Whether there was such a place.
 */
function keepOneWhereNoneIs(computed: readonly Node[], { weights }: Paths, kept: KeptChannels): boolean {
  for (const node of computed.toReversed()) {
    for (const result of node.results.keys()) {
      const value = { node: node.id, result };
      const flags = kept.flags.get(valueKey(value));
      if (!flags || flags.includes(1)) continue;
      keepChannel(kept, value, 0, { kind: 'last' });
      return true;
    }
    const use = weights.get(node.id);
    if (!use) continue;
    const rows = flagsOf(kept, { node: node.id, result: 0 });
    const operand = operandOf(node, use.matrices.operand);
    const channels = flagsOf(kept, operand);
    for (const part of use.parts) {
      const stays = rows.subarray(part.rowOffset, part.rowOffset + part.rows).includes(1);
      if (!stays || part.channels.some((channel) => channels[channel] === 1)) continue;
      keepChannel(kept, operand, present(part.channels[0], 'column'), { kind: 'last' });
      return true;
    }
  }
  return false;
}

function operandOf(node: Node, operand: number): Value {
  return present(node.inputs[operand], `operand ${operand} of ${node.op}`);
}
