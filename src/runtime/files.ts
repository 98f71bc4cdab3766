// The files of a build as its ES module gets them: read from beside it, or given to `load`. Each carries the id
// of its build, so that files of two builds never compute together. Part of emitted modules.

import { kindOf } from './numbers.ts';

/** Bytes that should be a file of the build (or a compiled module of it), and what messages call them. */
export interface FoundFile {
  readonly content: ArrayBuffer | ArrayBufferView | WebAssembly.Module;
  readonly from: string;
}

/** Throws a TypeError where `load` is called with anything but an object of options that there are. */
export function checkOptions(options: unknown, names: readonly string[]): void {
  const kind = kindOf(options);
  const wrong = kind === 'Object' ? Object.keys(options as object).find((name) => !names.includes(name)) : kind;
  if (wrong !== undefined) throw new TypeError(`load takes { ${names.join(', ')} }, found ${wrong}`);
}

/** What the caller of `load` has given, if anything. Throws a TypeError where it is neither bytes nor, as `wasm`, a compiled module. */
export function givenFile(options: Readonly<Record<string, unknown>>, name: string): FoundFile | undefined {
  const content = options[name] ?? undefined;
  const kind = kindOf(content);
  const from = `load({ ${name} })`;
  if (content === undefined) return content;
  if (!ArrayBuffer.isView(content) && kind !== 'ArrayBuffer' && name + kind !== 'wasmWebAssembly.Module') throw new TypeError(`${from}: expected bytes, found ${kind}`);
  return { content, from };
}

/** Imports a module of Node by name; part of the ES module's own text, for bundlers read the calls of `import`. */
type ImportNode = (name: string) => Promise<unknown>;

/** A file beside the module: from disk in Node, Deno and Bun, otherwise over the network. */
export async function readBeside(url: URL, importNode: ImportNode): Promise<FoundFile> {
  const from = url.href;
  const fail = (why: string, cause?: unknown): never => {
    throw new Error(`${from}: ${why}`, { cause });
  };
  if (url.protocol === 'file:') {
    const node = await importNode('node:fs/promises').catch((error: unknown) => fail('a page opened as a file cannot read files. Serve it over http, or build with --inline', error));
    return { content: await (node as { readonly readFile: (url: URL) => Promise<Uint8Array> }).readFile(url), from };
  }
  const failed = (error: Error): never => fail(error.message, error);
  const response = await fetch(url).catch(failed);
  if (!response.ok) fail(`${response.status} ${response.statusText}`);
  // A connection may end within the file.
  return { content: new Uint8Array(await response.arrayBuffer().catch(failed)), from };
}

export function bytesOf(content: ArrayBuffer | ArrayBufferView): Uint8Array<ArrayBuffer> {
  return ArrayBuffer.isView(content) ? new Uint8Array(content.buffer as ArrayBuffer, content.byteOffset, content.byteLength) : new Uint8Array(content);
}

/** In words, of bytes that are not what they should be: whoever sent them is seldom who reads the message. */
export function describeBytes(bytes: Uint8Array): string {
  const start = String.fromCharCode(...bytes.subarray(0, 24));
  let kind = '';
  if (/^[^\w<]*<[!?a-z]/i.test(start)) kind = ', an HTML page: servers answer one where there is no such file';
  if (start.startsWith('\x1f\x8b')) kind = ', gzip: serve it with "content-encoding: gzip"';
  return `${bytes.length} bytes ${JSON.stringify(start)}${kind}`;
}

/** Throws where a file belongs to another build than the module. */
export function checkBuild(found: string, build: string, from: string): void {
  if (found !== build) throw new Error(`${from} is of build ${found || 'unknown'}, this module of build ${build}. Use the files of one build; a cache may hold an old one`);
}

/** The weights out of a `.bin` file, which ends with the id of its build. */
export function weightsOf({ content, from }: FoundFile, length: number, build: string): Uint8Array<ArrayBuffer> {
  const bytes = bytesOf(content as ArrayBuffer);
  const end = String.fromCharCode(...bytes.subarray(-build.length));
  if (/^[\da-f]+$/.test(end)) checkBuild(end, build, from);
  const expected = length + build.length;
  if (bytes.length !== expected) throw new RangeError(`${from}: expected ${expected} bytes, found ${describeBytes(bytes)}`);
  checkBuild(end, build, from);
  return bytes.subarray(0, length);
}

export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}

/**
 * Words of four bytes that came plane by plane: the first byte of each, then the second of each. Exponents
 * then stand together, which compresses better.
 */
export function joinPlanes(planes: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(planes.length);
  const words = planes.length / 4;
  for (let plane = 0; plane < 4; plane++) {
    for (let i = 0; i < words; i++) bytes[4 * i + plane] = planes[plane * words + i] as number;
  }
  return bytes;
}
