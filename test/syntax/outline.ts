// A syntax tree as an indented outline, each node with the text it spans: what fixtures compare.

import type { Span } from '../../src/base/span.ts';

interface Node {
  readonly kind: string;
  readonly span: Span;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'kind' in value && 'span' in value;
}

export function outline(node: Node, role = '', depth = 0): string[] {
  const fields = Object.entries(node).filter(([key]) => key !== 'kind' && key !== 'span' && key !== 'source');
  const scalars = fields.filter(([, value]) => typeof value !== 'object').map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  const { source, start, end } = node.span;
  const text = source.text.slice(start, end).replaceAll(/\s+/g, ' ');
  const shown = text.length > 50 ? `${text.slice(0, 24)} … ${text.slice(-22)}` : text;
  const head = `${'  '.repeat(depth)}${role}${[node.kind, ...scalars].join(' ')}`;
  const children = fields.flatMap(([key, value]) => {
    const nodes = (Array.isArray(value) ? value : [value]).filter(isNode);
    return nodes.flatMap((child) => outline(child, `${key}: `, depth + 1));
  });
  return [`${head}  ⟨${shown}⟩`, ...children];
}
