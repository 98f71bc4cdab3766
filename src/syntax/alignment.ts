// Columns for the formatter: the `=` of layers and of constants, and the `of` and `strength` of lasso lines,
// stand below one another where lines follow each other without a blank line or a comment between.

import type { CstNode, IToken } from 'chevrotain';
import { present } from '../base/invariant.ts';
import type { CommentMap } from './comments.ts';
import { childrenOf, entriesOf, nodesIn, tokensIn } from './cst.ts';

/** A wider cell stands for itself: its neighbours are not moved that far. */
const WIDEST_CELL = 50;

/** Spaces to add after tokens, by the offset of the token. */
export type Padding = ReadonlyMap<number, number>;

/** What stands left of each column; a line takes part in the columns it has. */
type Cells = readonly (readonly IToken[])[];

export function alignColumns(file: CstNode, comments: CommentMap): Padding {
  const padding = new Map<number, number>();
  const declarations = nodesIn(file, 'declaration');
  alignLines(declarations, constantCells, comments, padding);
  for (const declaration of declarations) {
    for (const network of nodesIn(declaration, 'network')) {
      alignLines(nodesIn(network, 'statement'), layerCells, comments, padding);
    }
    for (const sparsity of nodesIn(declaration, 'sparsity')) {
      alignLines(entriesOf(sparsity), lassoCells, comments, padding);
    }
  }
  return padding;
}

function constantCells(declaration: CstNode): Cells {
  return nodesIn(declaration, 'constant').map((node) => tokensIn(node, 'Identifier'));
}

function layerCells(statement: CstNode): Cells {
  return nodesIn(statement, 'setting').map((node) => tokensIn(node, 'Identifier'));
}

function lassoCells(entry: CstNode): Cells {
  if (entry.name !== 'lasso') return [];
  const pieces = nodesIn(entry, 'layers').flatMap((layers) => nodesIn(layers, 'piece').flatMap(childrenOf));
  const layers = pieces.filter((piece): piece is IToken => !('children' in piece));
  const firstLayer = layers[0]?.startOffset ?? 0;
  const commas = tokensIn(entry, 'Comma');
  const structures = [...tokensIn(entry, 'Identifier'), ...commas.filter((comma) => comma.startOffset < firstLayer)];
  const patterns = [...layers, ...commas.filter((comma) => comma.startOffset > firstLayer)];
  return [structures, patterns].map((cell) => cell.toSorted((a, b) => a.startOffset - b.startOffset));
}

function alignLines(
  nodes: readonly CstNode[],
  cellsOf: (node: CstNode) => Cells,
  comments: CommentMap,
  padding: Map<number, number>,
): void {
  let run: Cells[] = [];
  const finish = (): void => {
    const columns = largest(run.map((cells) => cells.length));
    for (let column = 0; column < columns; column++) {
      const widths = run.map((cells) => widthOf(cells[column] ?? []));
      const widest = largest(widths);
      run.forEach((cells, i) => {
        const last = cells[column]?.at(-1);
        if (last) padding.set(last.startOffset, widest - present(widths[i], 'width'));
      });
    }
    run = [];
  };
  for (const node of nodes) {
    const start = present(node.location, 'location').startOffset;
    const above = comments.get(start);
    if (above?.blankBefore || (above?.leading.length ?? 0) > 0) finish();
    const cells = cellsOf(node);
    const isPlain = cells.flat().every(({ startOffset }) => {
      const around = comments.get(startOffset);
      return !around || around.inline.length + around.trailing.length === 0;
    });
    const isNarrow = cells.every((cell) => widthOf(cell) <= WIDEST_CELL);
    if (cells.length === 0 || !isPlain || !isNarrow) finish();
    else run.push(cells);
  }
  finish();
}

/** Of numbers from 0, which may be too many for arguments of `Math.max`. */
function largest(numbers: readonly number[]): number {
  return numbers.reduce((most, each) => Math.max(most, each), 0);
}

/** As formatted: a space after each comma. */
function widthOf(tokens: readonly IToken[]): number {
  return tokens.reduce((sum, { image }) => sum + image.length + (image === ',' ? 1 : 0), 0);
}
