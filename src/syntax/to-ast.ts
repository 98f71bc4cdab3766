// Concrete to abstract syntax tree. What the parser could not make whole is left out: the file already has a
// diagnostic for it and goes no further.

import type { CstElement, CstNode, IToken } from 'chevrotain';
import type { Diagnostic } from '../base/diagnostic.ts';
import { invariant, present } from '../base/invariant.ts';
import type { Source, Span } from '../base/span.ts';
import type {
  Argument, BinaryOperator, ConstDeclaration, Declaration, Expression, InputParameter, LassoStatement, LayerPattern,
  ListExpression, Name, NetworkDeclaration, Phase, Setting, SourceFile, SparsityDeclaration, Statement,
  StringLiteral, TrainDeclaration,
} from './ast.ts';
import { childrenOf, nodeIn, nodesIn, tokenIn, tokensIn } from './cst.ts';
import { syntaxDiagnostics } from './diagnostics.ts';
import { readNumber, readString } from './literals.ts';

export interface Converted {
  readonly file: SourceFile;
  readonly diagnostics: readonly Diagnostic[];
}

interface Context {
  readonly source: Source;
  readonly diagnostics: Diagnostic[];
}

export function toAst(source: Source, file: CstNode): Converted {
  const context: Context = { source, diagnostics: [] };
  const declarations = nodesIn(file, 'declaration').flatMap((node) => declaration(context, node));
  return {
    file: { kind: 'file', source, declarations, span: { source, start: 0, end: source.text.length } },
    diagnostics: context.diagnostics,
  };
}

// Wholeness

/** Neither recovered from an error nor holding what the parser made up. */
function isWhole(element: CstElement): boolean {
  if (!('children' in element)) return element.isInsertedInRecovery !== true;
  return element.recoveredNode !== true && Object.values(element.children).every((list) => list.every(isWhole));
}

function whole<T>(nodes: readonly CstNode[], convert: (node: CstNode) => T): T[] {
  return nodes.filter(isWhole).map(convert);
}

/** Whether a block's own words are there; its entries are judged one by one. */
function hasHeader(node: CstNode, entries: readonly string[]): boolean {
  return (
    node.recoveredNode !== true &&
    Object.entries(node.children).every(([name, list]) => entries.includes(name) || list.every(isWhole))
  );
}

// Spans

function tokenSpan({ source }: Context, token: IToken): Span {
  return { source, start: token.startOffset, end: token.startOffset + token.image.length };
}

function nodeSpan({ source }: Context, node: CstNode): Span {
  const { startOffset, endOffset } = present(node.location, 'location of a syntax node');
  return { source, start: startOffset, end: present(endOffset, 'end of a syntax node') + 1 };
}

function spanning(first: Expression, last: Expression): Span {
  return { source: first.span.source, start: first.span.start, end: last.span.end };
}

function name(context: Context, token: IToken): Name {
  return { kind: 'name', text: token.image, span: tokenSpan(context, token) };
}

// Declarations

function declaration(context: Context, node: CstNode): Declaration[] {
  const inner = childrenOf(node)[0];
  if (inner === undefined || !('children' in inner)) return [];
  switch (inner.name) {
    case 'constant':
      return isWhole(inner) ? [constant(context, inner)] : [];
    case 'network':
      return hasHeader(inner, ['statement']) ? [network(context, inner)] : [];
    case 'sparsity':
      return hasHeader(inner, ['lasso', 'setting']) ? [sparsity(context, inner)] : [];
    case 'train':
      return hasHeader(inner, ['phase', 'setting']) ? [train(context, inner)] : [];
    default:
      return unknownNode(inner);
  }
}

function unknownNode(node: CstNode): never {
  invariant(false, () => `no conversion for the syntax node ${node.name}`);
}

function constant(context: Context, node: CstNode): ConstDeclaration {
  return { kind: 'const', ...named(context, node), span: nodeSpan(context, node) };
}

/** The name and value that constants, layers, settings and clauses consist of. */
function named(context: Context, node: CstNode): { readonly name: Name; readonly value: Expression } {
  return {
    name: name(context, tokenIn(node, 'Identifier')),
    value: expression(context, nodeIn(node, 'expression')),
  };
}

function network(context: Context, node: CstNode): NetworkDeclaration {
  return {
    kind: 'network',
    name: name(context, tokenIn(node, 'Identifier')),
    inputs: nodesIn(nodeIn(node, 'inputs'), 'parameter').map((parameter) => input(context, parameter)),
    statements: whole(nodesIn(node, 'statement'), (child) => statement(context, child)),
    span: nodeSpan(context, node),
  };
}

function input(context: Context, node: CstNode): InputParameter {
  const type = tokenIn(node, 'Tensor');
  const extents = list(context, nodeIn(node, 'list'));
  return {
    kind: 'input',
    name: name(context, tokenIn(node, 'Identifier')),
    type: {
      kind: 'tensor-type',
      extents: extents.items,
      span: { source: context.source, start: type.startOffset, end: extents.span.end },
    },
    span: nodeSpan(context, node),
  };
}

function statement(context: Context, node: CstNode): Statement {
  const inner = present(childrenOf(node)[0], 'statement');
  invariant('children' in inner, 'a statement is a rule of its own');
  const span = nodeSpan(context, inner);
  switch (inner.name) {
    case 'setting':
      return { kind: 'assignment', ...named(context, inner), span };
    case 'labels':
      return { kind: 'labels', labels: list(context, nodeIn(inner, 'list')), span };
    case 'return':
      return { kind: 'return', value: expression(context, nodeIn(inner, 'expression')), span };
    default:
      return unknownNode(inner);
  }
}

function setting(context: Context, node: CstNode): Setting {
  return { kind: 'setting', ...named(context, node), span: nodeSpan(context, node) };
}

function sparsity(context: Context, node: CstNode): SparsityDeclaration {
  const statements = whole(inOrder(node, ['lasso', 'setting']), (child) =>
    child.name === 'lasso' ? lasso(context, child) : setting(context, child),
  );
  return { kind: 'sparsity', statements, span: nodeSpan(context, node) };
}

function lasso(context: Context, node: CstNode): LassoStatement {
  return {
    kind: 'lasso',
    structures: tokensIn(node, 'Identifier').map((token) => name(context, token)),
    layers: nodesIn(node, 'layers').map((child) => pattern(context, child)),
    strength: expression(context, nodeIn(node, 'expression')),
    clauses: nodesIn(node, 'clause').map((child) => setting(context, child)),
    span: nodeSpan(context, node),
  };
}

const WELL_FORMED_PATTERN = /^[\w*]+(?:\.[\w*]+)*$/;

function pattern(context: Context, node: CstNode): LayerPattern {
  const span = nodeSpan(context, node);
  const text = context.source.text.slice(span.start, span.end);
  if (!WELL_FORMED_PATTERN.test(text)) {
    context.diagnostics.push(
      syntaxDiagnostics['malformed-pattern']({ span, args: [text], help: 'for example `conv1`, `conv*`, `stage2.*.conv1`' }),
    );
  }
  return { kind: 'layer-pattern', pattern: text, span };
}

function train(context: Context, node: CstNode): TrainDeclaration {
  const dataset = tokensIn(node, 'Identifier')[0];
  return {
    kind: 'train',
    dataset: dataset ? name(context, dataset) : string(context, tokenIn(node, 'String')),
    entries: inOrder(node, ['phase', 'setting']).flatMap((child): (Phase | Setting)[] => {
      if (child.name === 'setting') return isWhole(child) ? [setting(context, child)] : [];
      return hasHeader(child, ['setting']) ? [phase(context, child)] : [];
    }),
    span: nodeSpan(context, node),
  };
}

function phase(context: Context, node: CstNode): Phase {
  return {
    kind: 'phase',
    name: name(context, tokenIn(node, 'Identifier')),
    settings: whole(nodesIn(node, 'setting'), (child) => setting(context, child)),
    span: nodeSpan(context, node),
  };
}

function inOrder(node: CstNode, names: readonly string[]): CstNode[] {
  return childrenOf(node).filter((child): child is CstNode => 'children' in child && names.includes(child.name));
}

// Expressions

function expression(context: Context, node: CstNode): Expression {
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

function string(context: Context, token: IToken): StringLiteral {
  const span = tokenSpan(context, token);
  const { value, diagnostics } = readString(token.image, span);
  context.diagnostics.push(...diagnostics);
  return { kind: 'string', value, span };
}

function list(context: Context, node: CstNode): ListExpression {
  const items = nodesIn(node, 'expression').map((child) => expression(context, child));
  return { kind: 'list', items, span: nodeSpan(context, node) };
}

function call(context: Context, node: CstNode): Expression {
  const args = nodesIn(node, 'argument').map((child) => argument(context, child));
  const firstNamed = args.find((arg) => arg.name);
  const misplaced = args.find((arg) => !arg.name && firstNamed && arg.span.start > firstNamed.span.start);
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
