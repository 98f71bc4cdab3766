// A custom section behind a finished module: what engines skip and `WebAssembly.Module.customSections` reads
// (WebAssembly Core Specification 2.0, section 5.5.3).

import { ByteWriter } from './byte-writer.ts';

export function withCustomSection(module: Uint8Array, name: string, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const section = new ByteWriter();
  section.name(name);
  section.bytes(content);
  const out = new ByteWriter(module.length + section.length + 8);
  out.bytes(module);
  out.byte(0);
  out.sized(section.view());
  return out.view().slice();
}
