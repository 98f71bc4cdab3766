// The files of a program, each with what it imports from the others.

import type { Span } from '../../base/span.ts';
import type { ImportDeclaration, Name, SourceFile } from '../../syntax/ast.ts';
import { importDiagnostics } from '../diagnostics.ts';
import type { Report } from '../diagnostics.ts';
import { fileScope } from './file-scope.ts';
import type { FileScope } from './file-scope.ts';
import { importPath } from './import-path.ts';
import type { SymbolTable } from './symbols.ts';

/** Paths shown of a cycle. */
const MOST_SHOWN = 8;

export interface Program {
  readonly main: SourceFile;
  /** What it imports, directly or not, by path from the folder of the main file. */
  readonly imported: ReadonlyMap<string, SourceFile>;
}

export interface LinkSurroundings {
  /** Places of the names that the network of the main file defines. */
  readonly layers: ReadonlyMap<string, Span>;
  readonly symbols: SymbolTable;
  readonly lookedUp: Set<Name>;
  readonly spend: () => boolean;
  readonly report: Report;
}

/** The main file last: each stands behind what it imports. */
export function linkFiles({ main, imported }: Program, { layers, ...shared }: LinkSurroundings): { readonly main: FileScope; readonly files: readonly FileScope[] } {
  const { report } = shared;
  const linked = new Map<string, FileScope>();
  const open: string[] = [];
  const linkImport = (declaration: ImportDeclaration): FileScope | undefined => {
    const path = importPath(declaration.path);
    if (typeof path !== 'string') return report(path);
    const known = linked.get(path);
    if (known) return known;
    const { span } = declaration.path;
    if (open.includes(path)) {
      const cycle = open.slice(open.indexOf(path));
      return report(importDiagnostics.cycle({ span, args: [cycle.slice(0, MOST_SHOWN), cycle.length], help: 'put what both need into a file of its own, which imports neither' }));
    }
    const file = imported.get(path);
    if (!file) return report(importDiagnostics.unreadable({ span, args: [path, 'no such source is given'] }));
    open.push(path);
    const scope = fileScope(file, { imported: linkImport, layers: new Map(), ...shared });
    open.pop();
    linked.set(path, scope);
    return scope;
  };
  const scope = fileScope(main, { imported: linkImport, layers, ...shared });
  return { main: scope, files: [...linked.values(), scope] };
}
