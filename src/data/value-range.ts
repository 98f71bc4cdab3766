// Do the numbers of samples look like pixels that nobody has scaled? Bytes mean byte / 255; the same pixels saved as
// int64 or float mean 0 to 255, with which training goes astray.

import { fail } from '../base/diagnostic.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import { areInFiles } from '../base/samples.ts';
import type { Samples, ValueRange } from '../base/samples.ts';
import type { Span } from '../base/span.ts';
import type { Dataset } from './dataset.ts';
import { dataDiagnostics } from './diagnostics.ts';

/** Numbers that somebody has scaled are smaller; those of four-bit pixels are as large. */
const suspicious = 15;

/**
 * A warning where images hold large numbers, or features large whole numbers, that are not bytes.
 * @param deviations Of the network's `normalize`, which may do the scaling.
 */
export function checkRange({ name, shape, training }: Dataset, deviations: readonly number[] = [1], span?: Span): Diagnostic[] {
  const range = rangeOf(training.samples);
  if (!range) return [];
  const { least, most, whole } = range;
  if (shape.length === 1 && !whole) return [];
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

/** A warning where numbers to be answered with are far from those that rates and strengths are meant for. */
export function checkTargetRange({ name, training: { labels } }: Pick<Dataset, 'name' | 'training'>, span?: Span): Diagnostic[] {
  let squares = 0;
  for (const label of labels) squares += label ** 2;
  if (squares < suspicious ** 2 * labels.length) return [];
  const { least, most } = widened(noValues, labels);
  const help = 'shift and scale them to a mean about 0 and a variance about 1, each number of a target for itself, and what the network answers back';
  return [dataDiagnostics['target-range']({ args: [name, `numbers from ${short(least)} to ${short(most)}`], span, help, severity: 'warning' })];
}

/** Undefined for bytes. */
function rangeOf(samples: Samples): ValueRange | undefined {
  if (areInFiles(samples)) return samples.range;
  return samples instanceof Uint8Array ? undefined : widened(noValues, samples);
}

/** Of no numbers. */
export const noValues: ValueRange = { least: Infinity, most: -Infinity, whole: true };

/** That of some numbers and of these. */
export function widened({ least, most, whole }: ValueRange, values: Iterable<number>): ValueRange {
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
    whole &&= Number.isInteger(value);
  }
  return { least, most, whole };
}

/**
 * Fails with `data/not-finite`.
 * @param first The number of the first element, for messages.
 */
export function checkFinite(file: string, values: Float32Array, first = 0): void {
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) fail(dataDiagnostics['not-finite']({ args: [file, first + at, `${values[at]}`], help: 'clean the data first' }));
}

/** Fails with `data/target`. @param size Numbers of a sample. */
export function checkTargets(file: string, targets: Float32Array, size: number): void {
  const at = targets.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) fail(dataDiagnostics.target({ args: [file, Math.floor(at / size), `${targets[at]}`], help: 'clean the data first: leave the sample out' }));
}

function short(value: number): string {
  return String(Number.isSafeInteger(value) ? value : Number(value.toPrecision(4)));
}
