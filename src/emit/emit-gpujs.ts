// Assembles what a build for gpu.js writes: an ES module that imports nothing, for the app gives `load` its
// own gpu.js; declarations; and the weights beside it where they are large. The same arguments give the
// same bytes.
//
//   const facts, plan      what the network is, where inputs and outputs go
//   export load()          starts the kernels in the caller's gpu.js
//   the runtime            src/runtime, what is needed of it
//   const kernels          text, shape and operands of each kernel
//   const weights          base64

import type * as TsMorph from 'ts-morph';
import { invariant } from '../base/invariant.ts';
import type { ThreadModule } from '../ir/thread-kernel.ts';
import { planModule } from '../targets/gpujs/plan.ts';
import type { PlannedKernel } from '../targets/gpujs/plan.ts';
import { encodeBase64, splitPlanes } from './base64.ts';
import { buildId, buildIdLength, withBuildId } from './build-id.ts';
import { fileBase, insideLimit } from './emit-module.ts';
import type { EmittedFile, EmittedModule } from './emit-module.ts';
import { gpujsDeclarations } from './gpujs-declarations.ts';
import { literalText, writeLiteral } from './literal.ts';
import type { Json } from './literal.ts';
import { factsOf } from './module-facts.ts';
import type { FactSources, ModuleFacts } from './module-facts.ts';
import { header, importNode, weightsFileText } from './module-text.ts';
import { runtimeFunctions } from './runtime-text.ts';

export interface EmitGpujsOptions extends Omit<FactSources, 'kernels'> {
  readonly module: ThreadModule;
  /** Base name of the files, as for other targets. */
  readonly file: string;
  /** Source texts of the runtime, TypeScript or JavaScript. */
  readonly runtime: readonly string[];
}

export async function emitGpujs(options: EmitGpujsOptions): Promise<EmittedModule> {
  const { module } = options;
  const morph = await import('ts-morph');
  const file = fileBase(options.file);
  const about = factsOf({ ...options, kernels: { bindings: [module.input, module.output] } });
  const { kernels, weights: values } = planModule(module);
  const whole = bytesOf(values, buildIdLength);
  const weights = whole.subarray(0, whole.length - buildIdLength);
  const build = await buildId([JSON.stringify([about, kernels]), weights]);
  const facts = { ...about, build };
  const inside = weights.length <= insideLimit;
  const bin = `${file}.bin`;
  const text = moduleText(morph, facts, { ...options, kernels, weights: inside ? { base64: encodeBase64(splitPlanes(weights)) } : { file: bin, bytes: weights.length } });
  const beside: readonly EmittedFile[] = inside ? [] : [{ path: bin, content: withBuildId(whole, build) }];
  return { files: [{ path: `${file}.js`, content: text }, { path: `${file}.d.ts`, content: gpujsDeclarations(morph, facts, !inside) }, ...beside] };
}

/** Little-endian, whatever the machine, and so many bytes of room behind. */
function bytesOf(weights: Float32Array, room: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(weights.byteLength + room));
  for (let i = 0; i < weights.length; i++) view.setFloat32(4 * i, weights[i] as number, true);
  return new Uint8Array(view.buffer);
}

interface TextParts extends EmitGpujsOptions {
  readonly kernels: readonly PlannedKernel[];
  readonly weights: { readonly base64: string } | { readonly file: string; readonly bytes: number };
}

function moduleText(morph: typeof TsMorph, facts: ModuleFacts, { module, kernels, runtime, weights }: TextParts): string {
  const project = new morph.Project({
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true,
    compilerOptions: { allowJs: true },
    manipulationSettings: { indentationText: morph.IndentationText.TwoSpaces, newLineKind: morph.NewLineKind.LineFeed },
  });
  const source = project.createSourceFile('module.js', `${header}\n`);
  const { input, output, range: _, name, build, ...about } = facts;
  const constants: readonly (readonly [name: string, value: Json])[] = [['facts', { name, build, ...about }], ['plan', { input, output }]];
  for (const [name, value] of constants) {
    source.addStatements((writer) => {
      writer.newLine().write(`const ${name} = `);
      writeLiteral(writer, value);
      writer.write(';');
    });
  }
  const bytes = 'base64' in weights ? 'joinPlanes(decodeBase64(weights))' : weightsFileText(weights.file, weights.bytes);
  const options = ['GPU', 'mode', ...('base64' in weights ? [] : ['weights'])];
  source.addFunction({
    name: 'load',
    isAsync: true,
    isExported: true,
    parameters: [{ name: 'options', initializer: '{}' }],
    docs: ['Compiles the network in the gpu.js that the caller gives: `load({ GPU, mode: "webgl2" })`.'],
    statements: [
      `checkOptions(options, ${literalText(options)});`,
      `const places = { input: addressesOf(plan.input), output: addressesOf(plan.output), inputExtents: ${literalText(module.input.extents)} };`,
      `return startGpuNet(options, facts, kernels, floatsOf(${bytes}), places);`,
    ],
  });
  const roots = ['addressesOf', 'checkOptions', 'floatsOf', 'startGpuNet', ...('base64' in weights ? ['joinPlanes', 'decodeBase64'] : ['givenFile', 'readBeside', 'weightsOf'])];
  const list = project.createSourceFile('kernels.js', '');
  list.addStatements((writer) => {
    writer.write('const kernels = [').newLine().indent(() => writeKernels(writer, kernels)).write('];');
  });
  const functions = [...('base64' in weights ? [] : [importNode]), ...runtimeFunctions(morph, runtime, roots)];
  const rest = 'base64' in weights ? [`const weights = ${literalText(weights.base64)};`] : [];
  return [source.getFullText().trimEnd(), ...functions, list.getFullText().trimEnd(), ...rest, ''].join('\n\n').replace(/\n+$/, '\n');
}

function writeKernels(writer: TsMorph.CodeBlockWriter, kernels: readonly PlannedKernel[]): void {
  for (const { source, ...fields } of kernels) {
    // All of it is ours: no name of a model, nothing that a template would read.
    invariant(!/[`\\$]/.test(source), 'text of a kernel');
    writer.write('{').newLine().indent(() => {
      for (const [name, value] of Object.entries<Json>(fields)) writer.write(`${name}: ${literalText(value)},`).newLine();
      writer.write('source: `').write(source.trimEnd()).write('`,').newLine();
    }).write('},').newLine();
  }
}
