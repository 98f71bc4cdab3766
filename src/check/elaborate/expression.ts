// Expressions that stand for layers.

import type { BinaryExpression, Expression, UnaryExpression } from '../../syntax/ast.ts';
import { blockNamed } from '../program/block.ts';
import { argumentDiagnostics } from '../diagnostics.ts';
import { elaborateBlock } from './block.ts';
import { elaborateCall } from './call.ts';
import { elaborateIf } from './if.ts';
import { elaborateRepeat } from './repeat.ts';
import { checkBudget } from './excess.ts';
import type { Wire } from './instance.ts';
import { isArithmetic } from '../values/operators.ts';
import { readLayer } from './scope.ts';
import type { Scope, Within } from './scope.ts';

/** The value of a layer expression; undefined where it or what it reads has been reported. */
export function elaborateExpression(expression: Expression, scope: Scope, within: Within): Wire | undefined {
  const { budget } = scope.elaboration;
  budget.spend();
  const wire = budget.deeper(() => elaborated(expression, scope, within));
  checkBudget(expression.span, scope);
  return wire;
}

function elaborated(expression: Expression, scope: Scope, within: Within): Wire | undefined {
  switch (expression.kind) {
    case 'name':
      return readLayer(expression, scope, within.reader);
    case 'call': {
      const block = blockNamed(expression.callee.text, scope.file);
      return block ? elaborateBlock(expression, block, scope, within) : elaborateCall(expression, scope, within);
    }
    case 'if':
      return elaborateIf(expression, scope, within);
    case 'repeat':
      return elaborateRepeat(expression, scope, within);
    case 'number':
    case 'string':
    case 'boolean':
    case 'list':
      return scope.report(argumentDiagnostics['expected-layer']({ span: expression.span, args: [described[expression.kind]] }));
    case 'unary':
    case 'binary':
      return rejectArithmetic(expression, scope);
  }
}

const described = {
  number: 'a number',
  string: 'a string',
  boolean: 'a truth value',
  list: 'a list',
} as const;

function rejectArithmetic(expression: BinaryExpression | UnaryExpression, { elaboration: { ops }, report }: Scope): undefined {
  const { kind, operator, span } = expression;
  if (!isArithmetic(operator)) return report(argumentDiagnostics['expected-layer']({ span, args: ['a truth value'] }));
  const arithmetic = [...ops.values()].filter((op) => op.syntax?.operator !== undefined);
  const meant = kind === 'binary' ? arithmetic.find((op) => op.syntax?.operator === operator) : undefined;
  const written = ({ span: { source, start, end } }: Expression): string => (end - start <= 40 ? source.text.slice(start, end) : '...');
  const operands = kind === 'binary' ? [expression.left, expression.right] : [expression.operand];
  // A number is no layer, so the operation would not take it either.
  const help = meant && !operands.some(({ kind: of }) => of in described) ? `write \`${meant.name}(${operands.map(written).join(', ')})\`` : `of layers there is ${arithmetic.map(({ name }) => `\`${name}\``).join(', ')} so far`;
  return report(argumentDiagnostics['layer-arithmetic']({ span, args: [operator], help }));
}
