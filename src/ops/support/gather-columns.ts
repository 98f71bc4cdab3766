// A dense layer on its kept rows and columns.

import { invariant } from '../../base/invariant.ts';
import type { GatheredNode, KeptMatrices, WeightMatrices } from '../../ir/pruning-rules.ts';
import { gatherSource, renumberChannels } from './matrices.ts';

/** @param reads The operand's feature that each column reads. Plain dense where all features that exist are read in order. */
export function gatherColumns({ bias }: { readonly bias: boolean }, features: number, matrices: WeightMatrices, reads: readonly number[], kept: KeptMatrices): GatheredNode {
  const numbers = renumberChannels(features, kept.channels);
  const [part] = kept.parts;
  invariant(part && part.rows.length > 0, 'a dense layer without units');
  const taps = part.columns.map((column) => {
    const feature = numbers[reads[column] ?? -1] ?? -1;
    invariant(feature >= 0, () => `column ${column} reads a feature that is gone`);
    return feature;
  });
  const units = part.rows.length;
  const weightShape = [units, taps.length];
  const weightSource = gatherSource(matrices, kept);
  const whole = taps.length === (kept.channels?.length ?? features) && taps.every((tap, i) => tap === i);
  return whole ? { op: 'dense', attrs: { units, bias }, weightShape, weightSource } : { op: 'tap_dense', attrs: { units, taps, bias }, weightShape, weightSource };
}
