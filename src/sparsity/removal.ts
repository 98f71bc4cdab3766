// Which indices of the channel axes of a program's values can be removed without changing what it computes:
// the greatest set that satisfies, for index i of a value,
//
// - a reader with weights does not need it: its columns for i are zero in all rows that stay, or it is a
//   constant there that the bias can take over;
// - a reader that passes channels through one by one (axes: identity, expand, offset) removes what i becomes;
//   and conversely a result's index goes only with the indices of the operands it comes from, so that at a
//   shortcut every writer agrees and a channel before a flatten goes with all its positions;
// - it is in no output of the graph and not read by an op that mixes channels.
//
// One index of everything stays. Found by starting from "all go" and keeping what the rules demand until
// nothing changes; each rule only ever keeps more, so the order does not matter to the result.

import { present } from '../base/invariant.ts';
import { nodeMap, valueKey } from '../ir/graph.ts';
import type { Node, Program, Value } from '../ir/graph.ts';
import type { OpRegistry } from '../ir/op.ts';
import { channelAxis, channelLinks } from './channel-links.ts';
import type { ChannelLink } from './channel-links.ts';
import { constantMaps, inputShapes, knownInputs, parameterNames } from './constant-maps.ts';
import type { ConstantMaps } from './constant-maps.ts';
import type { KeepReason } from './keep-reason.ts';
import { countRow, weightUse } from './weight-use.ts';
import type { WeightUse } from './weight-use.ts';

export interface Removal {
  readonly constants: ConstantMaps;
  /** By value key, for values with a channel axis: 1 for each index that stays. */
  readonly kept: ReadonlyMap<string, Uint8Array>;
  /** By value key: why each index that stays does. */
  readonly reasons: ReadonlyMap<string, readonly (KeepReason | undefined)[]>;
  /** By node: the weights, with the columns that the kept rows need. */
  readonly weights: ReadonlyMap<number, WeightUse>;
  /** By node: how channels pass through it; absent where they do not. */
  readonly links: ReadonlyMap<number, readonly ChannelLink[]>;
}

export function findRemoval(program: Program, ops: OpRegistry): Removal {
  const { graph } = program;
  const constants = constantMaps(program, ops);
  const names = parameterNames(program);
  const nodes = nodeMap(graph);
  const kept = new Map<string, Uint8Array>();
  const reasons = new Map<string, (KeepReason | undefined)[]>();
  const weights = new Map<number, WeightUse>();
  const links = new Map<number, readonly ChannelLink[]>();
  let changed = false;

  const keep = (key: string, index: number, reason: KeepReason): void => {
    const flags = kept.get(key);
    if (!flags || flags[index] === 1) return;
    flags[index] = 1;
    present(reasons.get(key), `reasons of %${key}`)[index] = reason;
    changed = true;
  };
  const keepAll = (value: Value, reason: KeepReason): void => {
    const key = valueKey(value);
    for (let i = 0; i < (kept.get(key)?.length ?? 0); i++) keep(key, i, reason);
  };
  const flagsOf = (value: Value): Uint8Array => present(kept.get(valueKey(value)), `channels of %${valueKey(value)}`);
  const reasonOf = (key: string, index: number): KeepReason => present(reasons.get(key)?.[index], `reason of %${key}[${index}]`);

  // What each node is: weights, a passage of channels, or neither.
  for (const node of graph.nodes) {
    if (names.has(node.id)) continue;
    for (const [result, shape] of node.results.entries()) {
      const channels = shape[channelAxis];
      if (channels === undefined) continue;
      const key = valueKey({ node: node.id, result });
      kept.set(key, new Uint8Array(channels));
      reasons.set(key, Array.from({ length: channels }, () => undefined));
    }
    const op = present(ops.get(node.op), `op ${node.op}`);
    const shapes = inputShapes(node, nodes);
    const known = knownInputs(node, program, names);
    const use = weightUse(node, op, shapes, known, constants);
    if (use) {
      weights.set(node.id, use);
      continue;
    }
    const passage = channelLinks(node, op, shapes, (operand) => !known[operand]);
    if (passage && passage.length > 0) links.set(node.id, passage);
    for (const [result] of node.results.entries()) keepUnlinked(node, result, passage ?? []);
    if (!passage) for (const value of node.inputs) keepAll(value, { kind: 'mixed', by: labelOf(node) });
  }
  for (const { name, value } of graph.outputs) keepAll(value, { kind: 'output', output: name });
  for (const { input, output } of graph.state) for (const value of [input, output]) keepAll(value, { kind: 'output', output: 'state' });

  /** Result indices that come from no operand's channels. */
  function keepUnlinked(node: Node, result: number, passage: readonly ChannelLink[]): void {
    const value = { node: node.id, result };
    const linked = new Set(passage.filter((link) => link.result === result).flatMap((link) => linkedIndices(node, link).flat()));
    for (let i = 0; i < (kept.get(valueKey(value))?.length ?? 0); i++) {
      if (!linked.has(i)) keep(valueKey(value), i, { kind: 'source', by: labelOf(node) });
    }
  }

  /** For each index of the operand, the result indices it becomes. */
  function linkedIndices(node: Node, link: ChannelLink): number[][] {
    const channels = inputShapes(node, nodes)[link.operand]?.[channelAxis] ?? 0;
    return Array.from({ length: channels }, (_, c) => Array.from({ length: link.factor }, (_, j) => link.offset + c * link.factor + j));
  }

  const readWeights = (use: WeightUse): void => {
    const rows = flagsOf({ node: use.node.id, result: 0 });
    const operand = valueKey(present(use.node.inputs[use.matrices.operand], 'operand'));
    const by = labelOf(use.node);
    for (const part of use.parts) {
      let fresh = false;
      for (let row = 0; row < part.rows; row++) {
        if (rows[part.rowOffset + row] === 1 && countRow(use, part, row)) fresh = true;
      }
      if (!fresh) continue;
      for (const [t, channel] of part.channels.entries()) {
        if (part.needed[t] === 0 || use.foldable(channel)) continue;
        keep(operand, channel, { kind: Number.isFinite(use.constants[channel]) ? 'padding' : 'read', by });
      }
    }
  };

  const passThrough = (node: Node, link: ChannelLink): void => {
    const from = valueKey(present(node.inputs[link.operand], 'operand'));
    const to = valueKey({ node: node.id, result: link.result });
    const source = present(kept.get(from), `channels of %${from}`);
    const target = present(kept.get(to), `channels of %${to}`);
    for (let c = 0; c < source.length; c++) {
      const first = link.offset + c * link.factor;
      for (let j = first; j < first + link.factor; j++) {
        if (target[j] === 1) keep(from, c, reasonOf(to, j));
      }
      if (source[c] === 0) continue;
      for (let j = first; j < first + link.factor; j++) keep(to, j, passedOn(reasonOf(from, c), node, links));
    }
  };

  const settle = (): void => {
    do {
      changed = false;
      for (const node of graph.nodes.toReversed()) {
        const use = weights.get(node.id);
        if (use) readWeights(use);
        for (const link of links.get(node.id) ?? []) passThrough(node, link);
      }
    } while (changed);
  };

  /** Keeps one index where none is left, the last such place first, so that what it needs comes before more is kept. */
  const repair = (): boolean => {
    for (const node of graph.nodes.toReversed()) {
      for (const [result] of node.results.entries()) {
        const key = valueKey({ node: node.id, result });
        const flags = kept.get(key);
        if (flags && !flags.includes(1)) {
          keep(key, 0, { kind: 'last' });
          return true;
        }
      }
      const use = weights.get(node.id);
      if (!use) continue;
      const rows = flagsOf({ node: node.id, result: 0 });
      const operand = present(node.inputs[use.matrices.operand], 'operand');
      for (const part of use.parts) {
        const alive = rows.subarray(part.rowOffset, part.rowOffset + part.rows).includes(1);
        if (!alive || part.channels.some((channel) => flagsOf(operand)[channel] === 1)) continue;
        keep(valueKey(operand), part.channels[0] ?? 0, { kind: 'last' });
        return true;
      }
    }
    return false;
  };

  settle();
  while (repair()) settle();
  return { constants, kept, reasons, weights, links };
}

/** The reason an index has downstream of a node that passes it on: at a shortcut, the other writer's. */
function passedOn(reason: KeepReason, node: Node, links: ReadonlyMap<number, readonly ChannelLink[]>): KeepReason {
  return (links.get(node.id)?.length ?? 0) > 1 ? { kind: 'shortcut', by: labelOf(node) } : reason;
}

/** What a person calls a node. */
export function labelOf(node: Node): string {
  return node.layer ?? node.op;
}
