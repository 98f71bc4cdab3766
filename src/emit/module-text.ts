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
  readonly runtime: string;
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
  const { input, output, range: _, ...about } = facts;
  const constants: readonly (readonly [name: string, value: Json])[] = [
    ['facts', about],
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
  const functions = runtimeFunctions(morph, parts.runtime, rootsOf(parts));
  const rest = [
    ...functions,
    ...(kernels.kind === 'js' ? [kernels.text.trimEnd()] : insideLine('code', kernels.code)),
    ...(weights ? insideLine('weights', weights.data) : []),
  ];
  return [file.getFullText().trimEnd(), ...rest, ''].join('\n\n').replace(/\n+$/, '\n');
}

function insideLine(name: string, part: Part): readonly string[] {
  return part.kind === 'inside' ? [`const ${name} = ${literalText(part.base64)};`] : [];
}

function loadLines({ kernels, weights }: ModuleParts): string[] {
  const place = weights ? [`placeWeights(memory, ${weightsText(weights.data)}, ranges);`] : [];
  if (kernels.kind === 'wasm') {
    return [
      `const { memory, compute } = await startWasm(options.wasm ?? ${bytesText('code', kernels.code)});`,
      ...place,
      'return makeNet(facts, plan, memory, compute);',
    ];
  }
  return [
    `const memory = new ArrayBuffer(${kernels.bytes});`,
    ...place,
    'return makeNet(facts, plan, memory, createKernels(memory).run);',
  ];
}

/** Weights inside are no option: they are part of the module's text anyway. */
function weightsText(data: Part): string {
  return data.kind === 'inside' ? `joinPlanes(${bytesText('weights', data)})` : `options.weights ?? ${bytesText('weights', data)}`;
}

/** What a caller of `load` may give instead of what it would read. */
export function optionsOf({ kernels, weights }: Pick<ModuleParts, 'kernels' | 'weights'>): readonly ('wasm' | 'weights')[] {
  return [...(kernels.kind === 'wasm' ? ['wasm' as const] : []), ...(weights?.data.kind === 'beside' ? ['weights' as const] : [])];
}

/** Bundlers know `new URL('...', import.meta.url)` and take the file along. */
function bytesText(name: string, part: Part): string {
  switch (part.kind) {
    case 'inside':
      return `decodeBase64(${name})`;
    case 'beside':
      return `await readBytes(new URL(${quoted(part.file)}, import.meta.url))`;
  }
}

function rootsOf({ kernels, weights }: ModuleParts): readonly string[] {
  const data = [...(kernels.kind === 'wasm' ? [kernels.code] : []), ...(weights ? [weights.data] : [])];
  return [
    'makeNet',
    ...(kernels.kind === 'wasm' ? ['startWasm'] : []),
    ...(weights ? ['placeWeights'] : []),
    ...(weights?.data.kind === 'inside' ? ['joinPlanes'] : []),
    ...data.map((part) => (part.kind === 'inside' ? 'decodeBase64' : 'readBytes')),
  ];
}
