// What a well-formed file must have besides fitting the grammar: a network and a train block at most, penalties told
// apart by name, and networks and blocks that end by returning.

import type { Diagnostic } from '../base/diagnostic.ts';
import type { Span } from '../base/span.ts';
import type { BlockDeclaration, Declaration, NetworkDeclaration, SourceFile, Statement } from './ast.ts';
import { syntaxDiagnostics } from './diagnostics.ts';

export function structureDiagnostics(file: SourceFile): Diagnostic[] {
  return [...repeatedBlocks(file.declarations), ...file.declarations.flatMap(returns)];
}

function repeatedBlocks(declarations: readonly Declaration[]): Diagnostic[] {
  const first = new Map<string, Declaration>();
  return declarations.flatMap((declaration) => {
    const title = uniqueTitle(declaration);
    if (title === undefined) return [];
    const earlier = first.get(title);
    if (earlier) {
      return syntaxDiagnostics['repeated-block']({
        span: keyword(declaration),
        args: [title],
        related: [{ message: 'the first is here', span: keyword(earlier) }],
        help: declaration.kind === 'sparsity' ? 'tell them apart by name: `sparsity coarse { ... }`, `sparsity fine { ... }`' : `a file has one \`${title}\` block`,
      });
    }
    first.set(title, declaration);
    return [];
  });
}

/** What no other declaration of the file may be called. Names of constants and blocks are the checker's. */
function uniqueTitle(declaration: Declaration): string | undefined {
  switch (declaration.kind) {
    case 'const':
    case 'block':
      return undefined;
    case 'sparsity':
      return declaration.name ? `sparsity ${declaration.name.text}` : 'sparsity';
    case 'network':
    case 'train':
      return declaration.kind;
  }
}

function keyword({ kind, span }: Declaration): Span {
  return { source: span.source, start: span.start, end: span.start + kind.length };
}

function returns(declaration: Declaration): Diagnostic[] {
  if (declaration.kind !== 'network' && declaration.kind !== 'block') return [];
  const { statements } = declaration;
  const index = statements.findIndex((statement) => statement.kind === 'return');
  if (index < 0) return [missingReturn(declaration)];
  const [found, next] = [statements[index], statements[index + 1]];
  if (!found || !next) return [];
  return [
    syntaxDiagnostics['after-return']({
      span: found.span,
      args: [declaration.kind],
      related: [{ message: 'this follows it', span: next.span }],
    }),
  ];
}

function missingReturn(declaration: NetworkDeclaration | BlockDeclaration): Diagnostic {
  const { kind, name, span } = declaration;
  const statements: readonly Statement[] = declaration.statements;
  const last = statements.findLast((statement) => statement.kind === 'assignment');
  return syntaxDiagnostics['missing-return']({
    span: { source: span.source, start: span.end - 1, end: span.end },
    args: [kind, name.text],
    help: last ? `end it with \`return ${last.name.text}\`` : 'end it with `return ...`',
  });
}
