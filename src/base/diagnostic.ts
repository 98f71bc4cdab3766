// What went wrong in the user's input, where, and what cures it. Each stage declares its diagnostics in
// one typed table:
//
//   export const shapeDiagnostics = defineDiagnostics('shape', {
//     mismatch: (found: string, expected: string) => `found ${found}, expected ${expected}`,
//   });
//   shapeDiagnostics.mismatch({ span, args: ['[3]', '[4]'], help: '...' })   // code: shape/mismatch

import type { Span } from './span.ts';

export type Severity = 'error' | 'warning';

export interface RelatedPlace {
  readonly message: string;
  readonly span: Span;
}

export interface TextEdit {
  readonly span: Span;
  readonly replacement: string;
}

export interface Diagnostic {
  /** kebab-case, stage first: `shape/mismatch`. */
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  /** Absent where the fault is in no source text (a data file, an option). */
  readonly span?: Span;
  readonly related: readonly RelatedPlace[];
  /** One hint: what to do. */
  readonly help?: string;
  readonly fix?: TextEdit;
}

/** Carries the diagnostics of a stage that could not go on. */
export class DiagnosticError extends Error {
  override name = 'DiagnosticError';
  readonly diagnostics: readonly Diagnostic[];
  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((d) => `${d.code}: ${d.message}`).join('\n'));
    this.diagnostics = diagnostics;
  }
}

export interface DiagnosticPlace<Args extends readonly unknown[]> {
  readonly args: Args;
  readonly span?: Span | undefined;
  readonly related?: readonly RelatedPlace[];
  readonly help?: string | undefined;
  readonly fix?: TextEdit | undefined;
  readonly severity?: Severity;
}

type Messages = Readonly<Record<string, (...args: never[]) => string>>;

export type DiagnosticTable<M extends Messages> = {
  readonly [K in keyof M]: (place: DiagnosticPlace<Parameters<M[K]>>) => Diagnostic;
};

export function defineDiagnostics<const M extends Messages>(stage: string, messages: M): DiagnosticTable<M> {
  const table = Object.entries(messages).map(([name, message]) => [
    name,
    (place: DiagnosticPlace<never[]>): Diagnostic => ({
      code: `${stage}/${name}`,
      severity: place.severity ?? 'error',
      message: message(...place.args),
      related: place.related ?? [],
      ...(place.span && { span: place.span }),
      ...(place.help !== undefined && { help: place.help }),
      ...(place.fix && { fix: place.fix }),
    }),
  ]);
  return Object.fromEntries(table) as DiagnosticTable<M>;
}

/** Throws a {@link DiagnosticError} for one diagnostic. */
export function fail(diagnostic: Diagnostic): never {
  throw new DiagnosticError([diagnostic]);
}
