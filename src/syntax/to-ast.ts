// Concrete to abstract syntax tree. What the parser could not make whole is left out: the file already has a
// diagnostic for it and goes no further.

import type { CstElement, CstNode } from 'chevrotain';
import type { Diagnostic } from '../base/diagnostic.ts';
import { invariant, present } from '../base/invariant.ts';
import type { Source } from '../base/span.ts';
import type {
  ConstDeclaration, Declaration, Expression, InputParameter, LassoStatement, LayerPattern, Name, NetworkDeclaration,
  Phase, Setting, SourceFile, SparsityDeclaration, Statement, TrainDeclaration,
} from './ast.ts';
import { childrenOf, type Context, name, nodeIn, nodeSpan, nodesIn, tokenIn, tokensIn, unknownNode } from './cst.ts';
import { syntaxDiagnostics } from './diagnostics.ts';
import { expression, list, string } from './expressions-to-ast.ts';

export interface Converted {
  readonly file: SourceFile;
  readonly diagnostics: readonly Diagnostic[];
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
