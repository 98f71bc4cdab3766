// Assembles what a build writes: an ES module without static imports, its declarations, and the binary files
// beside it. The same arguments give the same bytes.
//
//   lenet.js     facts, runtime, load(), kernels (js) or what fetches them (wasm)
//   lenet.d.ts   types with literal shapes
//   lenet.wasm   the kernels, unless they are inside
//   lenet.bin    the weights, where they are large
//
// Every one of them carries the id of the build.

import type { KernelModule } from '../ir/kernel.ts';
import { packSegments, segmentBytes } from '../targets/segments.ts';
import type { KernelTarget } from '../targets/target.ts';
import { withCustomSection } from '../targets/wasm/encoder/custom-section.ts';
import { encodeBase64, splitPlanes } from './base64.ts';
import { buildId, buildIdLength, withBuildId } from './build-id.ts';
import { declarationsText } from './declarations.ts';
import { factsOf } from './module-facts.ts';
import type { FactSources } from './module-facts.ts';
import { moduleText, optionsOf } from './module-text.ts';
import type { ModuleParts, Part } from './module-text.ts';

export interface EmitOptions extends FactSources {
  readonly target: KernelTarget;
  readonly kernels: KernelModule;
  /** Base name of the files; what is not a letter, digit, `-`, `_` or `.` becomes `-`. */
  readonly file: string;
  /** Put the code of a `wasm` module inside the ES module. */
  readonly inline: boolean;
  /** Source texts of the runtime, TypeScript or JavaScript. */
  readonly runtime: readonly string[];
}

export interface EmittedFile {
  /** Relative to the output folder. */
  readonly path: string;
  readonly content: string | Uint8Array<ArrayBuffer>;
}

export interface EmittedModule {
  readonly files: readonly EmittedFile[];
}

/** The custom section that holds the id of the build: runtime/net reads it. */
const sectionName = 'ssl-compile';

/** More constant data than this is a file of its own. */
export const insideLimit: number = 16 * 2 ** 20;

export async function emitModule(options: EmitOptions): Promise<EmittedModule> {
  const { target, kernels } = options;
  // Half a second to import: only here.
  const morph = await import('ts-morph');
  const file = fileBase(options.file);
  const large = segmentBytes(kernels) > insideLimit;
  const code = target.print(kernels, large ? 'separate' : 'inside');
  const packed = large || !target.holdsWeights ? packSegments(kernels, large ? buildIdLength : 0) : undefined;

  const about = factsOf(options);
  const build = await buildId([JSON.stringify([about, packed?.ranges ?? []]), code.kind === 'wasm' ? code.bytes : code.text, packed?.bytes ?? '']);
  const facts = { ...about, build };

  const beside: EmittedFile[] = [];
  const part = (bytes: Uint8Array<ArrayBuffer>, inside: boolean, extension: string): Part => {
    if (inside) return { kind: 'inside', base64: encodeBase64(bytes) };
    beside.push({ path: `${file}.${extension}`, content: bytes });
    return { kind: 'beside', file: `${file}.${extension}` };
  };
  const parts: ModuleParts = {
    kernels: code.kind === 'wasm'
      ? { kind: 'wasm', code: part(withCustomSection(code.bytes, sectionName, new TextEncoder().encode(build)), options.inline, 'wasm') }
      : { kind: 'js', text: code.text, bytes: 4 * kernels.elements },
    ...(packed && { weights: { data: part(large ? withBuildId(packed.whole, build) : splitPlanes(packed.bytes), !large, 'bin'), ranges: packed.ranges } }),
    runtime: options.runtime,
  };
  const text = moduleText(morph, facts, parts);
  const declarations = declarationsText(morph, facts, optionsOf(parts));
  return {
    files: [{ path: `${file}.js`, content: text }, { path: `${file}.d.ts`, content: declarations }, ...beside],
  };
}

/** A file name from any text. */
export function fileBase(text: string): string {
  const safe = text.replace(/[^\w.-]+/g, '-').replace(/^[.-]+/, '').slice(0, 100);
  return safe === '' ? 'network' : safe;
}
