// What the operators of constants compute.

import type { ArithmeticOperator, ComparisonOperator } from '../../syntax/ast.ts';

export function arithmetic(operator: ArithmeticOperator, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
    case '**':
      return left ** right;
  }
}

export function isArithmetic(operator: string): operator is ArithmeticOperator {
  return ['+', '-', '*', '/', '%', '**'].includes(operator);
}

/** Which comes first is asked of numbers alone. */
export function isOrder(operator: ComparisonOperator): operator is '<' | '<=' | '>' | '>=' {
  return operator !== '==' && operator !== '!=';
}

export function inOrder(operator: '<' | '<=' | '>' | '>=', left: number, right: number): boolean {
  switch (operator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}
