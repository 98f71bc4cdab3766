// Diagnostics for people (code frames on standard error) and for machines (plain objects).

import type { Diagnostic } from '../base/diagnostic.ts';
import { renderDiagnostic } from '../base/frame.ts';
import { positionAt } from '../base/span.ts';
import type { Span } from '../base/span.ts';
import type { Shell } from './shell.ts';

export interface PlaceJson {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  readonly endLine: number;
  /** Of the first unit after the place. */
  readonly endColumn: number;
}

export interface DiagnosticJson {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
  readonly place?: PlaceJson;
  readonly related: readonly { readonly message: string; readonly place: PlaceJson }[];
  readonly help?: string;
}

export function printDiagnostics(diagnostics: readonly Diagnostic[], shell: Shell): void {
  for (const diagnostic of diagnostics) shell.err(`${renderDiagnostic(diagnostic)}\n\n`);
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors;
  const counts = [...(errors > 0 ? [plural(errors, 'error')] : []), ...(warnings > 0 ? [plural(warnings, 'warning')] : [])];
  if (diagnostics.length > 1) shell.err(`${counts.join(', ')}\n`);
}

export function diagnosticsJson(diagnostics: readonly Diagnostic[]): readonly DiagnosticJson[] {
  return diagnostics.map(({ code, severity, message, span, related, help }) => ({
    code,
    severity,
    message,
    ...(span && { place: placeJson(span) }),
    related: related.map((each) => ({ message: each.message, place: placeJson(each.span) })),
    ...(help !== undefined && { help }),
  }));
}

function placeJson({ source, start, end }: Span): PlaceJson {
  const first = positionAt(source, start);
  const last = positionAt(source, end);
  return { file: source.name, line: first.line, column: first.column, endLine: last.line, endColumn: last.column };
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
