// Two versions of a module in one file, where the bodies of some functions are all that differs: constants and equal
// functions are held once.
//
//   header, types, ..., exports
//   code                 of the first version
//   custom section       of the second version: the head of its code section, and the bodies that differ
//   data, ...
//
// The file itself is the first version; engines skip the custom section. The second version is ranges of the file, one
// after the other: what stands before the code, head and bodies from there and here, what stands behind.

import { invariant, present } from '../../../base/invariant.ts';
import type { ByteRange } from '../../../runtime/wasm.ts';
import { ByteWriter } from './byte-writer.ts';
import { headerBytes, unsignedAt } from './read-sections.ts';

type Span = readonly [from: number, to: number];

export interface TwoVersions {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Ranges of them that are the second version; the last one goes on to the end, whatever is appended. */
  readonly second: readonly ByteRange[];
}

const codeId = 10;
/** For an equal body of fewer bytes no range is begun: in the text of a module, two ranges more are as long. */
const worthRange = 32;

/** @param name Of the custom section. @param second Its data may be missing. */
export function withSecondCode(first: Uint8Array, second: Uint8Array, name: string): TwoVersions {
  const [code, other] = [codeSection(first), codeSection(second)];
  invariant(code.bodies.length === other.bodies.length, 'versions of different functions');
  const section = new ByteWriter();
  section.name(name);
  /** Of the second version's code; `inSection`: counted from the start of the section's content. */
  const pieces: { readonly inSection: boolean; readonly span: Span }[] = [];
  const hold = ([from, to]: Span): void => {
    pieces.push({ inSection: true, span: [section.length, section.length + to - from] });
    section.bytes(second.subarray(from, to));
  };
  hold([other.from, other.bodies[0]?.[0] ?? other.to]);
  for (const [i, body] of code.bodies.entries()) {
    const otherBody = present(other.bodies[i], 'a body');
    const worth = body[1] - body[0] >= worthRange || pieces.at(-1)?.inSection === false;
    if (worth && equalBytes(first.subarray(...body), second.subarray(...otherBody))) pieces.push({ inSection: false, span: body });
    else hold(otherBody);
  }

  const out = new ByteWriter(first.length + section.length + headerBytes);
  out.bytes(first.subarray(0, code.to));
  out.byte(0);
  out.sized(section.view());
  const [start, behind] = [out.length - section.length, out.length];
  out.bytes(first.subarray(code.to));
  const placed = pieces.map(({ inSection, span: [from, to] }): Span => (inSection ? [start + from, start + to] : [from, to]));
  return { bytes: out.view().slice(), second: [...joined([[0, code.from], ...placed]), [behind]] };
}

/** Those that follow one another as one. */
function joined(spans: readonly Span[]): readonly Span[] {
  const found: Span[] = [];
  for (const span of spans) {
    const last = found.at(-1);
    if (last && last[1] === span[0]) found[found.length - 1] = [last[0], span[1]];
    else found.push(span);
  }
  return found;
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Where a module's code section lies, its id and size included, and each function's body in it, its size included. */
function codeSection(module: Uint8Array): { readonly from: number; readonly to: number; readonly bodies: readonly Span[] } {
  for (let from = headerBytes; from < module.length; ) {
    const [size, start] = unsignedAt(module, from + 1);
    const to = start + size;
    if (module[from] === codeId) return { from, to, bodies: bodiesOf(module, start) };
    from = to;
  }
  return { from: module.length, to: module.length, bodies: [] };
}

/** @param start Of the section's content. */
function bodiesOf(module: Uint8Array, start: number): readonly Span[] {
  let [count, from] = unsignedAt(module, start);
  const bodies: Span[] = [];
  for (; count > 0; count--) {
    const [size, content] = unsignedAt(module, from);
    bodies.push([from, content + size]);
    from = content + size;
  }
  return bodies;
}
