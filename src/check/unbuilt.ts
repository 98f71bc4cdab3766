// TEMPORARY: forms that the parser reads and the checker gives no meaning yet. `check` stops at them, so that nothing
// below sees one. To be deleted with the first line of their meaning.

import { defineDiagnostics } from '../base/diagnostic.ts';
import type { Diagnostic, DiagnosticTable } from '../base/diagnostic.ts';
import { invariant } from '../base/invariant.ts';
import type { Span } from '../base/span.ts';
import type { SourceFile } from '../syntax/ast.ts';

const messages = { form: (form: string): string => `${form} is not part of the language yet` };
const unbuiltDiagnostics: DiagnosticTable<typeof messages> = defineDiagnostics('unbuilt', messages);

export function unbuiltForms(file: SourceFile): Diagnostic[] {
  const found: Diagnostic[] = [];
  const refuse = (form: string, span: Span): void => void found.push(unbuiltDiagnostics.form({ span, args: [form] }));
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null || !('span' in node) || !('kind' in node)) {
      if (Array.isArray(node)) for (const item of node) visit(item);
      return;
    }
    const span = node.span as Span;
    if (typeof node.kind === 'string' && ['import', 'block', 'if', 'repeat'].includes(node.kind)) return refuse(`\`${node.kind}\``, span);
    if ('operator' in node && typeof node.operator === 'string' && /[a-z=<>]/.test(node.operator)) return refuse(`\`${node.operator}\``, span);
    if ('multiplier' in node) return refuse('`times`', span);
    if (node.kind === 'sparsity' && 'name' in node) return refuse('a named `sparsity`', span);
    for (const [key, child] of Object.entries(node)) if (key !== 'span' && key !== 'source') visit(child);
  };
  for (const each of [...file.imports, ...file.declarations]) visit(each);
  return found;
}

/** What `check` has stopped at. */
export function unbuilt(form: string): never {
  invariant(false, () => `the checker has been given an unbuilt ${form}`);
}
