// What a well-formed file must have besides fitting the grammar: blocks that occur once, and networks that end
// by returning.

import type { Diagnostic } from '../base/diagnostic.ts';
import type { Span } from '../base/span.ts';
import type { Declaration, NetworkDeclaration, SourceFile } from './ast.ts';
import { syntaxDiagnostics } from './diagnostics.ts';

export function structureDiagnostics(file: SourceFile): Diagnostic[] {
  return [...repeatedBlocks(file.declarations), ...file.declarations.flatMap(returns)];
}

function repeatedBlocks(declarations: readonly Declaration[]): Diagnostic[] {
  const first = new Map<string, Declaration>();
  return declarations.flatMap((declaration) => {
    const { kind } = declaration;
    if (kind === 'const') return [];
    const earlier = first.get(kind);
    if (earlier) {
      return syntaxDiagnostics['repeated-block']({
        span: keyword(declaration),
        args: [kind],
        related: [{ message: 'the first is here', span: keyword(earlier) }],
        help: `a file has one \`${kind}\` block`,
      });
    }
    first.set(kind, declaration);
    return [];
  });
}

function keyword({ kind, span }: Declaration): Span {
  return { source: span.source, start: span.start, end: span.start + kind.length };
}

function returns(declaration: Declaration): Diagnostic[] {
  if (declaration.kind !== 'network') return [];
  const { statements } = declaration;
  const index = statements.findIndex((statement) => statement.kind === 'return');
  if (index < 0) return [missingReturn(declaration)];
  const [found, next] = [statements[index], statements[index + 1]];
  if (!found || !next) return [];
  return [
    syntaxDiagnostics['after-return']({
      span: found.span,
      args: [],
      related: [{ message: 'this follows it', span: next.span }],
    }),
  ];
}

function missingReturn({ name, statements, span }: NetworkDeclaration): Diagnostic {
  const last = statements.findLast((statement) => statement.kind === 'assignment');
  return syntaxDiagnostics['missing-return']({
    span: { source: span.source, start: span.end - 1, end: span.end },
    args: [name.text],
    help: last ? `end it with \`return ${last.name.text}\`` : 'end it with `return ...`',
  });
}
