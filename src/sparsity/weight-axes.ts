// What the axes of a layer's weights count.

import { present } from '../base/invariant.ts';
import { nodeMap } from '../ir/graph.ts';
import type { Node } from '../ir/graph.ts';
import type { Network } from '../ir/network.ts';
import type { OpRegistry } from '../ir/op.ts';
import type { LayerAxes } from '../ir/structure.ts';
import { inputShapes } from './constant-maps.ts';

/**
 * What the axes of a node's parameters count; undefined where it has none to lose.
 * @param nodes Of its graph.
 */
export function weightAxesOf(node: Node, nodes: ReadonlyMap<number, Node>, ops: OpRegistry): LayerAxes | undefined {
  const { syntax } = present(ops.get(node.op), `op ${node.op}`);
  return syntax?.weightAxes?.(node.attrs, inputShapes(node, nodes).slice(0, syntax.operands.length));
}

/** The node of a layer that has weights, and what the axes of these count; the layer has structures. */
export function axesOfLayer(layer: string, { graph }: Pick<Network, 'graph'>, ops: OpRegistry): { readonly node: Node; readonly axes: LayerAxes } {
  const nodes = nodeMap(graph);
  const found = graph.nodes.flatMap((node) => {
    const axes = node.layer === layer ? weightAxesOf(node, nodes, ops) : undefined;
    return axes ? [{ node, axes }] : [];
  });
  return present(found[0], `weights of ${layer}`);
}
