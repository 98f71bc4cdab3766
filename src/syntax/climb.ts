// Rows of signs, operands and operators as trees: V. Pratt, "Top down operator precedence" (1973).

import type { CstElement, CstNode, IToken } from 'chevrotain';
import { present } from '../base/invariant.ts';
import type { Span } from '../base/span.ts';
import type { BinaryOperator, Expression, UnaryOperator } from './ast.ts';
import { childrenOf, type Context, startOf } from './cst.ts';
import { syntaxDiagnostics } from './diagnostics.ts';
import { binaryLevel, kindOf, signLevel } from './operators.ts';
import { Not } from './tokens.ts';

/** A row, of which what stands before `at` has been read. */
export interface Row {
  readonly context: Context;
  readonly items: readonly CstElement[];
  readonly operand: (node: CstNode) => Expression;
  at: number;
}

/** Reads the longest expression whose operators bind at least as tightly as the level `weakest`. */
export function climb(row: Row, weakest: number): Expression {
  const start = row.at;
  let left = signed(row, weakest);
  /** Where the right operand of a comparison begins that is the last thing read. */
  let compared: number | undefined;
  for (;;) {
    const operator = operatorAt(row);
    const level = operator ? binaryLevel(operator.tokenType) : -1;
    if (!operator || level < weakest) return left;
    const operatorPlace = row.at++;
    const kind = kindOf(level);
    const right = climb(row, kind === 'from-right' ? level : level + 1);
    if (kind === 'never-chained' && compared !== undefined) refuseChain(row, start, compared, operatorPlace);
    compared = kind === 'never-chained' ? operatorPlace + 1 : undefined;
    const span = { source: row.context.source, start: left.span.start, end: right.span.end };
    left = { kind: 'binary', operator: operator.image as BinaryOperator, left, right, span };
  }
}

function signed(row: Row, weakest: number): Expression {
  const place = row.at++;
  const item = present(row.items[place], 'operand');
  if ('children' in item) return row.operand(item);
  const level = signLevel(item.tokenType);
  const operand = climb(row, level);
  if (item.tokenType === Not && level < weakest) refuseNot(row, place);
  return { kind: 'unary', operator: item.image as UnaryOperator, operand, span: { ...operand.span, start: item.startOffset } };
}

function operatorAt({ items, at }: Row): IToken | undefined {
  const item = items[at];
  if (!item || !('children' in item)) return undefined;
  const [token] = childrenOf(item);
  return token && 'image' in token ? token : undefined;
}

/** `a < b < c` */
function refuseChain(row: Row, start: number, middle: number, operator: number): void {
  const whole = written(row, start, row.at);
  row.context.diagnostics.push(
    syntaxDiagnostics['chained-comparison']({
      span: whole.span,
      args: [],
      help: `write \`${written(row, start, operator).text} and ${written(row, middle, row.at).text}\``,
    }),
  );
}

/** `a == not b` */
function refuseNot(row: Row, place: number): void {
  const { span, text } = written(row, place, row.at);
  row.context.diagnostics.push(syntaxDiagnostics['loose-not']({ span, args: [], help: `write \`(${text})\`` }));
}

/** Items of a row as they are written, in short where they are long. */
function written({ context: { source }, items }: Row, from: number, to: number): { readonly span: Span; readonly text: string } {
  const [first, last] = [present(items[from], 'item'), present(items[to - 1], 'item')];
  const start = startOf(first);
  const end = 'children' in last ? present(last.location?.endOffset, 'end of an item') + 1 : last.startOffset + last.image.length;
  const text = source.text.slice(start, end);
  return { span: { source, start, end }, text: text.length <= 40 && !text.includes('\n') ? text : '...' };
}
