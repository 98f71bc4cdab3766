// The names of a program and what each stands for where it is written, for an editor: also in a file with errors.

import type { Source, Span } from '../../base/span.ts';
import { sameShape } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import type { Name } from '../../syntax/ast.ts';
import type { Wire } from '../elaborate/instance.ts';

export type SymbolKind = 'input' | 'layer' | 'constant' | 'operation' | 'block' | 'parameter';

export interface SourceSymbol {
  readonly span: Span;
  readonly kind: SymbolKind;
  /** Where the name is defined: the span itself if here. Absent of operations. */
  readonly definition?: Span;
  /** Of an input or a layer, without the batch axis. Absent where it is not known, or differs from use to use of a block. */
  readonly shape?: Shape;
}

interface Noted {
  readonly symbol: Omit<SourceSymbol, 'shape'>;
  readonly wires: Set<Wire>;
}

/** Collects symbols. */
export interface SymbolTable {
  /** A place in a block is noted as often as the block is used, and counts once. */
  readonly note: (name: Name, kind: SymbolKind, definition?: Span, wire?: Wire) => void;
  /** In the order of their places, file by file. */
  readonly list: (shapeOf: ((wire: Wire) => Shape | undefined) | undefined, sources: readonly Source[]) => readonly SourceSymbol[];
}

export function symbolTable(): SymbolTable {
  const bySource = new Map<Source, Map<number, Noted>>();
  return {
    note: ({ span }, kind, definition, wire) => {
      // The parser puts a name where one is missing.
      if (span.start === span.end) return;
      const inSource = bySource.get(span.source) ?? new Map<number, Noted>();
      bySource.set(span.source, inSource);
      const noted = inSource.get(span.start) ?? { symbol: { span, kind, ...(definition && { definition }) }, wires: new Set() };
      inSource.set(span.start, noted);
      if (wire !== undefined) noted.wires.add(wire);
    },
    list: (shapeOf, sources) =>
      sources.flatMap((source) =>
        [...(bySource.get(source)?.values() ?? [])]
          .toSorted((a, b) => a.symbol.span.start - b.symbol.span.start)
          .map(({ symbol, wires }) => {
            const shape = shapeOf && commonShape([...wires].map(shapeOf));
            return shape ? { ...symbol, shape } : symbol;
          }),
      ),
  };
}

function commonShape([first, ...others]: readonly (Shape | undefined)[]): Shape | undefined {
  return first && others.every((shape) => shape && sameShape(shape, first)) ? first : undefined;
}
