// The text of an emitted ES module. Large constants stand at its end, out of a reader's way: `load` is called
// after the module was evaluated, so they are there by then.

import type * as TsMorph from 'ts-morph';
import type { PackedRange } from '../targets/segments.ts';
import { literalText, quoted, writeLiteral } from './literal.ts';
import type { Json } from './literal.ts';
import type { ModuleFacts } from './module-facts.ts';
import { runtimeFunctions } from './runtime-text.ts';

/** Bytes inside the module, or in a file beside it. */
export type Part =
  | { readonly kind: 'inside'; readonly base64: string }
  | { readonly kind: 'beside'; readonly file: string };

export interface ModuleParts {
  readonly kernels:
    | { readonly kind: 'wasm'; readonly code: Part }
    /** `bytes` of heap for the function `createKernels` of `text`. */
    | { readonly kind: 'js'; readonly text: string; readonly bytes: number };
  /** Absent where the code writes its constants itself. Inside, they come plane by plane. */
  readonly weights?: { readonly data: Part; readonly ranges: readonly PackedRange[] };
  readonly runtime: readonly string[];
}

export const header = '// Emitted by ssl-compile. Do not edit: build it again from its source instead.';

export function moduleText(morph: typeof TsMorph, facts: ModuleFacts, parts: ModuleParts): string {
  const project = new morph.Project({
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true,
    compilerOptions: { allowJs: true },
    manipulationSettings: { indentationText: morph.IndentationText.TwoSpaces, newLineKind: morph.NewLineKind.LineFeed },
  });
  const file = project.createSourceFile('module.js', `${header}\n`);
  const { input, output, range: _, name, build, ...about } = facts;
  const constants: readonly (readonly [name: string, value: Json])[] = [
    ['facts', { name, build, ...about }],
    ['plan', { input, output }],
    ...(parts.weights ? [['ranges', parts.weights.ranges.map(({ to, from, length }) => [to, from, length])] satisfies [string, Json]] : []),
  ];
  for (const [name, value] of constants) {
    file.addStatements((writer) => {
      writer.newLine().write(`const ${name} = `);
      writeLiteral(writer, value);
      writer.write(';');
    });
  }
  file.addFunction({
    name: 'load',
    isAsync: true,
    isExported: true,
    parameters: optionsOf(parts).length > 0 ? [{ name: 'options', initializer: '{}' }] : [],
    docs: ['Loads the network, with memory of its own.'],
    statements: loadLines(parts),
  });
  const { weights, kernels } = parts;
  const rest = [
    ...(filesOf(parts).some((part) => part.kind === 'beside') ? [importNode] : []),
    ...runtimeFunctions(morph, parts.runtime, rootsOf(parts)),
    ...(kernels.kind === 'js' ? [kernels.text.trimEnd()] : insideLine('code', kernels.code)),
    ...(weights ? insideLine('weights', weights.data) : []),
  ];
  return [file.getFullText().trimEnd(), ...rest, ''].join('\n\n').replace(/\n+$/, '\n');
}

/**
 * What reads files in Node. Not of the runtime, since compilers of TypeScript rewrite imports of what they cannot
 * see; and what is imported is no literal, since bundlers for browsers would look for it.
 */
export const importNode: string = [
  '/** A module of Node itself. */',
  'function importNode(name) {',
  '  return import(/* @vite-ignore */ /* webpackIgnore: true */ name);',
  '}',
].join('\n');

function insideLine(name: string, part: Part): readonly string[] {
  return part.kind === 'inside' ? [`const ${name} = ${literalText(part.base64)};`] : [];
}

function loadLines(parts: ModuleParts): string[] {
  const { kernels, weights } = parts;
  const options = optionsOf(parts);
  const check = options.length > 0 ? [`checkOptions(options, ${literalText(options)});`] : [];
  const place = weights ? [`placeWeights(memory, ${weightsText(weights)}, ranges);`] : [];
  if (kernels.kind === 'wasm') {
    return [
      ...check,
      `const { memory, compute } = await startWasm(givenFile(options, "wasm") ?? ${fileText('code', kernels.code)}, facts.build);`,
      ...place,
      'return makeNet(facts, plan, memory, compute);',
    ];
  }
  return [
    ...check,
    `const memory = new ArrayBuffer(${kernels.bytes});`,
    ...place,
    'return makeNet(facts, plan, memory, createKernels(memory).run);',
  ];
}

/** Weights inside are no option: they are part of the module's text anyway. */
function weightsText({ data, ranges }: NonNullable<ModuleParts['weights']>): string {
  const length = ranges.reduce((sum, range) => sum + range.length, 0);
  return data.kind === 'inside' ? 'joinPlanes(decodeBase64(weights))' : weightsFileText(data.file, length);
}

/** The bytes of a `.bin` file. */
export function weightsFileText(file: string, length: number): string {
  return `weightsOf(givenFile(options, "weights") ?? ${fileText('weights', { kind: 'beside', file })}, ${length}, facts.build)`;
}

/** What a caller of `load` may give instead of what it would read. */
export function optionsOf({ kernels, weights }: Pick<ModuleParts, 'kernels' | 'weights'>): readonly ('wasm' | 'weights')[] {
  return [...(kernels.kind === 'wasm' ? ['wasm' as const] : []), ...(weights?.data.kind === 'beside' ? ['weights' as const] : [])];
}

/** A `FoundFile` of the runtime. Bundlers know `new URL('...', import.meta.url)` and take the file along. */
function fileText(name: string, part: Part): string {
  switch (part.kind) {
    case 'inside':
      return `{ content: decodeBase64(${name}), from: ${quoted(name)} }`;
    case 'beside':
      return `await readBeside(new URL(${quoted(part.file)}, import.meta.url), importNode)`;
  }
}

function filesOf({ kernels, weights }: ModuleParts): readonly Part[] {
  return [...(kernels.kind === 'wasm' ? [kernels.code] : []), ...(weights ? [weights.data] : [])];
}

function rootsOf(parts: ModuleParts): readonly string[] {
  const { kernels, weights } = parts;
  return [
    'makeNet',
    ...(optionsOf(parts).length > 0 ? ['checkOptions', 'givenFile'] : []),
    ...(kernels.kind === 'wasm' ? ['startWasm'] : []),
    ...(weights ? ['placeWeights', weights.data.kind === 'inside' ? 'joinPlanes' : 'weightsOf'] : []),
    ...filesOf(parts).map((part) => (part.kind === 'inside' ? 'decodeBase64' : 'readBeside')),
  ];
}
