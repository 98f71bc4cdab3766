// Walks the segments of a JPEG file (ITU-T T.81), so that what is refused is refused before it is decoded, and a file
// that was cut short is noticed: decoders make grey of what is missing.

import { fail } from '../../base/diagnostic.ts';
import { dataDiagnostics } from '../diagnostics.ts';
import { isTurned } from './exif.ts';
import { hexOf } from './hex.ts';
import { checkImageSize } from './image.ts';
import type { ImageHeader } from './image.ts';

export interface JpegHeader extends ImageHeader {
  /** The three channels are red, green and blue, not luma and two differences. */
  readonly rgb: boolean;
  /** After EXIF. */
  readonly turned: boolean;
}

/** T.81, table B.1. */
const marker = { end: 0xd9, scan: 0xda, exif: 0xe1, adobe: 0xee } as const;
/** Among those of frames, 0xc0 to 0xcf, these are of tables or kept free. */
const noFrames: ReadonlySet<number> = new Set([0xc4, 0xc8, 0xcc]);

/** Files have about ten; each takes as long as decoding the image. */
const mostScans = 500;

export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

/** @param bytes The whole file. Fails with `data/*` diagnostics naming `file`. */
export function decodeJpegHeader(file: string, bytes: Uint8Array): JpegHeader {
  if (!isJpeg(bytes)) fail(dataDiagnostics['not-format']({ args: [file, 'a JPEG image', hexOf(bytes, 8)], help: 'convert the image to JPEG or PNG; renaming it is not enough' }));
  let frame: Frame | undefined;
  let adobe: number | undefined;
  let turned = false;
  let scans = 0;
  for (const { code, contents } of segments(file, bytes)) {
    if (code === marker.adobe && String.fromCharCode(...contents.subarray(0, 5)) === 'Adobe') adobe = contents[11];
    else if (code === marker.exif) turned ||= isTurned(contents);
    else if (code === marker.scan && ++scans > mostScans) fail(dataDiagnostics.corrupt({ args: [file, `more than ${mostScans} scans`, 'some ten'] }));
    else if (isFrame(code)) {
      if (frame) fail(dataDiagnostics.corrupt({ args: [file, 'two frames', 'one'] }));
      frame = frameOf(file, code, contents);
    }
  }
  if (!frame || scans === 0) return fail(dataDiagnostics.corrupt({ args: [file, 'no image', 'a frame and its scans'] }));
  const { components, ...header } = frame;
  // A block of 8 x 8 takes a bit at least: a small file with a large frame is refused before it takes memory.
  const most = bytes.length * 8 * 64;
  if (header.height * header.width > most) fail(dataDiagnostics.corrupt({ args: [file, `${header.width} x ${header.height} pixels in ${bytes.length} bytes`, `at most ${most} pixels`], help: 'save or fetch the image again' }));
  // As libjpeg decides it: Adobe's word, else the names of the components.
  const rgb = adobe === undefined ? String.fromCharCode(...components) === 'RGB' : adobe === 0;
  return { ...header, rgb: rgb && header.channels === 3, turned };
}

interface Frame extends ImageHeader {
  /** Their numbers. */
  readonly components: readonly number[];
}

function isFrame(code: number): boolean {
  return code >= 0xc0 && code <= 0xcf && !noFrames.has(code);
}

function frameOf(file: string, code: number, contents: Uint8Array): Frame {
  if (code > 0xc2) {
    const coding = code === 0xc3 ? 'lossless coding' : code < 0xc8 ? 'hierarchical coding' : 'arithmetic coding';
    fail(dataDiagnostics.unsupported({ args: [file, coding, 'baseline or progressive'], help: 'save it as baseline or progressive JPEG, or as PNG' }));
  }
  const [precision = 0, high = 0, low = 0, left = 0, right = 0, count = 0] = contents;
  const [height, width] = [high * 256 + low, left * 256 + right];
  if (precision !== 8) fail(dataDiagnostics.unsupported({ args: [file, `${precision} bits a channel`, '8'], help: 'save it with 8 bits a channel' }));
  checkImageSize(file, { height, width });
  if (count !== 1 && count !== 3) {
    fail(dataDiagnostics.unsupported({ args: [file, count === 4 ? '4 channels (CMYK)' : `${count} channels`, '1 (grey) or 3 (colour)'], help: 'save it as RGB or as grey' }));
  }
  const components = Array.from({ length: count }, (_, i) => contents[6 + 3 * i] ?? 0);
  return { height, width, channels: count, components };
}

interface Segment {
  readonly code: number;
  /** Without its length. */
  readonly contents: Uint8Array;
}

/** Up to the end-of-image marker; what follows it belongs to no image. */
function* segments(file: string, bytes: Uint8Array): Generator<Segment> {
  let at = 2;
  for (;;) {
    // What is coded has its 0xff followed by 0, or by the numbers of restarts.
    while (at + 1 < bytes.length && !(bytes[at] === 0xff && isMarker(bytes[at + 1] ?? 0))) at++;
    const code = at + 1 < bytes.length ? (bytes[at + 1] ?? 0) : cutShort(file, bytes);
    if (code === marker.end) return;
    const length = (bytes[at + 2] ?? 0) * 256 + (bytes[at + 3] ?? 0);
    if (at + 4 > bytes.length || at + 2 + length > bytes.length) cutShort(file, bytes);
    yield { code, contents: bytes.subarray(at + 4, at + 2 + length) };
    at += 2 + Math.max(2, length);
  }
}

/** Of a segment, or of the end. */
function isMarker(code: number): boolean {
  return code >= 0xc0 && code <= 0xfe && !(code >= 0xd0 && code <= 0xd8);
}

function cutShort(file: string, bytes: Uint8Array): never {
  return fail(dataDiagnostics.corrupt({ args: [file, `the end of the file after ${bytes.length} bytes`, 'an end-of-image marker'], help: 'fetch the file again' }));
}
