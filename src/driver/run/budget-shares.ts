// How layers have shared the budget of a whole network, as checkpoints and summaries tell it.

import type { FieldReader } from '../../base/json-fields.ts';

export interface BudgetShares {
  /** What the whole network has. */
  readonly whole: number;
  /** The most that may be left. */
  readonly limit: number;
  /** What is left with these shares, before groups of other lines that cross take their part. */
  readonly reached: number;
  readonly layers: readonly LayerShare[];
}

export interface LayerShare {
  readonly layer: string;
  /** With its arguments, as the language writes it. */
  readonly structure: string;
  readonly kept: number;
  readonly total: number;
  /** The loss on the held-out samples with so many groups of the layer; null where it is no finite number. */
  readonly tried: readonly { readonly kept: number; readonly loss: number | null }[];
}

export function readShared(read: FieldReader): BudgetShares {
  return {
    whole: read.number('whole'),
    limit: read.number('limit'),
    reached: read.number('reached'),
    layers: read.list('layers', (of) => ({
      layer: of.text('layer'),
      structure: of.text('structure'),
      kept: of.count('kept'),
      total: of.count('total'),
      tried: of.list('tried', (point) => ({ kept: point.count('kept'), loss: point.value('loss') === null ? null : point.number('loss') })),
    })),
  };
}
