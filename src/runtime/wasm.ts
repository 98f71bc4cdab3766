// Starts WebAssembly in an emitted module: the version of its code that the engine has. Part of emitted modules.

import { bytesOf, checkBuild, describeBytes } from './files.ts';
import type { FoundFile } from './files.ts';
import { kindOf } from './numbers.ts';

export interface StartedWasm {
  readonly memory: ArrayBuffer;
  readonly compute: () => void;
  /** The version that runs. */
  readonly runs: 'relaxed' | 'strict';
}

/** Bytes `from` up to `to`; without `to`, up to the end. */
export type ByteRange = readonly [from: number, to: number] | readonly [from: number];

/** Whether the engine has relaxed SIMD, that is, whether it takes a function of nothing but a relaxed multiply-add. */
export function hasRelaxedSimd(): boolean {
  return WebAssembly.validate(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 123, 1, 123, 3, 2, 1, 0, 10, 13, 1, 11, 0, 32, 0, 32, 0, 32, 0, 253, 133, 2, 11));
}

/** Whether the caller of `load` lets it pick the relaxed version. Throws a TypeError where what it says is neither true nor false. */
export function mayRelax(options: Readonly<Record<string, unknown>>): boolean {
  const relaxed = options['relaxed'] ?? true;
  if (typeof relaxed !== 'boolean') throw new TypeError(`load({ relaxed }): expected true or false, found ${kindOf(relaxed)}`);
  return relaxed;
}

/** The relaxed version of a file that holds both: these ranges of its bytes, one after the other. */
export function relaxedVersion(file: Uint8Array, ranges: readonly ByteRange[]): Uint8Array<ArrayBuffer> {
  const pieces = ranges.map(([from, to]) => file.subarray(from, to));
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** The id of the build that a module is of. */
export function buildOf(module: WebAssembly.Module): string {
  const [id = new ArrayBuffer()] = WebAssembly.Module.customSections(module, 'ssl-compile');
  return String.fromCharCode(...new Uint8Array(id));
}

/**
 * Compiles, unless that is done, and starts the kernels; they own their memory, which never grows. The relaxed version
 * runs where the engine has relaxed SIMD and makes something of it, else the strict one. A compiled module is strict.
 */
export async function startWasm({ content, from }: FoundFile, build: string, relax: boolean, relaxed: readonly ByteRange[]): Promise<StartedWasm> {
  const start = async (module: WebAssembly.Module, runs: StartedWasm['runs']): Promise<StartedWasm> => {
    checkBuild(buildOf(module), build, from);
    const { exports } = await WebAssembly.instantiate(module);
    return { memory: (exports['memory'] as WebAssembly.Memory).buffer, compute: exports['run'] as () => void, runs };
  };
  if (kindOf(content) === 'WebAssembly.Module') return start(content, 'strict');
  const bytes = bytesOf(content as ArrayBuffer);
  if (relax && hasRelaxedSimd()) {
    try {
      return await start(await WebAssembly.compile(relaxedVersion(bytes, relaxed)), 'relaxed');
    } catch {
      // An engine that promises more than it keeps, or a file that is wrong: of that the strict version tells.
    }
  }
  const module = await WebAssembly.compile(bytes).catch((error: Error) => {
    throw new Error(`${from}: ${describeBytes(bytes)}. ${error.message}`, { cause: error });
  });
  return start(module, 'strict');
}

/** The weights that travel in the file of the code, where they take fewer bits than in memory: from that byte of it on. The file is known to be of this build. */
export function weightsAboard({ content }: FoundFile, from: number): Uint8Array {
  if (kindOf(content) === 'WebAssembly.Module') return new Uint8Array(WebAssembly.Module.customSections(content, 'ssl-compile weights')[0] as ArrayBuffer);
  return bytesOf(content as ArrayBuffer).subarray(from);
}
