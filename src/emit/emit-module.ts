// Assembles what a build for a target with kernels in one memory writes: an ES module without static imports,
// its declarations, and the binary files beside it. The same arguments give the same bytes.
//
//   lenet.js     facts, runtime, load(), kernels (js) or what fetches them (wasm)
//   lenet.d.ts   types with literal shapes
//   lenet.wasm   the kernels, unless they are inside
//   lenet.bin    the weights, where they are large
//   lenet.worker.js    what its threads run, where it can have several
//
// Weights of fewer bits than f32 (ModuleRequest.weightType) travel in a section of the wasm file, or as the text of the
// module, and are widened by load().
//
// Every one of them carries the id of the build.

import type { KernelModule } from '../ir/kernel.ts';
import { encodeBase64 } from './base64.ts';
import { buildId, withBuildId } from './build-id.ts';
import { declarationsText, weightsOption } from './declarations.ts';
import type { KernelPrinter } from './kernel-printer.ts';
import { factsOf, identityOfFacts } from './module-facts.ts';
import type { FactSources } from './module-facts.ts';
import { moduleText } from './module-text.ts';
import { partConstant, weightsFileRoots, weightsFileText } from './part.ts';
import type { Part } from './part.ts';
import type { RuntimeFunction } from './runtime-functions.ts';
import { segmentBytes } from './segments.ts';
import { placedWeights, widenedWeights } from './stored-weights.ts';
import type { StoredWeights } from './stored-weights.ts';
import type { WeightType } from './weight-types/weight-type.ts';

/** What a module is to be, beside its kernels. */
export interface ModuleRequest extends Omit<FactSources, 'kernels'> {
  /** Base name of the files; what is not a letter, digit, `-`, `_` or `.` becomes `-`. */
  readonly file: string;
  /** Put code of a binary format inside the ES module. */
  readonly inline: boolean;
  readonly runtime: readonly RuntimeFunction[];
  /** How weights are stored; absent: as kernels have them. */
  readonly weightType?: WeightType;
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
  const { target, kernels, weightType } = options;
  const widened = weightType && widenedWeights(weightType, kernels);
  const large = (widened?.bytes.length ?? segmentBytes(kernels)) > insideLimit;
  const code = await target.print(kernels, large || widened ? 'separate' : 'inside');
  const file = fileBase(options.file);
  const stored = widened ?? (large || !target.holdsWeights ? placedWeights(kernels, large) : undefined);

  const about = factsOf(options);
  const build = await buildId([JSON.stringify([identityOfFacts(about), stored?.ranges ?? []]), code.content, stored?.bytes ?? '']);
  const facts = { ...about, build };

  const beside: EmittedFile[] = [];
  const inside = (bytes: Uint8Array): Part => ({ kind: 'inside', base64: encodeBase64(bytes) });
  const ownFile = (bytes: Uint8Array<ArrayBuffer>, extension: string): Part => {
    beside.push({ path: `${file}.${extension}`, content: bytes });
    return { kind: 'beside', file: `${file}.${extension}` };
  };
  const { options: takes, statements, compute, versions, inThreads, roots, rest, aboard } = code.carry(build, options.inline ? inside : ownFile, options.runtime, large ? undefined : widened?.bytes);
  const weights = stored && (aboard ? { fill: stored.fill(aboard.bytes), roots: [stored.root, aboard.root] } : weightsText(stored, large ? ownFile(withBuildId(stored.whole, build), 'bin') : inside(stored.inText())));
  const loadOptions = [...takes, ...(large ? [weightsOption] : [])];
  const told = [...(versions ? ['runs'] : []), ...(inThreads ? ['threads'] : [])];
  const telling = told.length > 0 ? `{ ...facts, meta: { ...facts.meta, ${told.join(', ')} } }` : 'facts';
  const make = facts.inputs.length === 1 && facts.outputs.length === 1 ? 'makeNet' : 'makeNamedNet';
  const net = `${make}(${telling}, plan, memory, ${compute})`;
  const threaded = `close ? makeThreadedNet(${telling}, plan, memory, ${compute}, close) : makePromisedNet(${telling}, ${net}.run)`;
  const text = moduleText(facts, {
    constants: stored?.ranges ? [['ranges', stored.ranges.map(({ to, from, length }) => [to, from, length])]] : [],
    load: {
      doc: 'Loads the network, with memory of its own.',
      options: loadOptions.map(({ name }) => name),
      statements: [...(weights?.first ?? []), ...statements, ...(weights ? [weights.fill] : []), `return ${inThreads ? threaded : net};`],
    },
    roots: [make, ...(inThreads ? ['makeThreadedNet', 'makePromisedNet'] : []), ...roots, ...(weights?.roots ?? [])],
    rest: [...rest, ...(weights?.rest ?? [])],
    runtime: options.runtime,
  });
  return {
    files: [{ path: `${file}.js`, content: text }, { path: `${file}.d.ts`, content: declarationsText(facts, loadOptions, versions, inThreads) }, ...beside],
  };
}

interface WeightsText {
  /** Statements that get them, before anything is started that would have to be ended where they cannot be had. */
  readonly first?: readonly string[];
  readonly fill: string;
  readonly roots: readonly string[];
  readonly rest?: readonly string[];
}

/** The weights that lie beside the code. Inside they are no option: they are part of the module's text anyway. */
function weightsText({ bytes, fromText, fill, root }: StoredWeights, part: Part): WeightsText {
  return part.kind === 'inside'
    ? { fill: fill(fromText.call('decodeBase64(weights)')), roots: [root, ...fromText.roots, 'decodeBase64'], rest: partConstant('weights', part) }
    : { first: [`const weights = ${weightsFileText(part.file, bytes.length)};`], fill: fill('weights'), roots: [root, ...weightsFileRoots] };
}

/** A file name from any text. */
export function fileBase(text: string): string {
  const safe = text.replace(/[^\w.-]+/g, '-').replace(/^[.-]+/, '').slice(0, 100);
  return safe === '' ? 'network' : safe;
}
