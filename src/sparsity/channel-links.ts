// How indices of the channel axis (axis 1) of a node's inputs become indices of its result's channel axis.

import type { Node } from '../ir/graph.ts';
import type { AxisLink, Op } from '../ir/op.ts';
import type { Shape } from '../base/tensor.ts';

/** The channel axis of activations. */
export const channelAxis = 1;

/** Index c of the input becomes indices `offset + c * factor` up to that plus `factor` of the result. */
export interface ChannelLink {
  readonly operand: number;
  readonly result: number;
  readonly factor: number;
  readonly offset: number;
}

/** Links of a node whose channels pass through it one by one; undefined where it mixes or cannot be sliced. */
export function channelLinks(node: Node, op: Op, inputs: readonly Shape[], isActivation: (operand: number) => boolean): readonly ChannelLink[] | undefined {
  if (!op.slice) return undefined;
  const links: ChannelLink[] = [];
  for (const [operand, axes] of op.axes(node.attrs, inputs).entries()) {
    if (!isActivation(operand)) continue;
    const axis = axes[channelAxis];
    const link = axis && channelLink(operand, axis);
    if (!link) return undefined;
    links.push(link);
  }
  return links;
}

function channelLink(operand: number, link: AxisLink): ChannelLink | undefined {
  switch (link.kind) {
    case 'identity':
      return link.axis === channelAxis ? { operand, result: link.result, factor: 1, offset: 0 } : undefined;
    case 'expand':
      return link.axis === channelAxis ? { operand, result: link.result, factor: link.factor, offset: 0 } : undefined;
    case 'offset':
      return link.axis === channelAxis ? { operand, result: link.result, factor: 1, offset: link.by } : undefined;
    case 'window':
    case 'contract':
    case 'all':
      return undefined;
  }
}
