// Grey images for networks that read colour, and the other way round.

import type { DecodedImage, ImageChannels } from './formats/image.ts';

/**
 * The pixels of an image in so many channels: grey stands for all three of colour, and grey of colour is its luma after
 * ITU-R BT.601, 0.299 R + 0.587 G + 0.114 B.
 * @returns `[channels, height, width]`
 */
export function inChannels(image: Omit<DecodedImage, 'blended' | 'rounded' | 'turned'>, channels: ImageChannels): Uint8Array {
  const { height, width, pixels } = image;
  if (image.channels === channels) return pixels;
  const plane = height * width;
  const converted = new Uint8Array(channels * plane);
  if (image.channels === 1) for (let c = 0; c < channels; c++) converted.set(pixels, c * plane);
  // Weights of 16 bits that add up to 65536, so that white stays white.
  else for (let i = 0; i < plane; i++) converted[i] = (19595 * (pixels[i] as number) + 38470 * (pixels[plane + i] as number) + 7471 * (pixels[2 * plane + i] as number) + 32768) >> 16;
  return converted;
}
