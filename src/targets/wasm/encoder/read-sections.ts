// What is read of a finished module to find its sections (WebAssembly Core Specification 2.0, section 5.5).

import { present } from '../../../base/invariant.ts';

export const headerBytes = 8;

/** The unsigned LEB128 number at `at`, and where it ends. */
export function unsignedAt(bytes: Uint8Array, at: number): readonly [value: number, end: number] {
  let value = 0;
  let end = at;
  for (let shift = 0, byte = 0x80; byte >= 0x80; shift += 7) {
    byte = present(bytes[end++], 'a number of a module');
    value += (byte & 0x7f) * 2 ** shift;
  }
  return [value, end];
}
