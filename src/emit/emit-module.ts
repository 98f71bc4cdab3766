// Assembles what a build for a target with kernels in one memory writes: an ES module without static imports,
// its declarations, and the binary files beside it. The same arguments give the same bytes.
//
//   lenet.js     facts, runtime, load(), kernels (js) or what fetches them (wasm)
//   lenet.d.ts   types with literal shapes
//   lenet.wasm   the kernels, unless they are inside
//   lenet.bin    the weights, where they are large
//   lenet.worker.js    what its threads run, where it can have several
//
// Every one of them carries the id of the build.

import type { KernelModule } from '../ir/kernel.ts';
import { encodeBase64, splitPlanes } from './base64.ts';
import { buildId, buildIdLength, withBuildId } from './build-id.ts';
import { declarationsText, weightsOption } from './declarations.ts';
import type { KernelPrinter } from './kernel-printer.ts';
import { factsOf } from './module-facts.ts';
import type { FactSources } from './module-facts.ts';
import { moduleText } from './module-text.ts';
import { partConstant, weightsFileRoots, weightsFileText } from './part.ts';
import type { Part } from './part.ts';
import type { RuntimeFunction } from './runtime-functions.ts';
import { packSegments, segmentBytes } from './segments.ts';

/** What a module is to be, beside its kernels. */
export interface ModuleRequest extends Omit<FactSources, 'kernels'> {
  /** Base name of the files; what is not a letter, digit, `-`, `_` or `.` becomes `-`. */
  readonly file: string;
  /** Put code of a binary format inside the ES module. */
  readonly inline: boolean;
  readonly runtime: readonly RuntimeFunction[];
}

export interface EmitOptions extends ModuleRequest {
  readonly target: KernelPrinter;
  readonly kernels: KernelModule;
}

export interface EmittedFile {
  /** Relative to the output folder. */
  readonly path: string;
  readonly content: string | Uint8Array<ArrayBuffer>;
}

export interface EmittedModule {
  readonly files: readonly EmittedFile[];
}

/** More constant data than this is a file of its own. */
export const insideLimit: number = 16 * 2 ** 20;

export async function emitModule(options: EmitOptions): Promise<EmittedModule> {
  const { target, kernels } = options;
  const large = segmentBytes(kernels) > insideLimit;
  const code = await target.print(kernels, large ? 'separate' : 'inside');
  const file = fileBase(options.file);
  const packed = large || !target.holdsWeights ? packSegments(kernels, large ? buildIdLength : 0) : undefined;

  const about = factsOf(options);
  const build = await buildId([JSON.stringify([about, packed?.ranges ?? []]), code.content, packed?.bytes ?? '']);
  const facts = { ...about, build };

  const beside: EmittedFile[] = [];
  const part = (bytes: Uint8Array<ArrayBuffer>, inside: boolean, extension: string): Part => {
    if (inside) return { kind: 'inside', base64: encodeBase64(bytes) };
    beside.push({ path: `${file}.${extension}`, content: bytes });
    return { kind: 'beside', file: `${file}.${extension}` };
  };
  const { options: takes, statements, compute, versions, inThreads, roots, rest } = code.carry(build, (bytes, extension) => part(bytes, options.inline, extension), options.runtime);
  const weights = packed && weightsText(part(large ? withBuildId(packed.whole, build) : splitPlanes(packed.bytes), !large, 'bin'), packed.bytes.length);
  const loadOptions = [...takes, ...(large ? [weightsOption] : [])];
  const told = [...(versions ? ['runs'] : []), ...(inThreads ? ['threads'] : [])];
  const telling = told.length > 0 ? `{ ...facts, meta: { ...facts.meta, ${told.join(', ')} } }` : 'facts';
  const net = inThreads ? `makeThreadedNet(${telling}, plan, memory, ${compute}, close)` : `makeNet(${telling}, plan, memory, ${compute})`;
  const text = moduleText(facts, {
    constants: packed ? [['ranges', packed.ranges.map(({ to, from, length }) => [to, from, length])]] : [],
    load: {
      doc: 'Loads the network, with memory of its own.',
      options: loadOptions.map(({ name }) => name),
      statements: [...statements, ...(weights ? [`placeWeights(memory, ${weights.bytes}, ranges);`] : []), `return ${net};`],
    },
    roots: [inThreads ? 'makeThreadedNet' : 'makeNet', ...roots, ...(weights ? ['placeWeights', ...weights.roots] : [])],
    rest: [...rest, ...(weights?.rest ?? [])],
    runtime: options.runtime,
  });
  return {
    files: [{ path: `${file}.js`, content: text }, { path: `${file}.d.ts`, content: declarationsText(facts, loadOptions, versions, inThreads) }, ...beside],
  };
}

/** The bytes of packed weights, as an expression of `load`. Inside they come plane by plane, and are no option: they are part of the module's text anyway. */
function weightsText(part: Part, length: number): { readonly bytes: string; readonly roots: readonly string[]; readonly rest: readonly string[] } {
  return part.kind === 'inside'
    ? { bytes: 'joinPlanes(decodeBase64(weights))', roots: ['joinPlanes', 'decodeBase64'], rest: partConstant('weights', part) }
    : { bytes: weightsFileText(part.file, length), roots: weightsFileRoots, rest: [] };
}

/** A file name from any text. */
export function fileBase(text: string): string {
  const safe = text.replace(/[^\w.-]+/g, '-').replace(/^[.-]+/, '').slice(0, 100);
  return safe === '' ? 'network' : safe;
}
