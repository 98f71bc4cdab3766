// Takes files out of a tar archive as its bytes come. A member is known by its whole name, and nothing is ever written
// to a name that an archive gives.

import { fail } from '../../base/diagnostic.ts';
import { dataDiagnostics } from '../../data/diagnostics.ts';
import { tarBlock, tarHeader } from '../../data/formats/tar.ts';

export interface UnpackedMember {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * The regular files of the archive that `wanted` names, in its order, one in memory at a time.
 * @param archive For messages.
 * @param contents Of the archive, in pieces of any length.
 * @param mostBytes Of a member.
 * Fails with `data/corrupt` or `data/too-large`.
 */
export async function* tarMembers(archive: string, contents: AsyncIterable<Uint8Array>, wanted: ReadonlySet<string>, mostBytes: number): AsyncGenerator<UnpackedMember> {
  const reader = readerOf(contents);
  for (;;) {
    const header = await reader.read(tarBlock);
    // An archive may also end without its blocks of zeros.
    const member = header.length === 0 ? undefined : tarHeader(archive, header.length === tarBlock ? header : cutShort(archive));
    if (member === undefined) return;
    const { name, bytes: length, regular } = member;
    const filling = (tarBlock - (length % tarBlock)) % tarBlock;
    if (!regular || !wanted.has(name)) {
      await reader.skip(length + filling);
      continue;
    }
    if (length > mostBytes) fail(dataDiagnostics['too-large']({ args: [`${name} of ${archive}`, `${length} bytes`, `${mostBytes} bytes`] }));
    const bytes = await reader.read(length);
    if (bytes.length < length) cutShort(archive);
    yield { name, bytes };
    await reader.skip(filling);
  }
}

function cutShort(archive: string): never {
  return fail(dataDiagnostics.corrupt({ args: [archive, 'its end within a member', 'a whole archive'], help: 'fetch the file again' }));
}

interface Reader {
  /** Fewer bytes only where the contents end. */
  readonly read: (length: number) => Promise<Uint8Array>;
  readonly skip: (length: number) => Promise<void>;
}

function readerOf(contents: AsyncIterable<Uint8Array>): Reader {
  const pieces = contents[Symbol.asyncIterator]();
  let piece: Uint8Array = new Uint8Array(0);
  const take = async (length: number, use: (part: Uint8Array, at: number) => void): Promise<number> => {
    let taken = 0;
    while (taken < length) {
      if (piece.length === 0) {
        const next = await pieces.next();
        if (next.done === true) break;
        piece = next.value;
      }
      const part = piece.subarray(0, length - taken);
      use(part, taken);
      piece = piece.subarray(part.length);
      taken += part.length;
    }
    return taken;
  };
  return {
    read: async (length) => {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, await take(length, (part, at) => bytes.set(part, at)));
    },
    skip: async (length) => {
      await take(length, () => {});
    },
  };
}
