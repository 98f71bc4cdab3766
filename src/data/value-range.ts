// Do the numbers of samples look like pixels that nobody has scaled? Bytes mean byte / 255; the same pixels saved as
// int64 or float mean 0 to 255, with which training goes astray.

import type { Diagnostic } from '../base/diagnostic.ts';
import type { Span } from '../base/span.ts';
import type { Dataset, Samples } from './dataset.ts';
import { dataDiagnostics } from './diagnostics.ts';

/** Numbers that somebody has scaled are smaller; those of four-bit pixels are as large. */
const suspicious = 15;

interface Range {
  readonly least: number;
  readonly most: number;
  /** Whole numbers only. */
  readonly whole: boolean;
}

/**
 * A warning where images hold large numbers, or features large whole numbers, that are not bytes.
 * @param deviations Of the network's `normalize`, which may do the scaling.
 */
export function checkRange({ name, shape, training }: Dataset, deviations: readonly number[] = [1], span?: Span): Diagnostic[] {
  const range = rangeOf(training.samples, shape.length === 1);
  if (!range) return [];
  const { least, most, whole } = range;
  const largest = Math.max(most, -least);
  if (largest / Math.max(...deviations) < suspicious) return [];
  const bytes = whole && least >= 0 && most <= 255;
  return [
    dataDiagnostics.range({
      args: [name, `${whole ? 'whole ' : ''}numbers from ${short(least)} to ${short(most)} that are not bytes`],
      span,
      help: `${bytes ? 'save them as uint8, which means byte / 255, or divide' : 'divide'} them by ${bytes && most > 127 ? 255 : short(largest)}, or let the network \`normalize\` its input`,
      severity: 'warning',
    }),
  ];
}

/** Undefined for bytes, and as soon as a number is not whole where `wholeOnly`. */
function rangeOf(samples: Samples, wholeOnly: boolean): Range | undefined {
  if (samples instanceof Uint8Array) return undefined;
  let [least, most, whole] = [Infinity, -Infinity, true];
  for (const value of samples) {
    if (value < least) least = value;
    if (value > most) most = value;
    if (whole && !Number.isInteger(value)) {
      if (wholeOnly) return undefined;
      whole = false;
    }
  }
  return { least, most, whole };
}

function short(value: number): string {
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(4)));
}
