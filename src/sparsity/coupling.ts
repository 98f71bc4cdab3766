// Filters that go together or not at all. A channel of a value is zero only if whatever writes it is, and where values meet
// (sums, products with gates, concatenations, shuffles, depthwise and grouped convolutions) so do their channels:
//
//   x = conv0(...)   y = x + conv1(...)   z = y + conv2(...)        channel c of x, y and z: filter c of conv0, conv1 and conv2
//
// Channels that meet make a class, and the rows of all weights that write one are a group, with their biases and the scales
// and shifts of every batch norm on the way (dependency groups; Fang et al., 2023, there with the columns that read them, which
// elimination takes away here). Filters at the same place of the groups of a grouped convolution are one class as well, as are
// the channels that they read, so that what is left is a grouped convolution of equal parts.
//
// Layers that write common classes make a set. A class that reaches an output, holds a channel of the input, or is read by an
// op that mixes channels can never go, and is no group.

import { present } from '../base/invariant.ts';
import { nodeMap, valueKey } from '../ir/graph.ts';
import type { Node, Value } from '../ir/graph.ts';
import type { GroupSlice } from '../ir/group.ts';
import { isParameter } from '../ir/leaf.ts';
import type { Network } from '../ir/network.ts';
import { affineRule, matricesOf } from '../ir/op.ts';
import type { Op, OpRegistry } from '../ir/op.ts';
import type { WeightMatrices } from '../ir/pruning-rules.ts';
import { groupView, rowAxes } from '../ir/structure.ts';
import type { LayerAxes } from '../ir/structure.ts';
import { channelAxis, channelLinks, targetsOf } from './channel-links.ts';
import { Classes } from './classes.ts';
import { inputShapes } from './constant-maps.ts';
import { trainedPerChannel } from './norm-parameters.ts';
import { weightAxesOf } from './weight-axes.ts';

export interface CoupledSet {
  /** In the order of the network: at least one. */
  readonly layers: readonly [string, ...string[]];
  /** Groups: classes of channels. */
  readonly count: number;
  readonly members: readonly GroupSlice[];
}

/** A layer with weights, whose row r writes channel r of `result`. */
interface Writer {
  readonly layer: string;
  readonly axes: LayerAxes;
  readonly result: Value;
}

/** A parameter with a number for each channel of a value. */
interface PerChannel {
  readonly parameter: string;
  readonly result: Value;
}

/** The sets of a network by every layer that is in them; layers that can lose no filter are in none. */
export function coupledSets(network: Pick<Network, 'graph' | 'parameters'>, ops: OpRegistry): ReadonlyMap<string, CoupledSet> {
  const { graph } = network;
  const nodes = nodeMap(graph);
  const trained = new Set(network.parameters.filter(({ role }) => role === 'trained').map(({ name }) => name));
  const channels = new ChannelClasses(graph.nodes.filter((node) => !isParameter(node)));
  const writers: Writer[] = [];
  const scales: PerChannel[] = [];
  for (const node of graph.nodes) {
    if (isParameter(node)) continue;
    const op = present(ops.get(node.op), `op ${node.op}`);
    const shapes = inputShapes(node, nodes);
    const result: Value = { node: node.id, result: 0 };
    const matrices = matricesOf(op, node.attrs, shapes);
    const axes = matrices && weightAxesOf(node, nodes, ops);
    if (matrices && axes && node.layer !== undefined) {
      writers.push({ layer: node.layer, axes, result });
      joinParts(node, matrices, channels);
      continue;
    }
    passOn(node, op, nodes, channels);
    if (affineRule(op)) scales.push(...trainedPerChannel(node, op, nodes, trained).map((parameter) => ({ parameter, result })));
  }
  for (const { value } of graph.outputs) channels.hold(value);
  for (const { input, output } of graph.state) for (const value of [input, output]) channels.hold(value);
  return setsOf(writers, scales, channels);
}

/** The channels of all values that are computed, in classes. */
class ChannelClasses {
  readonly #first = new Map<string, number>();
  readonly #counts = new Map<string, number>();
  readonly #classes: Classes;
  readonly #held: number[] = [];

  constructor(nodes: readonly Node[]) {
    let size = 0;
    for (const node of nodes) {
      for (const [result, shape] of node.results.entries()) {
        const key = valueKey({ node: node.id, result });
        this.#first.set(key, size);
        this.#counts.set(key, shape[channelAxis] ?? 0);
        size += shape[channelAxis] ?? 0;
      }
    }
    this.#classes = new Classes(size);
  }

  count(value: Value): number {
    return this.#counts.get(valueKey(value)) ?? 0;
  }

  join(a: Value, channelOfA: number, b: Value, channelOfB: number): void {
    this.#classes.join(this.#at(a, channelOfA), this.#at(b, channelOfB));
  }

  /** What the channels of a value are in can never go. */
  hold(value: Value): void {
    for (let channel = 0; channel < this.count(value); channel++) this.holdChannel(value, channel);
  }

  holdChannel(value: Value, channel: number): void {
    this.#held.push(this.#at(value, channel));
  }

  /** The class of each channel of a value; -1: it can never go. To be asked once all is joined and held. */
  reader(): (value: Value) => Int32Array {
    const held = new Set(this.#held.map((at) => this.#classes.of(at)));
    return (value) =>
      Int32Array.from({ length: this.count(value) }, (_, channel) => {
        const found = this.#classes.of(this.#at(value, channel));
        return held.has(found) ? -1 : found;
      });
  }

  #at(value: Value, channel: number): number {
    return present(this.#first.get(valueKey(value)), `channels of %${valueKey(value)}`) + channel;
  }
}

/** A depthwise filter goes with the channel that it reads; in a grouped convolution what is at the same place of all parts. */
function joinParts(node: Node, { operand, parts }: WeightMatrices, channels: ChannelClasses): void {
  const result: Value = { node: node.id, result: 0 };
  const read = present(node.inputs[operand], `operand ${operand} of ${node.op}`);
  const [first, ...others] = parts.map((part) => ({ rows: part.rows, channels: [...new Set(part.channels)] }));
  if (!first || others.length === 0) return;
  const isDepthwise = first.channels.length === 1;
  let row = first.rows;
  if (isDepthwise) for (let r = 0; r < first.rows; r++) channels.join(read, present(first.channels[0], 'channel'), result, r);
  for (const part of others) {
    for (let r = 0; r < part.rows; r++) {
      if (isDepthwise) channels.join(read, present(part.channels[0], 'channel'), result, row + r);
      else channels.join(result, r, result, row + r);
    }
    if (!isDepthwise) for (const [at, channel] of part.channels.entries()) channels.join(read, present(first.channels[at], 'channel'), read, channel);
    row += part.rows;
  }
}

/** What reaches a node without weights of rows and columns goes on as its links say. */
function passOn(node: Node, op: Op, nodes: ReadonlyMap<number, Node>, channels: ChannelClasses): void {
  const computed = node.inputs.map((value) => !isParameter(present(nodes.get(value.node), `node %${value.node}`)));
  const links = channelLinks(node, op, inputShapes(node, nodes), (input) => computed[input] === true);
  if (!links) for (const [i, value] of node.inputs.entries()) if (computed[i]) channels.hold(value);
  for (const result of node.results.keys()) {
    const value: Value = { node: node.id, result };
    const reached = new Uint8Array(channels.count(value));
    for (const link of links ?? []) {
      if (link.result.result !== result) continue;
      for (let channel = 0; channel < channels.count(link.operand); channel++) {
        for (const target of targetsOf(link, channel)) {
          channels.join(link.operand, channel, value, target);
          reached[target] = 1;
        }
      }
    }
    for (const [channel, flag] of reached.entries()) if (flag === 0) channels.holdChannel(value, channel);
  }
}

function setsOf(writers: readonly Writer[], scales: readonly PerChannel[], channels: ChannelClasses): ReadonlyMap<string, CoupledSet> {
  const classesOf = channels.reader();
  const written = writers.map(({ result }) => classesOf(result));
  const together = new Classes(writers.length);
  const firstWriter = new Map<number, number>();
  for (const [at, rows] of written.entries()) {
    for (const each of rows) {
      if (each === -1) continue;
      together.join(firstWriter.get(each) ?? at, at);
      if (!firstWriter.has(each)) firstWriter.set(each, at);
    }
  }
  const scaled = scales.map(({ parameter, result }) => ({ parameter, classes: classesOf(result) }));
  const found = new Map<string, CoupledSet>();
  for (const at of writers.keys()) {
    if (together.of(at) !== at) continue;
    const own = writers.flatMap((writer, other) => (together.of(other) === at ? [{ ...writer, rows: present(written[other], 'rows') }] : []));
    const numbers = new Map<number, number>();
    for (const { rows } of own) for (const each of rows) if (each !== -1 && !numbers.has(each)) numbers.set(each, numbers.size);
    if (numbers.size === 0) continue;
    const groupsOf = (classes: Int32Array): Int32Array => classes.map((each) => numbers.get(each) ?? -1);
    const members = [
      ...own.flatMap(({ layer, axes, rows }) => rowMembers(layer, axes, groupsOf(rows), numbers.size)),
      ...scaled.flatMap(({ parameter, classes }) => {
        const groups = groupsOf(classes);
        return groups.some((group) => group !== -1) ? [numbered({ parameter, view: [groups.length], keep: [0] }, groups, numbers.size)] : [];
      }),
    ];
    const set: CoupledSet = { layers: own.map(({ layer }) => layer) as [string, ...string[]], count: numbers.size, members };
    for (const { layer } of own) found.set(layer, set);
  }
  return found;
}

/** The weight of a layer by its rows, and what there is one of for each of them. */
function rowMembers(layer: string, axes: LayerAxes, groups: Int32Array, count: number): readonly GroupSlice[] {
  const key = present(rowAxes(axes).dimensions[0], 'rows').map(({ axis }) => axis);
  return axes.flatMap((parameter) => {
    const view = groupView(parameter, key);
    return view ? [numbered({ parameter: `${layer}.${parameter.suffix}`, ...view }, groups, count)] : [];
  });
}

function numbered(slice: GroupSlice, groups: Int32Array, count: number): GroupSlice {
  return groups.length === count && groups.every((group, at) => group === at) ? slice : { ...slice, groups: [...groups] };
}
