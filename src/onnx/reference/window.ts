// Windows that slide over images of one to three axes, from attributes: all of them as three axes, of which those in front
// have extent 1.

import type { Attributes } from '../signatures/attributes.ts';
import { countOf, fault } from './value.ts';

/** Depth, rows, columns. */
export type Triple = readonly [number, number, number];

export interface Window {
  readonly kernel: Triple;
  readonly strides: Triple;
  readonly dilations: Triple;
  readonly padsBefore: Triple;
  readonly padsAfter: Triple;
  readonly input: Triple;
  readonly output: Triple;
}

export function triple(extents: readonly number[], filler: number): Triple {
  if (extents.length > 3) fault(`slides over ${extents.length} axes, at most 3 are supported`);
  const [a = filler, b = filler, c = filler] = [...Array.from({ length: 3 - extents.length }, () => filler), ...extents];
  return [a, b, c];
}

/** One number an axis, as an attribute says or all alike. */
export function perAxis(attributes: Attributes, name: string, axes: number, otherwise: number, least: number): readonly number[] {
  const found = (attributes.knows(name) ? attributes.mayInts(name) : undefined) ?? Array.from({ length: axes }, () => otherwise);
  if (found.length !== axes || found.some((each) => each < least)) fault(`has \`${name}\` ${found.join(', ')} for ${axes} axes`);
  return found;
}

/** Pads before and after each axis, as the attribute says. */
export function explicitPads(attributes: Attributes, axes: number): { readonly before: readonly number[]; readonly after: readonly number[] } {
  const pads = attributes.mayInts('pads') ?? Array.from({ length: 2 * axes }, () => 0);
  if (pads.length !== 2 * axes || pads.some((pad) => pad < 0)) fault(`has \`pads\` ${pads.join(', ')} for ${axes} axes`);
  return { before: pads.slice(0, axes), after: pads.slice(axes) };
}

/** @param kernel Extents of the window. @param isCeil Whether a window that is not whole counts, unless it begins in the padding behind. */
export function slidingWindow(attributes: Attributes, image: readonly number[], kernel: readonly number[], isCeil = false): Window {
  const axes = image.length;
  if (kernel.length !== axes || kernel.some((extent) => extent < 1)) fault(`has a window of ${kernel.join(' x ')} over an image of ${image.join(' x ')}`);
  countOf(kernel);
  const strides = perAxis(attributes, 'strides', axes, 1, 1);
  const dilations = perAxis(attributes, 'dilations', axes, 1, 1);
  const spans = kernel.map((extent, axis) => (extent - 1) * (dilations[axis] as number) + 1);
  const autoPad = attributes.string('auto_pad');
  const given = explicitPads(attributes, axes);
  const placed = image.map((extent, axis) => {
    const [span, stride] = [spans[axis] as number, strides[axis] as number];
    if (autoPad === 'SAME_UPPER' || autoPad === 'SAME_LOWER') {
      const output = Math.ceil(extent / stride);
      const total = Math.max(0, (output - 1) * stride + span - extent);
      const less = Math.floor(total / 2);
      return autoPad === 'SAME_UPPER' ? { output, before: less, after: total - less } : { output, before: total - less, after: less };
    }
    const [before, after] = autoPad === 'VALID' ? [0, 0] : [given.before[axis] as number, given.after[axis] as number];
    const steps = (extent + before + after - span) / stride;
    const output = (isCeil ? Math.ceil(steps) : Math.floor(steps)) + 1;
    return { output: isCeil && (output - 1) * stride >= extent + before ? output - 1 : output, before, after };
  });
  if (placed.some(({ output }) => output < 1)) fault(`has a window of ${spans.join(' x ')} over an image of ${image.join(' x ')}`);
  countOf(placed.map(({ output }) => output));
  return {
    kernel: triple(kernel, 1),
    strides: triple(strides, 1),
    dilations: triple(dilations, 1),
    padsBefore: triple(placed.map(({ before }) => before), 0),
    padsAfter: triple(placed.map(({ after }) => after), 0),
    input: triple(image, 1),
    output: triple(placed.map(({ output }) => output), 1),
  };
}

/** Extents of a result, of which as many axes count as the image has. */
export function imageShape(extents: Triple, axes: number): readonly number[] {
  return extents.slice(3 - axes);
}

/** Places `o` for which `o * stride + shift` lies in 0 to extent - 1: from the first, up to before the second. */
export function placesWithin(shift: number, stride: number, extent: number, output: number): readonly [number, number] {
  const first = Math.max(0, Math.ceil(-shift / stride));
  const last = Math.min(output, Math.floor((extent - 1 - shift) / stride) + 1);
  return [first, last];
}
