// Thread expressions as kernel text.

import { assertNever } from '../../base/invariant.ts';
import type { Compare } from '../../ir/kernel.ts';
import type { ThreadExpr, ThreadIndex } from '../../ir/thread-kernel.ts';
import { atom, infix, invoke, literal, localName, precedence, within, type Piece } from './text.ts';

const dimensionNames = ['x', 'y', 'z'] as const;

export function printIndex(index: ThreadIndex): Piece {
  switch (index.kind) {
    case 'int':
      return literal(index.value);
    case 'thread':
      return atom(`this.thread.${dimensionNames[index.dimension]}`);
    case 'counter':
      return atom(localName(index.local));
    case 'sum':
      return printSum(index.a, index.b);
    case 'product':
      return infix(printIndex(index.a), '*', literal(index.by), precedence.product);
    case 'quotient':
      // A GPU may divide a little short of a whole number: half a step keeps clear of it.
      return invoke('Math.floor', infix(infix(printIndex(index.a), '+', literal(0.5), precedence.sum), '/', literal(index.by), precedence.product));
    case 'table':
      return printAccess(`this.constants.d${index.data}`, index.at);
  }
  return assertNever(index);
}

function printSum(a: ThreadIndex, b: ThreadIndex): Piece {
  if (b.kind === 'int' && b.value < 0) return infix(printIndex(a), '-', literal(-b.value), precedence.sum);
  if (b.kind === 'product' && b.by < 0) return infix(printIndex(a), '-', infix(printIndex(b.a), '*', literal(-b.by), precedence.product), precedence.sum);
  return infix(printIndex(a), '+', printIndex(b), precedence.sum);
}

/** `name[z][y][x]` of as many as there are. */
function printAccess(name: string, at: readonly ThreadIndex[]): Piece {
  return atom(name + at.toReversed().map((index) => `[${printIndex(index).text}]`).join(''));
}

const comparisons: Readonly<Record<Compare, string>> = { eq: '===', ne: '!==', lt: '<', le: '<=', gt: '>', ge: '>=' };

export function printThreadExpr(expr: ThreadExpr): Piece {
  switch (expr.kind) {
    case 'float':
      return literal(expr.value);
    case 'local':
      return atom(localName(expr.local));
    case 'element':
      return printAccess(`v${expr.operand}`, expr.at);
    case 'constant':
      return printAccess(`this.constants.d${expr.data}`, expr.at);
    case 'unary':
      return printUnary(expr);
    case 'binary':
      return printBinary(expr);
    case 'select': {
      const when = infix(printThreadExpr(expr.a), comparisons[expr.compare], printThreadExpr(expr.b), precedence.relational);
      const arms = [expr.then, expr.otherwise].map((arm) => within(printThreadExpr(arm), precedence.relational));
      return { text: `${when.text} ? ${arms.join(' : ')}`, strength: precedence.conditional };
    }
  }
  return assertNever(expr);
}

function printUnary({ op, a }: ThreadExpr & { kind: 'unary' }): Piece {
  const value = printThreadExpr(a);
  switch (op) {
    case 'neg':
      return infix(literal(0), '-', value, precedence.sum);
    case 'abs':
    case 'sqrt':
    case 'exp':
    case 'log':
      return invoke(`Math.${op}`, value);
    case 'relu':
      return invoke('Math.max', value, literal(0));
    case 'reciprocal':
      return infix(literal(1), '/', value, precedence.product);
  }
  return assertNever(op);
}

function printBinary({ op, a, b }: ThreadExpr & { kind: 'binary' }): Piece {
  const [left, right] = [printThreadExpr(a), printThreadExpr(b)];
  switch (op) {
    case 'add':
      return infix(left, '+', right, precedence.sum);
    case 'sub':
      return infix(left, '-', right, precedence.sum);
    case 'mul':
      return infix(left, '*', right, precedence.product);
    case 'div':
      return infix(left, '/', right, precedence.product);
    case 'max':
    case 'min':
      return invoke(`Math.${op}`, left, right);
  }
  return assertNever(op);
}
