// Columns for the formatter: the `=` of layers and of constants, and the `of` and `strength` or `keep` of penalties,
// stand below one another where lines follow each other without a blank line or a comment between.

import type { CstNode, IToken } from 'chevrotain';
import { present } from '../base/invariant.ts';
import type { CommentMap } from './comments.ts';
import { childrenOf, entriesOf, nodesIn, tokenIn, tokensIn } from './cst.ts';

/** A wider cell stands for itself: its neighbours are not moved that far. */
const WIDEST_CELL = 50;

/** Spaces to add before tokens, by the offset of the token. */
export type Padding = ReadonlyMap<number, number>;

/** What stands left of a column. */
interface Cell {
  readonly text: string;
  readonly tokens: readonly IToken[];
  /** The token in the column. */
  readonly before: IToken;
}

export function alignColumns(file: CstNode, comments: CommentMap): Padding {
  const padding = new Map<number, number>();
  const visit = (node: CstNode): void => {
    switch (node.name) {
      case 'file':
        alignLines(nodesIn(node, 'declaration'), (each) => nodesIn(each, 'constant').map(nameCell), comments, padding);
        break;
      case 'block':
      case 'network':
        alignLines(nodesIn(node, 'statement'), (each) => nodesIn(each, 'setting').map(nameCell), comments, padding);
        break;
      case 'body':
        alignLines(nodesIn(node, 'setting'), (each) => [nameCell(each)], comments, padding);
        break;
      case 'sparsity':
        alignLines(entriesOf(node), penaltyCells, comments, padding);
        break;
    }
    for (const children of Object.values(node.children)) for (const child of children) if ('children' in child) visit(child);
  };
  visit(file);
  return padding;
}

/** `width` in `const width = 20` */
function nameCell(node: CstNode): Cell {
  const name = tokenIn(node, 'Identifier');
  return { text: name.image, tokens: [name], before: tokenIn(node, 'Equals') };
}

/** Of plain names and patterns: a line with arguments or multipliers is long, and stands for itself. */
function penaltyCells(entry: CstNode): readonly Cell[] {
  if (entry.name !== 'lasso' && entry.name !== 'budget') return [];
  const [structures, layers] = [nodesIn(entry, 'structure'), nodesIn(entry, 'layers')];
  if (structures.some((node) => 'call' in node.children) || layers.some((node) => 'Times' in node.children)) return [];
  const [word] = [...tokensIn(entry, 'Strength'), ...tokensIn(entry, 'Keep')];
  return [listCell(structures, tokenIn(entry, 'Of')), ...(word ? [listCell(layers, word)] : [])];
}

function listCell(nodes: readonly CstNode[], before: IToken): Cell {
  const items = nodes.map(tokensOf);
  return { text: items.map((tokens) => tokens.map(({ image }) => image).join('')).join(', '), tokens: items.flat(), before };
}

function tokensOf(node: CstNode): readonly IToken[] {
  return childrenOf(node).flatMap((child) => ('children' in child ? tokensOf(child) : [child]));
}

/** A line takes part in the columns it has. */
function alignLines(
  nodes: readonly CstNode[],
  cellsOf: (node: CstNode) => readonly Cell[],
  comments: CommentMap,
  padding: Map<number, number>,
): void {
  let run: (readonly Cell[])[] = [];
  const finish = (): void => {
    const columns = largest(run.map((cells) => cells.length));
    for (let column = 0; column < columns; column++) {
      const widest = largest(run.map((cells) => cells[column]?.text.length ?? 0));
      for (const { [column]: cell } of run) if (cell) padding.set(cell.before.startOffset, widest - cell.text.length);
    }
    run = [];
  };
  for (const node of nodes) {
    const start = present(node.location, 'location').startOffset;
    const above = comments.get(start);
    if (above?.blankBefore || (above?.leading.length ?? 0) > 0) finish();
    const cells = cellsOf(node);
    const isPlain = cells.every(({ tokens }) => tokens.every(({ startOffset }) => {
      const around = comments.get(startOffset);
      return !around || around.inline.length + around.trailing.length === 0;
    }));
    const isNarrow = cells.every(({ text }) => text.length <= WIDEST_CELL);
    if (cells.length === 0 || !isPlain || !isNarrow) finish();
    else run.push(cells);
  }
  finish();
}

/** Of numbers from 0, which may be too many for arguments of `Math.max`. */
function largest(numbers: readonly number[]): number {
  return numbers.reduce((most, each) => Math.max(most, each), 0);
}
