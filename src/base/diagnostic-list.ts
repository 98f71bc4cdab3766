// Long lists of diagnostics. A stage answers with all that it finds, and `--json` carries all of it; people are
// shown the first of each kind and told how many more there are.

import type { Diagnostic } from './diagnostic.ts';

/** Of one code. */
const shownOfKind = 8;
/** Of all. */
const shownOfAll = 50;
/** More than this in one source is a file of another kind. */
const mostOfSource = 1000;

export interface ShownDiagnostics {
  readonly shown: readonly Diagnostic[];
  /** What is left out, by code, in the order of its first. */
  readonly hidden: ReadonlyMap<string, number>;
}

/** In the order given; where there are too many, errors go before warnings. */
export function shownToPeople(diagnostics: readonly Diagnostic[]): ShownDiagnostics {
  const shown = new Set<Diagnostic>();
  const seen = new Map<string, number>();
  const hidden = new Map<string, number>();
  for (const diagnostic of errorsFirst(diagnostics)) {
    const { code } = diagnostic;
    const earlier = seen.get(code) ?? 0;
    seen.set(code, earlier + 1);
    if (earlier < shownOfKind && shown.size < shownOfAll) shown.add(diagnostic);
    else hidden.set(code, (hidden.get(code) ?? 0) + 1);
  }
  return { shown: diagnostics.filter((diagnostic) => shown.has(diagnostic)), hidden };
}

/**
 * What one source is answered with: everything, but for a file that is all mistakes.
 * @param tooMany Says how many are left out.
 */
export function cappedOfSource(diagnostics: readonly Diagnostic[], tooMany: (hidden: number, severity: Diagnostic['severity']) => Diagnostic): readonly Diagnostic[] {
  const hidden = diagnostics.length - mostOfSource;
  if (hidden <= 0) return diagnostics;
  const first = errorsFirst(diagnostics);
  return [...first.slice(0, mostOfSource), tooMany(hidden, first[0]?.severity ?? 'error')];
}

function errorsFirst(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.toSorted((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'));
}
