// Concrete to abstract syntax tree. What recovery took out of the file is missing: the file already has a
// diagnostic for it and goes no further.

import type { CstNode } from 'chevrotain';
import type { Diagnostic } from '../base/diagnostic.ts';
import { present } from '../base/invariant.ts';
import type { Source } from '../base/span.ts';
import type {
  Amount, BlockDeclaration, BlockParameter, BudgetStatement, ConstDeclaration, Declaration, ImportDeclaration, InputParameter, LassoStatement,
  LayerPattern, NetworkDeclaration, ReturnStatement, Section, Setting, SourceFile, SparsityDeclaration, Statement, StructureReference,
  TotalStatement, TrainDeclaration,
} from './ast.ts';
import { type Context, entriesOf, innerOf, name, nodeIn, nodeSpan, nodesIn, tokenIn, tokensIn, unknownNode } from './cst.ts';
import { syntaxDiagnostics } from './diagnostics.ts';
import { assignment, call, expression, list, named, operand, string } from './expressions-to-ast.ts';

export interface Converted {
  readonly file: SourceFile;
  readonly diagnostics: readonly Diagnostic[];
}

export function toAst(source: Source, file: CstNode): Converted {
  const context: Context = { source, diagnostics: [] };
  const imports = nodesIn(file, 'import').map((node) => importDeclaration(context, node));
  const declarations = nodesIn(file, 'declaration').map((node) => declaration(context, node));
  return {
    file: { kind: 'file', source, imports, declarations, span: { source, start: 0, end: source.text.length } },
    diagnostics: context.diagnostics,
  };
}

// Declarations

function importDeclaration(context: Context, node: CstNode): ImportDeclaration {
  return {
    kind: 'import',
    names: tokensIn(node, 'Identifier').map((token) => name(context, token)),
    path: string(context, tokenIn(node, 'String')),
    span: nodeSpan(context, node),
  };
}

function declaration(context: Context, node: CstNode): Declaration {
  const inner = innerOf(node);
  switch (inner.name) {
    case 'constant':
      return constant(context, inner);
    case 'block':
      return block(context, inner);
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

function block(context: Context, node: CstNode): BlockDeclaration {
  const statements = nodesIn(node, 'statement').map((child) => statement(context, child));
  for (const { kind, span } of statements) {
    if (kind === 'labels') context.diagnostics.push(syntaxDiagnostics['labels-place']({ span, args: [], help: 'they name the outputs of a network: write them there' }));
  }
  for (const statement of statements) {
    const [second] = statement.kind === 'return' ? statement.others : [];
    if (second) context.diagnostics.push(syntaxDiagnostics['several-values']({ span: second.span, args: [], help: 'only a network has several outputs: make a block of each' }));
  }
  return {
    kind: 'block',
    name: name(context, tokenIn(node, 'Identifier')),
    parameters: nodesIn(nodeIn(node, 'parameters'), 'parameter').map((child) => parameter(context, child)),
    statements: statements.filter((each) => each.kind !== 'labels'),
    span: nodeSpan(context, node),
  };
}

function parameter(context: Context, node: CstNode): BlockParameter {
  const [value] = nodesIn(node, 'expression');
  return {
    kind: 'parameter',
    name: name(context, tokenIn(node, 'Identifier')),
    ...(value && { default: expression(context, value) }),
    span: nodeSpan(context, node),
  };
}

function network(context: Context, node: CstNode): NetworkDeclaration {
  return {
    kind: 'network',
    name: name(context, tokenIn(node, 'Identifier')),
    inputs: nodesIn(nodeIn(node, 'inputs'), 'inputParameter').map((child) => input(context, child)),
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
      return assignment(context, inner);
    case 'labels':
      return { kind: 'labels', labels: list(context, nodeIn(inner, 'list')), span };
    case 'return':
      return returned(context, inner);
    default:
      return unknownNode(inner);
  }
}

function returned(context: Context, node: CstNode): ReturnStatement {
  const [value, ...others] = nodesIn(node, 'expression').map((child) => expression(context, child));
  return { kind: 'return', value: present(value, 'value of return'), others, span: nodeSpan(context, node) };
}

function setting(context: Context, node: CstNode): Setting {
  return { kind: 'setting', ...named(context, node), span: nodeSpan(context, node) };
}

function sparsity(context: Context, node: CstNode): SparsityDeclaration {
  const statements = entriesOf(node).map((child) => {
    if (child.name === 'lasso') return lasso(context, child);
    if (child.name === 'budget') return budget(context, child);
    return child.name === 'total' ? total(context, child) : setting(context, child);
  });
  const token = tokensIn(node, 'Identifier')[0];
  return { kind: 'sparsity', ...(token && { name: name(context, token) }), statements, span: nodeSpan(context, node) };
}

function lasso(context: Context, node: CstNode): LassoStatement {
  return {
    kind: 'lasso',
    structures: nodesIn(node, 'structure').map((child) => structure(context, child)),
    layers: nodesIn(node, 'layers').map((child) => layers(context, child)),
    strength: expression(context, nodeIn(node, 'expression')),
    clauses: nodesIn(node, 'clause').map((child) => setting(context, child)),
    span: nodeSpan(context, node),
  };
}

function budget(context: Context, node: CstNode): BudgetStatement {
  return {
    kind: 'budget',
    method: name(context, tokenIn(node, 'Identifier')),
    structures: nodesIn(node, 'structure').map((child) => structure(context, child)),
    layers: nodesIn(node, 'layers').map((child) => layers(context, child)),
    ...(nodesIn(node, 'operand').length > 0 && { amount: amount(context, node) }),
    span: nodeSpan(context, node),
  };
}

function total(context: Context, node: CstNode): TotalStatement {
  return { kind: 'total', amount: amount(context, node), of: name(context, tokenIn(node, 'Identifier')), isUnit: tokensIn(node, 'Of').length === 0, span: nodeSpan(context, node) };
}

function amount(context: Context, node: CstNode): Amount {
  return { value: operand(context, nodeIn(node, 'operand')), isPercent: tokensIn(node, 'Percent').length > 0 };
}

function structure(context: Context, node: CstNode): StructureReference {
  const span = nodeSpan(context, node);
  const [called] = nodesIn(node, 'call');
  if (!called) return { kind: 'structure', name: name(context, tokenIn(node, 'Identifier')), arguments: [], span };
  const { callee, arguments: given } = call(context, called);
  return { kind: 'structure', name: callee, arguments: given, span };
}

const WELL_FORMED_PATTERN = /^[\w*]+(?:\.[\w*]+)*$/;

function layers(context: Context, node: CstNode): LayerPattern {
  const span = nodeSpan(context, nodeIn(node, 'pattern'));
  const [multiplier] = nodesIn(node, 'expression');
  const text = context.source.text.slice(span.start, span.end);
  // Letters that no name has have been told.
  if (!WELL_FORMED_PATTERN.test(text.replaceAll(/[\p{L}\p{M}\p{N}]/gu, 'x'))) {
    context.diagnostics.push(
      syntaxDiagnostics['malformed-pattern']({ span, args: [text], help: 'for example `conv1`, `conv*`, `stage2.*.conv1`' }),
    );
  }
  return { kind: 'layer-pattern', pattern: text, ...(multiplier && { multiplier: expression(context, multiplier) }), span };
}

function train(context: Context, node: CstNode): TrainDeclaration {
  const dataset = tokensIn(node, 'Identifier')[0];
  return {
    kind: 'train',
    dataset: dataset ? name(context, dataset) : string(context, tokenIn(node, 'String')),
    entries: entriesOf(node).map((child) => (child.name === 'section' ? section(context, child) : setting(context, child))),
    span: nodeSpan(context, node),
  };
}

function section(context: Context, node: CstNode): Section {
  return {
    kind: 'section',
    name: name(context, tokenIn(node, 'Identifier')),
    settings: nodesIn(node, 'setting').map((child) => setting(context, child)),
    span: nodeSpan(context, node),
  };
}
