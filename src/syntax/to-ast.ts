// Concrete to abstract syntax tree. What recovery took out of the file is missing: the file already has a
// diagnostic for it and goes no further.

import type { CstNode } from 'chevrotain';
import type { Diagnostic } from '../base/diagnostic.ts';
import type { Source } from '../base/span.ts';
import type {
  ConstDeclaration, Declaration, Expression, InputParameter, LassoStatement, LayerPattern, Name, NetworkDeclaration,
  Phase, Setting, SourceFile, SparsityDeclaration, Statement, TrainDeclaration,
} from './ast.ts';
import { type Context, entriesOf, innerOf, name, nodeIn, nodeSpan, nodesIn, tokenIn, tokensIn, unknownNode } from './cst.ts';
import { syntaxDiagnostics } from './diagnostics.ts';
import { expression, list, string } from './expressions-to-ast.ts';

export interface Converted {
  readonly file: SourceFile;
  readonly diagnostics: readonly Diagnostic[];
}

export function toAst(source: Source, file: CstNode): Converted {
  const context: Context = { source, diagnostics: [] };
  const declarations = nodesIn(file, 'declaration').map((node) => declaration(context, node));
  return {
    file: { kind: 'file', source, declarations, span: { source, start: 0, end: source.text.length } },
    diagnostics: context.diagnostics,
  };
}

// Declarations

function declaration(context: Context, node: CstNode): Declaration {
  const inner = innerOf(node);
  switch (inner.name) {
    case 'constant':
      return constant(context, inner);
    case 'network':
      return network(context, inner);
    case 'sparsity':
      return sparsity(context, inner);
    case 'train':
      return train(context, inner);
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
    statements: nodesIn(node, 'statement').map((child) => statement(context, child)),
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
  const inner = innerOf(node);
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
  const statements = entriesOf(node).map((child) =>
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
    entries: entriesOf(node).map((child) => (child.name === 'phase' ? phase(context, child) : setting(context, child))),
    span: nodeSpan(context, node),
  };
}

function phase(context: Context, node: CstNode): Phase {
  return {
    kind: 'phase',
    name: name(context, tokenIn(node, 'Identifier')),
    settings: nodesIn(node, 'setting').map((child) => setting(context, child)),
    span: nodeSpan(context, node),
  };
}
