// The values of numbers and strings.

import type { Diagnostic } from '../base/diagnostic.ts';
import type { Span } from '../base/span.ts';
import { syntaxDiagnostics } from './diagnostics.ts';

export function readNumber(image: string, span: Span): { readonly value: number; readonly diagnostic?: Diagnostic } {
  const value = Number(image);
  // Malformed numbers have their diagnostic already.
  if (value !== Infinity) return { value: Number.isNaN(value) ? 0 : value };
  return { value: Number.MAX_VALUE, diagnostic: syntaxDiagnostics['number-too-large']({ span, args: [image] }) };
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['n', '\n'],
  ['t', '\t'],
]);

/** `image` with its quotes. */
export function readString(image: string, span: Span): { readonly value: string; readonly diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const value = image.slice(1, -1).replace(/\\(.)/gu, (escape, character: string, offset: number) => {
    const meaning = escapes.get(character);
    if (meaning !== undefined) return meaning;
    const start = span.start + 1 + offset;
    diagnostics.push(
      syntaxDiagnostics['unknown-escape']({
        span: { source: span.source, start, end: start + escape.length },
        args: [escape],
        help: 'known escapes are `\\"`, `\\\\`, `\\n` and `\\t`; in paths write `/`',
      }),
    );
    return character;
  });
  return { value, diagnostics };
}
