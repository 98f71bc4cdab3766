// Expressions: concrete to abstract syntax.

import type { CstNode, IToken } from 'chevrotain';
import { present } from '../base/invariant.ts';
import type {
  Argument, Assignment, Body, CallExpression, Expression, IfExpression, ListExpression, Name, RepeatExpression, StringLiteral,
} from './ast.ts';
import { climb } from './climb.ts';
import { childrenOf, type Context, name, nodeIn, nodeSpan, nodesIn, tokenIn, tokenSpan, tokensIn, unknownNode } from './cst.ts';
import { syntaxDiagnostics } from './diagnostics.ts';
import { readNumber, readString } from './literals.ts';

export function expression(context: Context, node: CstNode): Expression {
  return climb({ context, items: childrenOf(node), operand: (child) => operand(context, child), at: 0 }, 0);
}

export function operand(context: Context, node: CstNode): Expression {
  const inner = present(childrenOf(node)[0], 'operand');
  if ('children' in inner) {
    switch (inner.name) {
      case 'call':
        return call(context, inner);
      case 'list':
        return list(context, inner);
      case 'parenthesized':
        return expression(context, nodeIn(inner, 'expression'));
      case 'if':
        return conditional(context, inner);
      case 'repeat':
        return repeat(context, inner);
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

/** The parser's row of branches, each within the alternative of the one before. */
function conditional(context: Context, node: CstNode): IfExpression {
  const conditions = nodesIn(node, 'expression').map((child) => expression(context, child));
  const bodies = nodesIn(node, 'body').map((child) => body(context, child));
  const words = tokensIn(node, 'If');
  const { source, end } = nodeSpan(context, node);
  const branch = (i: number, otherwise: Body): IfExpression => ({
    kind: 'if',
    condition: present(conditions[i], 'condition'),
    then: present(bodies[i], 'body'),
    otherwise,
    span: { source, start: present(words[i], 'if').startOffset, end },
  });
  let otherwise = present(bodies.at(-1), 'body');
  for (let i = conditions.length - 1; i > 0; i--) {
    const value = branch(i, otherwise);
    otherwise = { kind: 'body', assignments: [], value, span: value.span };
  }
  return branch(0, otherwise);
}

function repeat(context: Context, node: CstNode): RepeatExpression {
  const index = tokensIn(node, 'Identifier')[0];
  const carried = nodeIn(node, 'carried');
  return {
    kind: 'repeat',
    count: expression(context, nodeIn(node, 'expression')),
    ...(index && { index: name(context, index) }),
    carried: {
      kind: 'carried',
      name: name(context, tokenIn(carried, 'Identifier')),
      initial: expression(context, nodeIn(carried, 'expression')),
      span: nodeSpan(context, carried),
    },
    body: body(context, nodeIn(node, 'body')),
    span: nodeSpan(context, node),
  };
}

function body(context: Context, node: CstNode): Body {
  return {
    kind: 'body',
    assignments: nodesIn(node, 'setting').map((child) => assignment(context, child)),
    value: expression(context, nodeIn(node, 'expression')),
    span: nodeSpan(context, node),
  };
}

/** The name and value that constants, layers, settings and clauses consist of. */
export function named(context: Context, node: CstNode): { readonly name: Name; readonly value: Expression } {
  return {
    name: name(context, tokenIn(node, 'Identifier')),
    value: expression(context, nodeIn(node, 'expression')),
  };
}

export function assignment(context: Context, node: CstNode): Assignment {
  return { kind: 'assignment', ...named(context, node), span: nodeSpan(context, node) };
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

export function call(context: Context, node: CstNode): CallExpression {
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
