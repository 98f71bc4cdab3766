// How indices of the channel axis (axis 1) of a node's inputs become indices of its result's channel axis.

import type { Shape } from '../base/tensor.ts';
import type { Node, Value } from '../ir/graph.ts';
import type { Op } from '../ir/op.ts';
import type { AxisLink } from '../ir/pruning-rules.ts';

/** The channel axis of activations. */
export const channelAxis = 1;

/** Index c of the operand becomes `factor` indices of the result, from `offset + c * factor`; or the one that a table says. */
export interface ChannelLink {
  readonly operand: Value;
  readonly result: Value;
  readonly factor: number;
  readonly offset: number;
  readonly table?: readonly number[];
}

/** What index c of the operand becomes: of a slice maybe nothing. */
export function targetsOf({ factor, offset, table }: ChannelLink, c: number): readonly number[] {
  if (table) return (table[c] ?? -1) < 0 ? [] : [table[c] as number];
  return Array.from({ length: factor }, (_, j) => offset + c * factor + j);
}

/** Links of a node whose channels pass through it one by one; undefined where it mixes or cannot be sliced. */
export function channelLinks(node: Node, op: Op, inputs: readonly Shape[], isActivation: (input: number) => boolean): readonly ChannelLink[] | undefined {
  if (op.pruning.kind !== 'channels') return undefined;
  const links: ChannelLink[] = [];
  for (const [input, axes] of op.pruning.axes(node.attrs, inputs).entries()) {
    const operand = node.inputs[input];
    if (!operand || !isActivation(input)) continue;
    const axis = axes[channelAxis];
    const link = axis && channelLink(node, operand, axis);
    if (!link) return undefined;
    links.push(link);
  }
  return links;
}

function channelLink(node: Node, operand: Value, link: AxisLink): ChannelLink | undefined {
  switch (link.kind) {
    case 'identity':
    case 'expand':
    case 'offset':
      if (link.axis !== channelAxis) return undefined;
      return { operand, result: { node: node.id, result: link.result }, factor: link.kind === 'expand' ? link.factor : 1, offset: link.kind === 'offset' ? link.offset : 0 };
    case 'table':
      if (link.axis !== channelAxis) return undefined;
      return { operand, result: { node: node.id, result: link.result }, factor: 1, offset: 0, table: link.table };
    case 'all':
      return undefined;
  }
}
