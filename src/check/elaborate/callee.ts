// What is called: a block of the file, or an operation.

import type { Name } from '../../syntax/ast.ts';
import { nameDiagnostics } from '../diagnostics.ts';
import { callableNamed, callableNames } from '../program/callable.ts';
import type { Scope } from './scope.ts';

/** Looks the name up; one that is neither is reported. */
export function lookUpCallee(callee: Name, { elaboration: { ops, symbols, lookedUp }, file: { names }, report }: Scope): void {
  const { text, span } = callee;
  lookedUp.add(callee);
  const known = names.get(text);
  if (known?.kind === 'block') return symbols.note(callee, 'block', known.definition);
  if (callableNamed(text, ops)) return symbols.note(callee, 'operation');
  // What could not be imported has been told, by its import.
  if (known?.kind === 'unknown') return;
  const blocks = [...names].flatMap(([name, { kind }]) => (kind === 'block' ? [name] : []));
  report(nameDiagnostics['unknown-op']({ span, args: [text], help: report.advice.on('operation', text, [...callableNames(ops), ...blocks]) }));
}
