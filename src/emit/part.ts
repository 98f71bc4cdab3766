// Bytes of a build: inside its ES module, or in a file beside it. What each takes of the module's text.

import { literalText, quoted } from './literal.ts';

export type Part =
  | { readonly kind: 'inside'; readonly base64: string }
  | { readonly kind: 'beside'; readonly file: string };

/** A `FoundFile` of the runtime. Bundlers know `new URL('...', import.meta.url)` and take the file along. */
export function foundFileText(name: string, part: Part): string {
  switch (part.kind) {
    case 'inside':
      return `{ content: decodeBase64(${name}), from: ${quoted(name)} }`;
    case 'beside':
      return `await readBeside(new URL(${quoted(part.file)}, import.meta.url), importNode)`;
  }
}

/** The function of the runtime that gets it. */
export function partRoot({ kind }: Part): 'decodeBase64' | 'readBeside' {
  return kind === 'inside' ? 'decodeBase64' : 'readBeside';
}

/** The constant that holds it, if it is inside. */
export function partConstant(name: string, part: Part): readonly string[] {
  return part.kind === 'inside' ? [`const ${name} = ${literalText(part.base64)};`] : [];
}

/** The bytes of a `.bin` file. */
export function weightsFileText(file: string, length: number): string {
  return `weightsOf(givenFile(options, "weights") ?? ${foundFileText('weights', { kind: 'beside', file })}, ${length}, facts.build)`;
}

/** What that expression calls. */
export const weightsFileRoots: readonly string[] = ['givenFile', 'weightsOf', 'readBeside'];
