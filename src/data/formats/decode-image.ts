// An image file of either format. Which one it has is told by its first bytes, whatever the file is called.

import { fail } from '../../base/diagnostic.ts';
import { dataDiagnostics } from '../diagnostics.ts';
import { hexOf } from './hex.ts';
import type { DecodedImage, ImageHeader } from './image.ts';
import { decodeJpeg } from './jpeg.ts';
import { decodeJpegHeader, isJpeg } from './jpeg-header.ts';
import { decodePng } from './png.ts';
import type { Inflate } from './png.ts';
import { decodePngHeader, isPng } from './png-header.ts';

/** Size and channels, without taking memory for pixels. @param bytes The whole file. Fails with `data/*` diagnostics naming `file`. */
export function decodeImageHeader(file: string, bytes: Uint8Array): ImageHeader {
  if (isPng(bytes)) return decodePngHeader(file, bytes);
  if (isJpeg(bytes)) return decodeJpegHeader(file, bytes);
  return noImage(file, bytes);
}

/** Fails with `data/*` diagnostics naming `file`. */
export function decodeImage(file: string, bytes: Uint8Array, inflate: Inflate): DecodedImage {
  if (isPng(bytes)) return decodePng(file, bytes, inflate);
  if (isJpeg(bytes)) return decodeJpeg(file, bytes);
  return noImage(file, bytes);
}

function noImage(file: string, bytes: Uint8Array): never {
  return fail(dataDiagnostics['not-format']({ args: [file, 'a PNG or JPEG image', hexOf(bytes, 8)], help: 'convert the image to PNG or JPEG; renaming it is not enough' }));
}
