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
