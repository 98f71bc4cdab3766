// Reading chevrotain's concrete syntax trees: children by name or in source order, spans, names.

import type { CstElement, CstNode, IToken } from 'chevrotain';
import type { Diagnostic } from '../base/diagnostic.ts';
import { invariant, present } from '../base/invariant.ts';
import type { Source, Span } from '../base/span.ts';
import type { Name } from './ast.ts';

export function tokensIn(node: CstNode, name: string): IToken[] {
  return (node.children[name] ?? []).filter((child): child is IToken => !('children' in child));
}

export function nodesIn(node: CstNode, name: string): CstNode[] {
  return (node.children[name] ?? []).filter((child): child is CstNode => 'children' in child);
}

export function tokenIn(node: CstNode, name: string): IToken {
  return present(tokensIn(node, name)[0], `${name} in ${node.name}`);
}

export function nodeIn(node: CstNode, name: string): CstNode {
  return present(nodesIn(node, name)[0], `${name} in ${node.name}`);
}

/** All children in source order. */
export function childrenOf(node: CstNode): readonly CstElement[] {
  const byName = Object.values(node.children);
  // Those of one name are in order already; most nodes have no others.
  const [only] = byName;
  return byName.length === 1 && only ? only : byName.flat().sort((a, b) => startOf(a) - startOf(b));
}

/** The rules among the children, in source order. */
export function entriesOf(node: CstNode): CstNode[] {
  return childrenOf(node).filter((child): child is CstNode => 'children' in child);
}

/** The rule that a rule of alternatives stands for. */
export function innerOf(node: CstNode): CstNode {
  return present(entriesOf(node)[0], `child of ${node.name}`);
}

export function startOf(element: CstElement): number {
  return 'children' in element ? (element.location?.startOffset ?? 0) : element.startOffset;
}

// For the conversion to the syntax tree

export interface Context {
  readonly source: Source;
  readonly diagnostics: Diagnostic[];
}

export function tokenSpan({ source }: Context, token: IToken): Span {
  return { source, start: token.startOffset, end: token.startOffset + token.image.length };
}

export function nodeSpan({ source }: Context, node: CstNode): Span {
  const { startOffset, endOffset } = present(node.location, 'location of a syntax node');
  return { source, start: startOffset, end: present(endOffset, 'end of a syntax node') + 1 };
}

export function name(context: Context, token: IToken): Name {
  return { kind: 'name', text: token.image, span: tokenSpan(context, token) };
}

export function unknownNode(node: CstNode): never {
  invariant(false, () => `no conversion for the syntax node ${node.name}`);
}
