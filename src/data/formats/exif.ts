// The one thing of EXIF that matters to pixels: how a camera was held (CIPA DC-008, tag 0x0112 of the first directory).

const orientation = 0x0112;
const entryBytes = 12;

/**
 * Whether the stored pixels are turned or mirrored against what was seen. What cannot be read says nothing.
 * @param contents Of a segment APP1.
 */
export function isTurned(contents: Uint8Array): boolean {
  if (String.fromCharCode(...contents.subarray(0, 6)) !== 'Exif\0\0') return false;
  const tiff = new DataView(contents.buffer, contents.byteOffset + 6, contents.byteLength - 6);
  const little = tiff.byteLength > 1 && tiff.getUint8(0) === 0x49;
  const at = (place: number, bytes: 2 | 4): number => (place + bytes > tiff.byteLength ? 0 : bytes === 2 ? tiff.getUint16(place, little) : tiff.getUint32(place, little));
  const directory = at(4, 4);
  const entries = at(directory, 2);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + i * entryBytes;
    if (entry + entryBytes > tiff.byteLength) return false;
    if (at(entry, 2) === orientation) return at(entry + 8, 2) > 1;
  }
  return false;
}
