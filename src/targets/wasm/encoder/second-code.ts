// Two versions of a module in one file, where their code sections are all that differs: constants are held once.
//
//   header, types, ..., exports
//   code                            that of the first version
//   custom section: code            that of the second version, which engines take for a note and skip
//   data, ...
//
// The file itself is the first version. Without the bytes from the first code section up to the second one it is
// the second: the header of the custom section goes, and what it held is the code section.

import { present } from '../../../base/invariant.ts';
import { ByteWriter } from './byte-writer.ts';

/** Bytes `from` up to `to`. */
export type ByteRange = readonly [from: number, to: number];

export interface TwoVersions {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What of them the second version does not have. */
  readonly cut: ByteRange;
}

const headerBytes = 8;
const codeId = 10;

/** @param name Of the custom section. */
export function withSecondCode(first: Uint8Array, second: Uint8Array, name: string): TwoVersions {
  const [from, to] = codeSection(first);
  const code = second.subarray(...codeSection(second));
  const label = new ByteWriter();
  label.name(name);
  const out = new ByteWriter(first.length + code.length + label.length + headerBytes);
  out.bytes(first.subarray(0, to));
  out.byte(0);
  out.unsigned(label.length + code.length);
  out.bytes(label.view());
  const cut: ByteRange = [from, out.length];
  out.bytes(code);
  out.bytes(first.subarray(to));
  return { bytes: out.view().slice(), cut };
}

/** Where a module's code section lies, its id and size included. */
function codeSection(module: Uint8Array): ByteRange {
  for (let at = headerBytes; at < module.length; ) {
    const from = at;
    const id = module[at++];
    let size = 0;
    for (let shift = 0, byte = 0x80; byte >= 0x80; shift += 7) {
      byte = present(module[at++], 'size of a section');
      size += (byte & 0x7f) * 2 ** shift;
    }
    at += size;
    if (id === codeId) return [from, at];
  }
  return [module.length, module.length];
}
