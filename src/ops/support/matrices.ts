// Elimination seen as matrices: rows are result channels, columns are taps (convolution) or inputs (dense).

import type { ChannelConstants, KeptMatrices, WeightMatrices } from '../../ir/pruning-rules.ts';

/** Flat indices in the old weight of the elements that stay, row-major by part. */
export function gatherSource(matrices: WeightMatrices, kept: KeptMatrices): Int32Array {
  const source = new Int32Array(kept.parts.reduce((sum, { rows, columns }) => sum + rows.length * columns.length, 0));
  let start = 0;
  let at = 0;
  for (const [p, part] of matrices.parts.entries()) {
    const columns = part.channels.length;
    for (const row of kept.parts[p]?.rows ?? []) {
      for (const column of kept.parts[p]?.columns ?? []) source[at++] = start + row * columns + column;
    }
    start += part.rows * columns;
  }
  return source;
}

/** New number of each operand channel that still exists; -1 of the others. */
export function renumberChannels(total: number, kept: readonly number[] | undefined): Int32Array {
  if (kept === undefined) return Int32Array.from({ length: total }, (_, c) => c);
  const numbers = new Int32Array(total).fill(-1);
  for (const [next, channel] of kept.entries()) numbers[channel] = next;
  return numbers;
}

/**
 * Result channels that are constant: rows whose every non-zero weight reads a constant channel.
 * @param uniform Whether a constant non-zero channel reaches every position alike (no zero padding).
 */
export function constantRows(
  matrices: WeightMatrices,
  weight: Float64Array | undefined,
  bias: Float64Array | 'none' | undefined,
  constants: ChannelConstants | undefined,
  uniform: boolean,
): ChannelConstants {
  const rows = matrices.parts.reduce((sum, part) => sum + part.rows, 0);
  const values = new Float64Array(rows).fill(NaN);
  if (weight === undefined || bias === undefined) return values;
  let next = 0;
  let start = 0;
  for (const part of matrices.parts) {
    for (let row = 0; row < part.rows; row++) {
      let sum = bias === 'none' ? 0 : (bias[next] ?? NaN);
      const from = start + row * part.channels.length;
      // What is not a number stays none.
      for (let column = 0; column < part.channels.length && !Number.isNaN(sum); column++) {
        const w = weight[from + column];
        if (w === 0) continue;
        const value = constants?.[part.channels[column] as number] ?? NaN;
        sum += value === 0 || uniform ? (w ?? NaN) * value : NaN;
      }
      values[next++] = sum;
    }
    start += part.rows * part.channels.length;
  }
  return values;
}
