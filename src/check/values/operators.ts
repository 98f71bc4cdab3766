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
export type OrderOperator = Exclude<ComparisonOperator, '==' | '!='>;

export function isOrder(operator: string): operator is OrderOperator {
  return ['<', '<=', '>', '>='].includes(operator);
}

export function inOrder(operator: OrderOperator, left: number, right: number): boolean {
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
