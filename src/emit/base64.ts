// Bytes as text.

/** Words of four bytes, plane by plane: what the runtime's `joinPlanes` takes back. */
export function splitPlanes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const words = bytes.length / 4;
  const planes = new Uint8Array(bytes.length);
  for (const [i, byte] of bytes.entries()) planes[(i % 4) * words + Math.floor(i / 4)] = byte;
  return planes;
}

/** RFC 4648, padded. */
export function encodeBase64(bytes: Uint8Array): string {
  // In runs, for a call takes a limited number of arguments; a multiple of 3 bytes needs no padding between.
  const run = 3 * 4096;
  const pieces: string[] = [];
  for (let from = 0; from < bytes.length; from += run) {
    pieces.push(btoa(String.fromCharCode(...bytes.subarray(from, from + run))));
  }
  return pieces.join('');
}
