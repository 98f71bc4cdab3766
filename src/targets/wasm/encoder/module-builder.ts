// A WebAssembly module in binary (WebAssembly Core Specification 2.0, section 5.5), from its parts. The
// same calls give the same bytes.

import { invariant } from '../../../base/invariant.ts';
import { ByteWriter } from './byte-writer.ts';
import { FunctionBody } from './function-body.ts';
import { writeInstruction } from './instruction.ts';
import { valueTypeCode, writeMemoryType, writeValueTypes } from './types.ts';
import type { FunctionType, MemoryType } from './types.ts';

interface Import {
  readonly from: string;
  readonly name: string;
}

interface ImportedFunction extends Import {
  readonly type: FunctionType;
}

interface ImportedMemory extends Import {
  readonly type: MemoryType;
}

interface Global {
  readonly mutable: boolean;
  readonly value: number;
}

interface DefinedFunction {
  readonly name: string;
  readonly body: FunctionBody;
}

interface DataSegment {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

type ExportKind = 'function' | 'memory' | 'global';
const exportCode: Readonly<Record<ExportKind, number>> = { function: 0, memory: 2, global: 3 };

interface Export {
  readonly name: string;
  readonly kind: ExportKind;
  readonly index: number;
}

const header = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);
const endCode = 0x0b;

type SectionName = 'custom' | 'type' | 'import' | 'function' | 'memory' | 'global' | 'export' | 'code' | 'data';
const sectionCode: Readonly<Record<SectionName, number>> = {
  custom: 0, type: 1, import: 2, function: 3, memory: 5, global: 6, export: 7, code: 10, data: 11,
};

export interface EncodeOptions {
  /** Write the functions' names for debuggers and profilers. Off by default: they cost bytes. */
  readonly names?: boolean;
}

export class ModuleBuilder {
  readonly #types = new Map<string, { readonly index: number; readonly type: FunctionType }>();
  readonly #importedFunctions: ImportedFunction[] = [];
  readonly #functions: DefinedFunction[] = [];
  readonly #globals: Global[] = [];
  readonly #exports: Export[] = [];
  readonly #data: DataSegment[] = [];
  #importedMemory: ImportedMemory | undefined;
  #memory: MemoryType | undefined;

  /** Index of the imported function. Imports come before definitions, for they are numbered first. */
  importFunction(from: string, name: string, type: FunctionType): number {
    invariant(this.#functions.length === 0, () => `import of ${name} after a function was defined`);
    this.#typeIndex(type);
    return this.#importedFunctions.push({ from, name, type }) - 1;
  }

  importMemory(from: string, name: string, type: MemoryType): void {
    this.#claimMemory(type);
    this.#importedMemory = { from, name, type };
  }

  /** The module's own memory. */
  memory(type: MemoryType, exported?: string): void {
    this.#claimMemory(type);
    this.#memory = type;
    if (exported !== undefined) this.#export(exported, 'memory', 0);
  }

  /** Index of a new i32 global. */
  global(value: number, { mutable = false, exported }: { mutable?: boolean; exported?: string } = {}): number {
    const index = this.#globals.push({ mutable, value }) - 1;
    if (exported !== undefined) this.#export(exported, 'global', index);
    return index;
  }

  /** Index of a new function, whose body `write` emits; `name` is its name as an export, if it is one. */
  function(
    name: string,
    type: FunctionType,
    write: (body: FunctionBody) => void,
    { exported = false }: { exported?: boolean } = {},
  ): number {
    this.#typeIndex(type);
    const body = new FunctionBody(type);
    const index = this.#importedFunctions.length + this.#functions.push({ name, body }) - 1;
    if (exported) this.#export(name, 'function', index);
    write(body);
    return index;
  }

  /** Bytes that instantiation copies to `offset` of the memory. Kept as the view given, not copied. */
  data(offset: number, bytes: Uint8Array): void {
    this.#data.push({ offset, bytes });
  }

  encode({ names = false }: EncodeOptions = {}): Uint8Array<ArrayBuffer> {
    const dataBytes = this.#data.reduce((sum, segment) => sum + segment.bytes.length + 16, 0);
    const out = new ByteWriter(1024 + dataBytes);
    out.bytes(header);
    writeList(out, 'type', [...this.#types.values()], (section, { type }) => {
      section.byte(0x60);
      writeValueTypes(section, type.params);
      writeValueTypes(section, type.results);
    });
    this.#writeImports(out);
    writeList(out, 'function', this.#functions, (section, { body }) => section.unsigned(this.#typeIndex(body.type)));
    writeList(out, 'memory', this.#memory ? [this.#memory] : [], writeMemoryType);
    writeList(out, 'global', this.#globals, (section, { mutable, value }) => {
      section.byte(valueTypeCode.i32);
      section.byte(mutable ? 1 : 0);
      writeConstant(section, value);
    });
    writeList(out, 'export', this.#exports, (section, { name, kind, index }) => {
      section.name(name);
      section.byte(exportCode[kind]);
      section.unsigned(index);
    });
    writeList(out, 'code', this.#functions, (section, { body }) => body.writeTo(section));
    writeList(out, 'data', this.#data, (section, { offset, bytes }) => {
      section.byte(0);
      writeConstant(section, offset);
      section.sized(bytes);
    });
    if (names) this.#writeNames(out);
    return out.view().slice();
  }

  #writeImports(out: ByteWriter): void {
    const memory = this.#importedMemory;
    writeList(out, 'import', [...this.#importedFunctions, ...(memory ? [memory] : [])], (section, imported) => {
      section.name(imported.from);
      section.name(imported.name);
      if ('params' in imported.type) {
        section.byte(0);
        section.unsigned(this.#typeIndex(imported.type));
      } else {
        section.byte(2);
        writeMemoryType(section, imported.type);
      }
    });
  }

  /** The `name` custom section, with subsection 1: function names. */
  #writeNames(out: ByteWriter): void {
    const named = [...this.#importedFunctions, ...this.#functions];
    const list = new ByteWriter();
    list.unsigned(named.length);
    for (const [index, { name }] of named.entries()) {
      list.unsigned(index);
      list.name(name);
    }
    const section = new ByteWriter(list.length + 16);
    section.name('name');
    section.byte(1);
    section.sized(list.view());
    writeSection(out, 'custom', section);
  }

  #typeIndex(type: FunctionType): number {
    const key = `${type.params.join()}:${type.results.join()}`;
    const known = this.#types.get(key);
    if (known) return known.index;
    const index = this.#types.size;
    this.#types.set(key, { index, type });
    return index;
  }

  #export(name: string, kind: ExportKind, index: number): void {
    invariant(!this.#exports.some((other) => other.name === name), () => `two exports named ${name}`);
    this.#exports.push({ name, kind, index });
  }

  #claimMemory(type: MemoryType): void {
    invariant(!this.#memory && !this.#importedMemory, 'a second memory');
    invariant(!type.shared || type.maximum !== undefined, 'a shared memory without a maximum');
  }
}

function writeSection(out: ByteWriter, name: SectionName, content: ByteWriter): void {
  out.byte(sectionCode[name]);
  out.sized(content.view());
}

/** A section that is a counted list; an empty one is left out. */
function writeList<T>(
  out: ByteWriter,
  name: SectionName,
  items: readonly T[],
  write: (section: ByteWriter, item: T) => void,
): void {
  if (items.length === 0) return;
  const section = new ByteWriter();
  section.unsigned(items.length);
  for (const item of items) write(section, item);
  writeSection(out, name, section);
}

/** A constant expression: `i32.const value`, `end`. */
function writeConstant(out: ByteWriter, value: number): void {
  writeInstruction(out, 'i32.const', value);
  out.byte(endCode);
}
