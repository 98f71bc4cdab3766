// The headers of tar archives (POSIX.1-1988, ustar): a block of 512 bytes before the contents of each member, which are
// filled up to whole blocks. A block of zeros ends the archive.

import { fail } from '../../base/diagnostic.ts';
import { dataDiagnostics } from '../diagnostics.ts';

export const tarBlock = 512;

export interface TarMember {
  readonly name: string;
  /** Of its contents. */
  readonly bytes: number;
  /** A file, and no folder, link or record of the archive's own. */
  readonly regular: boolean;
}

/** Of the member that `block` begins; undefined at the end. Fails with `data/corrupt` naming the archive. */
export function tarHeader(archive: string, block: Uint8Array): TarMember | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  const sum = block.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 0x20 : byte), 0);
  const [bytes, promised] = [octal(block.subarray(124, 136)), octal(block.subarray(148, 156))];
  if (bytes === undefined || sum !== promised) {
    fail(dataDiagnostics.corrupt({ args: [archive, `a header with checksum ${promised ?? 'unreadable'}`, String(sum)], help: 'fetch the file again' }));
  }
  const type = block[156];
  return { name: text(block.subarray(0, 100)), bytes, regular: type === 0 || type === 0x30 };
}

/** Up to the first zero. */
function text(field: Uint8Array): string {
  const end = field.indexOf(0);
  return new TextDecoder('latin1').decode(end < 0 ? field : field.subarray(0, end));
}

/** Undefined where the field holds something else, such as the larger numbers of newer archives. */
function octal(field: Uint8Array): number | undefined {
  const digits = text(field).trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}
