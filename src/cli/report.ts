// Diagnostics for people (code frames on standard error) and for machines (plain objects).

import type { Diagnostic } from '../base/diagnostic.ts';
import { shownToPeople } from '../base/diagnostic-list.ts';
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

/** The first of each kind, and how many more there are. */
export function printDiagnostics(diagnostics: readonly Diagnostic[], shell: Shell): void {
  const { shown, hidden } = shownToPeople(diagnostics);
  for (const diagnostic of shown) shell.err(`${renderDiagnostic(diagnostic)}\n\n`);
  for (const [code, count] of hidden) shell.err(`and ${count} more ${code}\n`);
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors;
  const counts = [...(errors > 0 ? [plural(errors, 'error')] : []), ...(warnings > 0 ? [plural(warnings, 'warning')] : [])];
  if (diagnostics.length > 1) shell.err(`${counts.join(', ')}${hidden.size > 0 ? '; --json lists all' : ''}\n`);
}

/** All of them, however many. */
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
