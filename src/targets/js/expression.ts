// Kernel expressions as JavaScript. A vec is one number. Floating point is computed in double precision and
// rounded where it is stored. Integers are those of 32 bits: `| 0` stands where a value could leave them.

import { assertNever } from '../../base/invariant.ts';
import { intAdd, int } from '../../ir/kernel.ts';
import type { Compare, Expr, IntOp } from '../../ir/kernel.ts';
import { atom, conditional, infix, invoke, literal, localName, precedence, prefix } from './text.ts';
import type { Piece } from './text.ts';

/** An integer that may have left 32 bits, but never the integers that a double holds exactly. */
interface Int extends Piece {
  /** No smaller than its absolute value. */
  readonly bound: number;
}

const int32Bound = 2 ** 31;
const exactBound = 2 ** 53;

const truncated = (piece: Piece): Int => ({ ...piece, bound: int32Bound });

const comparisons: Readonly<Record<Compare, readonly [op: string, strength: number]>> = {
  eq: ['===', precedence.equality], ne: ['!==', precedence.equality],
  lt: ['<', precedence.relational], le: ['<=', precedence.relational],
  gt: ['>', precedence.relational], ge: ['>=', precedence.relational],
};

/** Any expression as a value; integers within 32 bits. */
export function printExpr(expr: Expr): Piece {
  switch (expr.kind) {
    case 'int':
    case 'int-op':
      return toInt32(printInt(expr));
    case 'float':
      return literal(Math.fround(expr.value));
    case 'local':
      return atom(localName(expr.local));
    case 'load':
      return printElement(expr.as === 'i32' ? 'I' : 'F', expr.at, expr.offset);
    case 'unary':
      return printUnary(expr);
    case 'binary':
      return printBinary(expr);
    case 'select': {
      const [op, strength] = comparisons[expr.compare];
      return conditional(infix(printExpr(expr.a), op, printExpr(expr.b), strength), printExpr(expr.then), printExpr(expr.otherwise));
    }
    case 'splat':
      return printExpr(expr.a);
    case 'to-float':
      return invoke('Math.fround', printExpr(expr.a));
  }
  return assertNever(expr);
}

/** An element of one of the two heaps; a sum that is an address never leaves 32 bits. */
export function printElement(heap: 'F' | 'I', at: Expr, offset: number): Piece {
  return atom(`${heap}[${printInt(intAdd(at, int(offset))).text}]`);
}

/** What stands in an `if` or after `while`. */
export function printCondition(expr: Expr): Piece {
  if (expr.kind === 'int-op') {
    switch (expr.op) {
      case 'eq':
      case 'ne':
      case 'lt':
      case 'le':
      case 'gt':
      case 'ge': {
        const [op, strength] = comparisons[expr.op];
        return infix(printExpr(expr.a), op, printExpr(expr.b), strength);
      }
      case 'and':
        if (isCondition(expr.a) && isCondition(expr.b)) return infix(printCondition(expr.a), '&&', printCondition(expr.b), precedence.and);
        break;
      case 'add':
      case 'sub':
      case 'mul':
      case 'xor':
      case 'shift-left':
      case 'shift-right-unsigned':
        break;
    }
  }
  return infix(printExpr(expr), '!==', literal(0), precedence.equality);
}

function isComparison(op: IntOp): boolean {
  return op in comparisons;
}

/** Whether it is 0 or 1. */
function isCondition(expr: Expr): boolean {
  return expr.kind === 'int-op' && (isComparison(expr.op) || (expr.op === 'and' && isCondition(expr.a) && isCondition(expr.b)));
}

function toInt32(value: Int): Int {
  return value.bound <= int32Bound ? value : truncated(infix(value, '|', literal(0), precedence.bitOr));
}

function printInt(expr: Expr): Int {
  if (expr.kind === 'int') return { ...literal(expr.value | 0), bound: Math.abs(expr.value | 0) };
  if (expr.kind !== 'int-op') return truncated(printExpr(expr));
  if (isCondition(expr)) return { ...conditional(printCondition(expr), literal(1), literal(0)), bound: 1 };
  const a = printInt(expr.a);
  const b = printInt(expr.b);
  switch (expr.op) {
    case 'add':
    case 'sub': {
      const bound = a.bound + b.bound;
      if (bound > exactBound) return { ...printSum(expr.op, toInt32(a), toInt32(b)), bound: 2 * int32Bound };
      return { ...printSum(expr.op, a, b), bound };
    }
    case 'mul': {
      const bound = a.bound * b.bound;
      return bound > exactBound ? truncated(invoke('Math.imul', a, b)) : { ...infix(a, '*', b, precedence.product), bound };
    }
    case 'and':
      return truncated(infix(a, '&', b, precedence.bitAnd));
    case 'xor':
      return truncated(infix(a, '^', b, precedence.bitXor));
    case 'shift-left':
      return truncated(infix(a, '<<', b, precedence.shift));
    case 'shift-right-unsigned': {
      const by = expr.b.kind === 'int' ? expr.b.value & 31 : 0;
      return { ...infix(a, '>>>', b, precedence.shift), bound: 2 ** (32 - by) };
    }
    case 'eq':
    case 'ne':
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge':
      // Conditions are above.
      return truncated(printCondition(expr));
  }
}

function printSum(op: 'add' | 'sub', a: Int, b: Int): Piece {
  const negative = b.text.startsWith('-') && b.strength === precedence.unary;
  const sign = (op === 'add') === negative ? '-' : '+';
  return infix(a, sign, negative ? atom(b.text.slice(1)) : b, precedence.sum);
}

function printUnary({ op, a }: Expr & { kind: 'unary' }): Piece {
  const value = printExpr(a);
  switch (op) {
    case 'neg':
      return prefix('-', value);
    case 'abs':
      return invoke('Math.abs', value);
    case 'sqrt':
      return invoke('Math.sqrt', value);
    case 'exp':
      return invoke('Math.exp', value);
    case 'log':
      return invoke('Math.log', value);
    case 'relu':
      return invoke('Math.max', value, literal(0));
    case 'reciprocal':
      return infix(literal(1), '/', value, precedence.product);
  }
  return assertNever(op);
}

function printBinary({ op, a, b }: Expr & { kind: 'binary' }): Piece {
  const [left, right] = [printExpr(a), printExpr(b)];
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
      return invoke('Math.max', left, right);
    case 'min':
      return invoke('Math.min', left, right);
  }
  return assertNever(op);
}
