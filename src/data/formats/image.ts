// Images as files hold them, whichever the format.

import { fail } from '../../base/diagnostic.ts';
import { grouped } from '../../base/number-text.ts';
import { dataDiagnostics } from '../diagnostics.ts';

/** Of the pixels of an image: 1 for grey, 3 for colour. */
export type ImageChannels = 1 | 3;

/** What the beginning of a file tells, before memory is taken for its pixels. */
export interface ImageHeader {
  readonly height: number;
  readonly width: number;
  readonly channels: ImageChannels;
}

export interface DecodedImage extends ImageHeader {
  /** `[channels, height, width]`, row-major: grey, or red, green and blue. */
  readonly pixels: Uint8Array;
  /** Pixels that were not opaque were blended onto white, as image viewers show them. */
  readonly blended: boolean;
  /** Channels of 16 bits were rounded to 8. */
  readonly rounded: boolean;
  /** The file says that its pixels are turned or mirrored (EXIF): they are as they are stored. */
  readonly turned: boolean;
}

const mostExtent = 16_384;
/** Of an image: 33 million. */
const mostPixels = 2 ** 25;

/** Fails with `data/corrupt` or `data/too-large`, naming `file`. */
export function checkImageSize(file: string, { height, width }: Pick<ImageHeader, 'height' | 'width'>): void {
  const size = `${width} x ${height} pixels`;
  if (width === 0 || height === 0) fail(dataDiagnostics.corrupt({ args: [file, size, 'at least 1 x 1'] }));
  if (width <= mostExtent && height <= mostExtent && width * height <= mostPixels) return;
  fail(
    dataDiagnostics['too-large']({
      args: [file, size, `${mostExtent} x ${mostExtent}, and ${grouped(mostPixels)} pixels in all`],
      help: "scale the images to the size of the network's input",
    }),
  );
}
