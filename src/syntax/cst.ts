// Reading chevrotain's concrete syntax trees: children by name, or all in source order.

import type { CstElement, CstNode, IToken } from 'chevrotain';
import { present } from '../base/invariant.ts';

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
export function childrenOf(node: CstNode): CstElement[] {
  return Object.values(node.children).flat().sort((a, b) => startOf(a) - startOf(b));
}

function startOf(element: CstElement): number {
  return 'children' in element ? (element.location?.startOffset ?? 0) : element.startOffset;
}
