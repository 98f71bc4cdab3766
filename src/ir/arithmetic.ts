// What the operators of nests and kernels do to numbers, before any rounding: for their interpreters.

import { assertNever } from '../base/invariant.ts';
import type { BinaryOp, CompareOp, UnaryOp } from './nest.ts';

export function unaryAt(op: UnaryOp, a: number): number {
  switch (op) {
    case 'neg':
      return -a;
    case 'abs':
      return Math.abs(a);
    case 'sqrt':
      return Math.sqrt(a);
    case 'exp':
      return Math.exp(a);
    case 'log':
      return Math.log(a);
    case 'relu':
      return Math.max(0, a);
    case 'reciprocal':
      return 1 / a;
    default:
      return assertNever(op);
  }
}

export function binaryAt(op: BinaryOp, a: number, b: number): number {
  switch (op) {
    case 'add':
      return a + b;
    case 'sub':
      return a - b;
    case 'mul':
      return a * b;
    case 'div':
      return a / b;
    case 'min':
      return Math.min(a, b);
    case 'max':
      return Math.max(a, b);
    default:
      return assertNever(op);
  }
}

export function compareAt(op: CompareOp, a: number, b: number): boolean {
  switch (op) {
    case 'eq':
      return a === b;
    case 'ne':
      return a !== b;
    case 'lt':
      return a < b;
    case 'le':
      return a <= b;
    case 'gt':
      return a > b;
    case 'ge':
      return a >= b;
    default:
      return assertNever(op);
  }
}
