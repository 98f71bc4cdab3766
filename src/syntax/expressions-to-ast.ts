// Expressions: concrete to abstract syntax.

import type { CstNode, IToken } from 'chevrotain';
import { present } from '../base/invariant.ts';
import type { Span } from '../base/span.ts';
import type { Argument, BinaryOperator, Expression, ListExpression, StringLiteral } from './ast.ts';
import { childrenOf, type Context, name, nodeIn, nodeSpan, nodesIn, tokenIn, tokenSpan, tokensIn, unknownNode } from './cst.ts';
import { syntaxDiagnostics } from './diagnostics.ts';
import { readNumber, readString } from './literals.ts';

export function expression(context: Context, node: CstNode): Expression {
  return leftToRight(node, 'product', ['Plus', 'Minus'], (child) =>
    leftToRight(child, 'signed', ['Star', 'Slash', 'Percent'], (inner) => signed(context, inner)),
  );
}

function leftToRight(
  node: CstNode,
  operands: string,
  operators: readonly string[],
  convert: (node: CstNode) => Expression,
): Expression {
  const [first, ...rest] = nodesIn(node, operands).map(convert);
  const signs = operators.flatMap((operator) => tokensIn(node, operator)).sort((a, b) => a.startOffset - b.startOffset);
  return rest.reduce<Expression>(
    (left, right, i) => ({
      kind: 'binary',
      operator: present(signs[i], 'operator').image as BinaryOperator,
      left,
      right,
      span: spanning(left, right),
    }),
    present(first, 'operand'),
  );
}

function spanning(first: Expression, last: Expression): Span {
  return { source: first.span.source, start: first.span.start, end: last.span.end };
}

function signed(context: Context, node: CstNode): Expression {
  return negated(context, tokensIn(node, 'Minus'), power(context, nodeIn(node, 'power')));
}

function negated(context: Context, signs: readonly IToken[], value: Expression): Expression {
  return signs.reduceRight<Expression>(
    (operand, sign) => ({
      kind: 'unary',
      operator: '-',
      operand,
      span: { source: context.source, start: sign.startOffset, end: operand.span.end },
    }),
    value,
  );
}

/** Folded from the right; each exponent first takes the signs between its `**` and itself. */
function power(context: Context, node: CstNode): Expression {
  const operands = nodesIn(node, 'operand');
  const signs = tokensIn(node, 'Minus');
  const converted = operands.map((operand) => operandOf(context, operand));
  const fold = (i: number): Expression => {
    const base = present(converted[i], 'operand');
    if (i + 1 === operands.length) return base;
    const [start, end] = [base.span.end, present(converted[i + 1], 'exponent').span.start];
    const own = signs.filter((sign) => sign.startOffset >= start && sign.startOffset < end);
    const right = negated(context, own, fold(i + 1));
    return { kind: 'binary', operator: '**', left: base, right, span: spanning(base, right) };
  };
  return fold(0);
}

function operandOf(context: Context, node: CstNode): Expression {
  const inner = present(childrenOf(node)[0], 'operand');
  if ('children' in inner) {
    switch (inner.name) {
      case 'call':
        return call(context, inner);
      case 'list':
        return list(context, inner);
      case 'parenthesized':
        return expression(context, nodeIn(inner, 'expression'));
      default:
        return unknownNode(inner);
    }
  }
  if (tokensIn(node, 'Number').length > 0) {
    const span = tokenSpan(context, inner);
    const { value, diagnostic } = readNumber(inner.image, span);
    if (diagnostic) context.diagnostics.push(diagnostic);
    return { kind: 'number', value, span };
  }
  if (tokensIn(node, 'String').length > 0) return string(context, inner);
  if (tokensIn(node, 'Identifier').length > 0) return name(context, inner);
  return { kind: 'boolean', value: inner.image === 'true', span: tokenSpan(context, inner) };
}

export function string(context: Context, token: IToken): StringLiteral {
  const span = tokenSpan(context, token);
  const { value, diagnostics } = readString(token.image, span);
  for (const diagnostic of diagnostics) context.diagnostics.push(diagnostic);
  return { kind: 'string', value, span };
}

export function list(context: Context, node: CstNode): ListExpression {
  const items = nodesIn(node, 'expression').map((child) => expression(context, child));
  return { kind: 'list', items, span: nodeSpan(context, node) };
}

function call(context: Context, node: CstNode): Expression {
  const args = nodesIn(node, 'argument').map((child) => argument(context, child));
  const firstNamed = args.find((arg) => arg.name);
  // An argument without width stands for one that recovery took out.
  const misplaced = args.find(
    ({ name: key, span }) => !key && firstNamed && span.start > firstNamed.span.start && span.end > span.start,
  );
  if (firstNamed && misplaced) {
    context.diagnostics.push(
      syntaxDiagnostics['positional-after-named']({
        span: misplaced.span,
        args: [],
        related: [{ message: 'named here', span: firstNamed.span }],
        help: 'move it before the named arguments, or name it',
      }),
    );
  }
  return {
    kind: 'call',
    callee: name(context, tokenIn(node, 'Identifier')),
    arguments: args,
    span: nodeSpan(context, node),
  };
}

function argument(context: Context, node: CstNode): Argument {
  const token = tokensIn(node, 'Identifier')[0];
  const value = expression(context, nodeIn(node, 'expression'));
  return { kind: 'argument', ...(token && { name: name(context, token) }), value, span: nodeSpan(context, node) };
}
