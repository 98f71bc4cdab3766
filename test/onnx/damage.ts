// Damage to files, seeded: what disks, transfers and hands do to them, and lengths that lie.

import type { Stream } from '../../src/base/random.ts';
import { joined } from '../../src/onnx/format/encode.ts';

/** Bytes of a file after damage of one of several kinds. */
export function damaged(bytes: Uint8Array, random: Stream, seed: number): Uint8Array {
  let draws = 0;
  const below = (limit: number): number => Math.floor(random.uniform(seed * 64 + draws++) * limit);
  const result = Uint8Array.from(bytes);
  const at = below(bytes.length);
  switch (below(6)) {
    case 0: // bits
      for (let i = 0; i <= below(8); i++) result[below(bytes.length)]! ^= 1 << below(8);
      return result;
    case 1: // a byte that begins a long number
      result[at] = 0x80 | below(128);
      return result;
    case 2: // a length, a tag or a number set to an extreme
      result.set([0xff, 0xff, 0xff, 0xff, 0x07].slice(0, Math.min(1 + below(5), bytes.length - at)), at);
      return result;
    case 3: { // a piece lost
      const length = below(Math.min(64, bytes.length - at)) + 1;
      return joined([bytes.subarray(0, at), bytes.subarray(at + length)]);
    }
    case 4: { // a piece twice
      const end = at + below(Math.min(64, bytes.length - at)) + 1;
      return joined([bytes.subarray(0, end), bytes.subarray(at)]);
    }
    default: // noise
      for (let i = at; i < Math.min(bytes.length, at + 1 + below(32)); i++) result[i] = below(256);
      return result;
  }
}
