// The first bytes of a file as people read them in messages.

/** `89 50 4e 47`, or `nothing` for an empty file. */
export function hexOf(bytes: Uint8Array, count = 4): string {
  if (bytes.length === 0) return 'nothing';
  return Array.from(bytes.subarray(0, count), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
