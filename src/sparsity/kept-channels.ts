// The state of finding what stays: a flag and a reason for each index of each value's channel axis. Flags
// are only ever set, so whatever sets them ends.

import { present } from '../base/invariant.ts';
import { valueKey } from '../ir/graph.ts';
import type { Node, Value } from '../ir/graph.ts';
import { channelAxis } from './channel-links.ts';
import type { KeepReason } from './keep-reason.ts';

export interface KeptChannels {
  /** By value key, for values with a channel axis: 1 for each index that stays. */
  readonly flags: ReadonlyMap<string, Uint8Array>;
  /** By value key: why each index that stays does. */
  readonly reasons: ReadonlyMap<string, (KeepReason | undefined)[]>;
  /** Whether a flag was set since it was last cleared. */
  changed: boolean;
}

/** Nothing stays yet. */
export function noChannels(nodes: readonly Node[]): KeptChannels {
  const flags = new Map<string, Uint8Array>();
  const reasons = new Map<string, (KeepReason | undefined)[]>();
  for (const node of nodes) {
    for (const [result, shape] of node.results.entries()) {
      const channels = shape[channelAxis];
      if (channels === undefined) continue;
      flags.set(valueKey({ node: node.id, result }), new Uint8Array(channels));
      reasons.set(valueKey({ node: node.id, result }), Array.from({ length: channels }, () => undefined));
    }
  }
  return { flags, reasons, changed: false };
}

/** The first reason given is the one kept. */
export function keepChannel(kept: KeptChannels, value: Value, index: number, reason: KeepReason): void {
  const flags = flagsOf(kept, value);
  if (flags[index] === 1) return;
  flags[index] = 1;
  present(kept.reasons.get(valueKey(value)), `reasons of %${valueKey(value)}`)[index] = reason;
  kept.changed = true;
}

/** Also of a value without channels, of which there is nothing to keep. */
export function keepAllChannels(kept: KeptChannels, value: Value, reason: KeepReason): void {
  for (const index of kept.flags.get(valueKey(value))?.keys() ?? []) keepChannel(kept, value, index, reason);
}

export function flagsOf(kept: KeptChannels, value: Value): Uint8Array {
  return present(kept.flags.get(valueKey(value)), `channels of %${valueKey(value)}`);
}

export function reasonOf(kept: KeptChannels, value: Value, index: number): KeepReason {
  return present(kept.reasons.get(valueKey(value))?.[index], `why %${valueKey(value)}[${index}] stays`);
}
