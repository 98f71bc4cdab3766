// Assembles what a build for gpu.js writes: an ES module that imports nothing, for the app gives `load` its
// own gpu.js; declarations; and the weights beside it where they are large. The same arguments give the
// same bytes.
//
//   const facts, plan      what the network is, where inputs and outputs go
//   export load()          starts the kernels in the caller's gpu.js
//   the runtime            src/runtime/net and src/runtime/gpujs-net, what is needed of them
//   const kernels          text, shape and operands of each kernel
//   const weights          base64

import type * as TsMorph from 'ts-morph';
import { invariant } from '../base/invariant.ts';
import { sizeOf } from '../base/tensor.ts';
import type { ThreadModule } from '../ir/thread-kernel.ts';
import { longestLoop, printThreadKernel } from '../targets/gpujs/print.ts';
import { encodeBase64, splitPlanes } from './base64.ts';
import { fileBase, insideLimit } from './emit-module.ts';
import type { EmittedFile, EmittedModule } from './emit-module.ts';
import { gpujsDeclarations } from './gpujs-declarations.ts';
import { literalText, quoted, writeLiteral } from './literal.ts';
import type { Json } from './literal.ts';
import { factsOf } from './module-facts.ts';
import type { FactSources, ModuleFacts } from './module-facts.ts';
import { header } from './module-text.ts';
import { runtimeFunctions } from './runtime-text.ts';

export interface EmitGpujsOptions extends Omit<FactSources, 'kernels'> {
  readonly module: ThreadModule;
  /** Base name of the files, as for other targets. */
  readonly file: string;
  /** Source texts of runtime/net and runtime/gpujs-net, TypeScript or JavaScript. */
  readonly runtime: readonly string[];
}

export async function emitGpujs(options: EmitGpujsOptions): Promise<EmittedModule> {
  const { module } = options;
  const morph = await import('ts-morph');
  const file = fileBase(options.file);
  const facts = factsOf({ ...options, kernels: { bindings: [module.input, module.output] } });
  const weights = packData(module);
  const inside = weights.length <= insideLimit;
  const bin = `${file}.bin`;
  const text = moduleText(morph, facts, { ...options, weights: inside ? { base64: encodeBase64(splitPlanes(weights)) } : { file: bin } });
  const beside: readonly EmittedFile[] = inside ? [] : [{ path: bin, content: weights }];
  return { files: [{ path: `${file}.js`, content: text }, { path: `${file}.d.ts`, content: gpujsDeclarations(morph, facts, !inside) }, ...beside] };
}

/** The data of all kernels, one after another, little-endian. */
function packData({ kernels }: ThreadModule): Uint8Array<ArrayBuffer> {
  const data = kernels.flatMap((kernel) => kernel.data);
  const view = new DataView(new ArrayBuffer(4 * data.reduce((sum, { values }) => sum + values.length, 0)));
  let at = 0;
  for (const { values } of data) {
    for (const value of values) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  return new Uint8Array(view.buffer);
}

interface TextParts extends EmitGpujsOptions {
  readonly weights: { readonly base64: string } | { readonly file: string };
}

function moduleText(morph: typeof TsMorph, facts: ModuleFacts, { module, runtime, weights }: TextParts): string {
  const project = new morph.Project({
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true,
    compilerOptions: { allowJs: true },
    manipulationSettings: { indentationText: morph.IndentationText.TwoSpaces, newLineKind: morph.NewLineKind.LineFeed },
  });
  const source = project.createSourceFile('module.js', `${header}\n`);
  const { input, output, range: _, ...about } = facts;
  const constants: readonly (readonly [name: string, value: Json])[] = [['facts', about], ['plan', { input, output }]];
  for (const [name, value] of constants) {
    source.addStatements((writer) => {
      writer.newLine().write(`const ${name} = `);
      writeLiteral(writer, value);
      writer.write(';');
    });
  }
  const bytes = 'base64' in weights ? 'joinPlanes(decodeBase64(weights))' : `options.weights ?? await readBytes(new URL(${quoted(weights.file)}, import.meta.url))`;
  source.addFunction({
    name: 'load',
    isAsync: true,
    isExported: true,
    parameters: [{ name: 'options' }],
    docs: ['Compiles the network in the gpu.js that the caller gives: `load({ GPU, mode: "webgl2" })`.'],
    statements: [
      `const places = { input: addressesOf(plan.input), output: addressesOf(plan.output), inputExtents: ${literalText(module.input.extents)} };`,
      `return startGpuNet(options, facts, kernels, floatsOf(${bytes}), places);`,
    ],
  });
  const roots = ['addressesOf', 'floatsOf', 'startGpuNet', ...('base64' in weights ? ['joinPlanes', 'decodeBase64'] : ['readBytes'])];
  const kernels = project.createSourceFile('kernels.js', '');
  kernels.addStatements((writer) => {
    writer.write('const kernels = [').newLine().indent(() => writeKernels(writer, module)).write('];');
  });
  const functions = runtimeFunctions(morph, runtime.join('\n'), roots);
  const rest = 'base64' in weights ? [`const weights = ${literalText(weights.base64)};`] : [];
  return [source.getFullText().trimEnd(), ...functions, kernels.getFullText().trimEnd(), ...rest, ''].join('\n\n').replace(/\n+$/, '\n');
}

function writeKernels(writer: TsMorph.CodeBlockWriter, { kernels }: ThreadModule): void {
  let from = 0;
  for (const [ordinal, kernel] of kernels.entries()) {
    const data = kernel.data.map(({ extents, values }): Json => {
      invariant(sizeOf(extents) === values.length, 'extents of constant data');
      from += values.length;
      return [[...extents], from - values.length];
    });
    const text = printThreadKernel(kernel, ordinal).trimEnd();
    // All of it is ours: no name of a model, nothing that a template would read.
    invariant(!/[`\\$]/.test(text), 'text of a kernel');
    const operands = kernel.operands.map((value) => (value.kind === 'input' ? -1 : value.index));
    const fields: readonly (readonly [string, Json])[] = [['output', [...kernel.extents]], ['operands', operands], ['data', data], ['rounds', longestLoop(kernel.body)]];
    writer.write('{').newLine().indent(() => {
      for (const [name, value] of fields) writer.write(`${name}: ${literalText(value)},`).newLine();
      writer.write('source: `').write(text).write('`,').newLine();
    }).write('},').newLine();
  }
}
