// Images brought to what the network reads, and what that took, which is said once and not for each of them.

import type { Diagnostic } from '../base/diagnostic.ts';
import { dataDiagnostics } from './diagnostics.ts';
import type { DecodedImage } from './formats/image.ts';
import { inChannels } from './image-channels.ts';
import { sizeText } from './image-shape.ts';
import type { ImageShape } from './image-shape.ts';
import { resize } from './resize.ts';

/** `[channels, height, width]`: first the channels, then the size. */
export function fitImage(image: DecodedImage, [channels, height, width]: ImageShape): Uint8Array {
  return resize(inChannels(image, channels), channels, image, { height, width });
}

type Look = Omit<DecodedImage, 'pixels'>;

interface Change {
  readonly applies: (image: Look, shape: ImageShape) => boolean;
  /** What images are, and what is done to them. */
  readonly told: (shape: ImageShape) => { readonly one: string; readonly many: string; readonly done: string };
}

const changes: readonly Change[] = [
  {
    applies: (image, [channels]) => image.channels < channels,
    told: () => ({ one: 'is grey', many: 'are grey', done: 'the one channel is read as red, green and blue' }),
  },
  {
    applies: (image, [channels]) => image.channels > channels,
    told: () => ({ one: 'is in colour', many: 'are in colour', done: 'the luma is read, 0.299 R + 0.587 G + 0.114 B' }),
  },
  { applies: (image) => image.blended, told: () => ({ one: 'is transparent in places', many: 'are transparent in places', done: 'what shows through is white' }) },
  { applies: (image) => image.rounded, told: () => ({ one: 'has 16 bits a channel', many: 'have 16 bits a channel', done: 'rounded to 8' }) },
  { applies: (image) => image.turned, told: () => ({ one: 'is marked as turned (EXIF)', many: 'are marked as turned (EXIF)', done: 'read as stored' }) },
  {
    applies: (image, [, height, width]) => image.height !== height || image.width !== width,
    told: ([, height, width]) => ({ one: 'has another size', many: 'have another size', done: `scaled to ${sizeText({ height, width })} (height x width)` }),
  },
];

/** A warning for each kind of change. @param images All that were read. */
export function changesOf(folder: string, images: readonly Look[], shape: ImageShape): readonly Diagnostic[] {
  return changes.flatMap(({ applies, told }) => {
    const count = images.filter((image) => applies(image, shape)).length;
    if (count === 0) return [];
    const { one, many, done } = told(shape);
    return [dataDiagnostics.converted({ args: [folder, images.length, count, count === 1 ? one : many, done], severity: 'warning' })];
  });
}
