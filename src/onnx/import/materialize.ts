// Views that a layer of the language makes: channels taken or dealt out, channels that become places and back. Each is found by the
// table of places that it would make.

import { sizeOf } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import { reshaped, transposed } from './arrangement.ts';
import type { Argument, Draft, DraftLayer, Source } from './draft.ts';
import type { Wire } from './wire.ts';

interface Rearranging {
  readonly callee: string;
  readonly args: Readonly<Record<string, Argument | undefined>>;
}

/** The layer that gives the elements of a view in this shape; undefined where there is none. */
export function materialized(draft: Draft, wire: Wire, sample: Shape): DraftLayer | undefined {
  const { source, places } = wire;
  if (!places) return undefined;
  const whole = source.sample;
  const order = channelsTaken(wire, sample);
  const made = order ? ofChannels(order, whole[0] ?? 0) : ofBlocks(whole, places, sample);
  if (made) return draft.layer({ ...made, operands: [source], sample });
  const part = order && ofShuffled(order, whole[0] ?? 0);
  return part && draft.layer({ ...part.taken, operands: [shuffled(draft, source, part.groups)], sample });
}

/** Parts of one shuffle share it. */
function shuffled(draft: Draft, source: Source, groups: number): DraftLayer {
  const read = draft.settled(source);
  const found = draft.layers.find(({ callee, operands: [operand], args }) => callee === 'channel_shuffle' && operand === read && args.get('groups') === groups);
  return found ?? draft.layer({ callee: 'channel_shuffle', args: { groups }, operands: [read], sample: read.sample });
}

/** Which channels of the source a view in this shape has, where it has whole ones. */
export function channelsTaken({ source: { sample: from }, places }: Pick<Wire, 'source' | 'places'>, sample: Shape): readonly number[] | undefined {
  const positions = sizeOf(from.slice(1));
  if (!places || from.length !== sample.length || from.slice(1).some((extent, d) => extent !== sample[d + 1])) return undefined;
  const order = Array.from({ length: sample[0] ?? 0 }, (_, c) => (places[c * positions] as number) / positions);
  return places.every((place, i) => place === (order[Math.floor(i / positions)] as number) * positions + (i % positions)) ? order : undefined;
}

function taken(from: number, count: number): Rearranging {
  return { callee: 'take_channels', args: { from: from === 0 ? undefined : from, count } };
}

function ofChannels(order: readonly number[], channels: number): Rearranging | undefined {
  const [first = 0] = order;
  if (order.every((channel, c) => channel === first + c)) return taken(first, order.length);
  if (order.length < channels) return undefined;
  const groups = ofShuffled(order, channels)?.groups;
  return groups === undefined ? undefined : { callee: 'channel_shuffle', args: { groups } };
}

/** Neighbours among channels that have been dealt out, as halves of a shuffle or every second channel are. */
function ofShuffled(order: readonly number[], channels: number): { readonly groups: number; readonly taken: Rearranging } | undefined {
  for (let groups = 2; groups < channels; groups++) {
    if (channels % groups !== 0) continue;
    const each = channels / groups;
    const [first = 0] = order;
    // Where a channel goes to.
    const from = (first % each) * groups + Math.floor(first / each);
    const isRun = order.every((channel, c) => channel === ((from + c) % groups) * each + Math.floor((from + c) / groups));
    if (isRun) return { groups, taken: taken(from, order.length) };
  }
  return undefined;
}

/** Whether layers give these channels of so many. */
export function isGiven(order: readonly number[], channels: number): boolean {
  return (ofChannels(order, channels) ?? ofShuffled(order, channels)) !== undefined;
}

function ofBlocks([channels = 0, rows = 0, columns = 0, ...others]: Shape, places: Int32Array, sample: Shape): Rearranging | undefined {
  if (others.length > 0 || sample.length !== 3 || sizeOf([channels, rows, columns]) !== places.length) return undefined;
  const [, down = 0] = sample;
  const isUp = down > rows;
  const block = isUp ? down / rows : rows / down;
  if (!Number.isInteger(block) || block < 2) return undefined;
  for (const order of ['dcr', 'crd'] as const) {
    const table = isUp ? depthToSpace([channels, rows, columns], block, order) : spaceToDepth([channels, rows, columns], block, order);
    if (table?.every((place, i) => place === places[i])) return { callee: isUp ? 'depth_to_space' : 'space_to_depth', args: { block, order: order === 'dcr' ? undefined : { word: order } } };
  }
  return undefined;
}

/** What Reshape, Transpose and Reshape make of an image. */
function through(shape: Shape, split: Shape, order: readonly number[]): Int32Array | undefined {
  return transposed(reshaped(shape, split).shape, order).from;
}

function depthToSpace([channels = 0, rows = 0, columns = 0]: Shape, block: number, order: 'dcr' | 'crd'): Int32Array | undefined {
  const left = channels / block ** 2;
  if (!Number.isInteger(left)) return undefined;
  return order === 'dcr' ? through([channels, rows, columns], [block, block, left, rows, columns], [2, 3, 0, 4, 1]) : through([channels, rows, columns], [left, block, block, rows, columns], [0, 3, 1, 4, 2]);
}

function spaceToDepth([channels = 0, rows = 0, columns = 0]: Shape, block: number, order: 'dcr' | 'crd'): Int32Array | undefined {
  if (rows % block !== 0 || columns % block !== 0) return undefined;
  const split = [channels, rows / block, block, columns / block, block];
  return through([channels, rows, columns], split, order === 'dcr' ? [2, 4, 0, 1, 3] : [0, 2, 4, 1, 3]);
}
