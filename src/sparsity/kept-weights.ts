// What stays of a node's weight matrices once the indices to remove are known, and the bias that takes over
// the columns that read constants.

import { invariant } from '../base/invariant.ts';
import type { KeptMatrices } from '../ir/pruning-rules.ts';
import { weightsOf } from './weight-use.ts';
import type { PartUse, WeightUse } from './weight-use.ts';

export interface KeptWeights extends KeptMatrices {
  /** One for each row that stays, in order; absent: the bias, if any, is as it was. */
  readonly foldedBias?: Float64Array;
  /** Whether anything goes. */
  readonly reduced: boolean;
}

/**
 * @param rows 1 for each result channel that stays.
 * @param channels 1 for each operand channel that stays; it has one in every part of which a row stays.
 */
export function keptWeights(use: WeightUse, rows: Uint8Array, channels: Uint8Array): KeptWeights {
  const parts = use.parts.map((part) => {
    const keptRows = indices(part.rows, (row) => rows[part.rowOffset + row] === 1);
    if (keptRows.length === 0) return { rows: [], columns: [] };
    const columns = indices(part.channels.length, (t) => part.needed[t] === 1 && !use.foldable(part.channels[t] as number));
    return { rows: keptRows, columns: columns.length > 0 ? columns : [placeholder(part, channels)] };
  });
  const allChannels = !channels.includes(0);
  const reduced = !allChannels || parts.some((part, p) => part.rows.length < (use.parts[p]?.rows ?? 0) || part.columns.length < (use.parts[p]?.channels.length ?? 0));
  const foldedBias = folded(use, parts, rows);
  return {
    parts,
    reduced,
    ...(!allChannels && { channels: indices(channels.length, (c) => channels[c] === 1) }),
    ...(foldedBias && { foldedBias }),
  };
}

/** What stays where rows and channels alone go, none of the columns of a channel that stays. Arguments as of {@link keptWeights}. */
export function wholeChannels(use: WeightUse, rows: Uint8Array, channels: Uint8Array): KeptWeights {
  const parts = use.parts.map((part) => {
    const keptRows = indices(part.rows, (row) => rows[part.rowOffset + row] === 1);
    return { rows: keptRows, columns: keptRows.length === 0 ? [] : indices(part.channels.length, (t) => channels[part.channels[t] as number] === 1) };
  });
  const allChannels = !channels.includes(0);
  return { parts, reduced: !allChannels || rows.includes(0), ...(!allChannels && { channels: indices(channels.length, (c) => channels[c] === 1) }) };
}

/** A column for a part that would have none: its rows are constant, but a matrix has a column. */
function placeholder(part: PartUse, channels: Uint8Array): number {
  const column = part.channels.findIndex((channel) => channels[channel] === 1);
  invariant(column >= 0, 'a part of the weights keeps rows but no channel');
  return column;
}

/** The bias of the kept rows plus the constants that go while a row needs them; undefined where there are none but zeros. */
function folded(use: WeightUse, parts: KeptMatrices['parts'], rows: Uint8Array): Float64Array | undefined {
  const weights = weightsOf(use);
  const bias = use.matrices.bias === undefined ? undefined : use.known[use.matrices.bias]?.data;
  const sums = bias ? bias.slice() : new Float64Array(rows.length);
  let any = false;
  for (const [p, part] of use.parts.entries()) {
    const stay = new Set(parts[p]?.columns);
    const going = indices(part.channels.length, (t) => part.needed[t] === 1 && !stay.has(t) && use.constants[part.channels[t] as number] !== 0);
    if (going.length === 0) continue;
    any = true;
    for (const row of parts[p]?.rows ?? []) {
      const start = part.weightOffset + row * part.channels.length;
      const at = part.rowOffset + row;
      for (const t of going) sums[at] = (sums[at] as number) + (weights[start + t] as number) * (use.constants[part.channels[t] as number] as number);
    }
  }
  if (!any) return undefined;
  invariant(sums.every(Number.isFinite), () => `constants do not fold into ${use.node.op}`);
  return sums.filter((_, row) => rows[row] === 1);
}

function indices(count: number, stays: (index: number) => boolean): number[] {
  return Array.from({ length: count }, (_, i) => i).filter(stays);
}
