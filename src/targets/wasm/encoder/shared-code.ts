// A module that has a memory of its own, as one that imports a shared memory: ranges of the same file, one after the other.
//
//   header, types, ..., memory, exports, code, ..., data      own memory, filled with the data by whoever instantiates it
//   custom section                                            holds an import section
//
//   header, types | import section | ... | exports, code, ...     shared memory, filled once by whoever has made it
//
// Indices stay what they are: the imported memory is number 0, as the own one was, and there are no other imports.

import { invariant } from '../../../base/invariant.ts';
import type { ByteRange } from '../../../runtime/wasm.ts';
import { ByteWriter } from './byte-writer.ts';
import { withCustomSection } from './custom-section.ts';
import { writeMemoryType } from './types.ts';
import { headerBytes, unsignedAt } from './read-sections.ts';

type Span = readonly [from: number, to: number];

const sectionId = { type: 1, import: 2, memory: 5, data: 11 } as const;

export interface SharedVersion {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The ranges that make the shared version of one. @param ranges All of the file, or those of another version. */
  readonly shared: (ranges: readonly ByteRange[]) => readonly ByteRange[];
  /** Where the contents of its data segments begin, in order. */
  readonly segments: readonly number[];
}

/** @param name Of the custom section. @param pages Of the memory. @param from The module and the name that the memory is imported by. */
export function withSharedCode(module: Uint8Array, name: string, pages: number, from: readonly [module: string, name: string]): SharedVersion {
  const sections = spansOf(module);
  const [, importAt] = sections.get(sectionId.type) ?? [headerBytes, headerBytes];
  invariant(!sections.has(sectionId.import) && sections.has(sectionId.memory), 'a module with a memory of its own and no imports');
  const section = importSection(pages, from);
  const bytes = withCustomSection(module, name, section);
  const held: Span = [bytes.length - section.length, bytes.length];
  const data = sections.get(sectionId.data);
  const left = [sections.get(sectionId.memory), data].flatMap((span) => (span ? [span] : []));
  return {
    bytes,
    shared: (ranges) => [...rangesWithin(ranges, [[0, importAt]]), held, ...rangesWithin(ranges, outside(left, importAt))],
    segments: data ? segmentsOf(module, data) : [],
  };
}

/** Sections by their id, each with its id and size. Custom ones have none to be found by. */
function spansOf(module: Uint8Array): ReadonlyMap<number, Span> {
  const spans = new Map<number, Span>();
  for (let from = headerBytes; from < module.length; ) {
    const [size, start] = unsignedAt(module, from + 1);
    const id = module[from] ?? 0;
    if (id !== 0) spans.set(id, [from, start + size]);
    from = start + size;
  }
  return spans;
}

function importSection(pages: number, [module, name]: readonly [string, string]): Uint8Array {
  const content = new ByteWriter();
  content.unsigned(1);
  content.name(module);
  content.name(name);
  content.byte(2);
  writeMemoryType(content, { initial: pages, maximum: pages, shared: true });
  const out = new ByteWriter();
  out.byte(sectionId.import);
  out.sized(content.view());
  return out.view();
}

/** What lies from `start` on between spans that are in order; the last goes on to the end. */
function outside(spans: readonly Span[], start: number): readonly ByteRange[] {
  const ranges: ByteRange[] = [];
  let from = start;
  for (const [at, to] of spans) {
    ranges.push([from, at]);
    from = to;
  }
  return [...ranges, [from]];
}

/** What ranges and other ranges have in common, in the order of the first; empty ones are left out. */
function rangesWithin(ranges: readonly ByteRange[], others: readonly ByteRange[]): readonly ByteRange[] {
  return ranges.flatMap(([from, to = Infinity]) =>
    others.flatMap(([start, end = Infinity]): ByteRange[] => {
      const [first, last] = [Math.max(from, start), Math.min(to, end)];
      if (first >= last) return [];
      return [last === Infinity ? [first] : [first, last]];
    }),
  );
}

/** Active segments of memory 0 at a constant: flags, `i32.const`, address, `end`, size, content. */
function segmentsOf(module: Uint8Array, [from]: Span): readonly number[] {
  const [, start] = unsignedAt(module, from + 1);
  const [count, first] = unsignedAt(module, start);
  const contents: number[] = [];
  let at = first;
  for (let i = 0; i < count; i++) {
    const [, address] = unsignedAt(module, at + 2);
    const [size, content] = unsignedAt(module, address + 1);
    contents.push(content);
    at = content + size;
  }
  return contents;
}
