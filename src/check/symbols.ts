// The names of a program and what each stands for where it is written, for an editor: also in a file with errors.

import type { Span } from '../base/span.ts';
import type { Shape } from '../base/tensor.ts';
import type { Name } from '../syntax/ast.ts';
import type { Wire } from './instance.ts';

export type SymbolKind = 'input' | 'layer' | 'constant' | 'operation';

export interface SourceSymbol {
  readonly span: Span;
  readonly kind: SymbolKind;
  /** Where the name is defined: the span itself if here. Absent of operations. */
  readonly definition?: Span;
  /** Of an input or a layer, without the batch axis. Absent where it is not known. */
  readonly shape?: Shape;
}

/** Collects symbols. */
export interface SymbolTable {
  readonly note: (name: Name, kind: SymbolKind, definition?: Span, wire?: Wire) => void;
  /** In the order of their places. */
  readonly list: (shapeOf?: (wire: Wire) => Shape | undefined) => readonly SourceSymbol[];
}

export function symbolTable(): SymbolTable {
  const noted: (Omit<SourceSymbol, 'shape'> & { readonly wire: Wire | undefined })[] = [];
  return {
    note: ({ span }, kind, definition, wire) => void noted.push({ span, kind, ...(definition && { definition }), wire }),
    list: (shapeOf) =>
      noted
        .map(({ wire, ...symbol }) => {
          const shape = wire === undefined ? undefined : shapeOf?.(wire);
          return shape ? { ...symbol, shape } : symbol;
        })
        .toSorted((a, b) => a.span.start - b.span.start),
  };
}
