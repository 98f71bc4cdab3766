// Weights whose axes stand in another order, as Keras keeps them: [rows, columns, inputs, outputs] of a convolution,
// [inputs, outputs] of a dense layer.

import { present } from '../../base/invariant.ts';
import { formatShape, sameShape } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import { nodeMap } from '../../ir/graph.ts';
import { fedName } from '../../ir/leaf.ts';
import type { Network, Parameter } from '../../ir/network.ts';

/** What to do in Python with a tensor `w` of the shape found, or undefined where no order of its axes fits. */
export function kernelHint(network: Network, { name, shape }: Parameter, found: Shape): string | undefined {
  const order = shape.length === 4 ? [3, 2, 0, 1] : shape.length === 2 ? [1, 0] : undefined;
  if (!order || found.length !== shape.length || !sameShape(order.map((axis) => found[axis] ?? 0), shape)) return undefined;
  const image = shape.length === 2 ? flattenedImage(network, name) : undefined;
  if (!image) return `its axes stand as Keras keeps them: convert it in Python by \`w = w.transpose(${order.join(', ')}).copy()\``;
  // What the flatten before it gives is numbered by row, column, channel there, and by channel, row, column here.
  const [channels = 0, rows = 0, columns = 0] = image;
  const units = shape[0] ?? 0;
  return `its axes stand as Keras keeps them, and it reads ${formatShape(image)} flattened: convert it in Python by \`w = w.reshape(${rows}, ${columns}, ${channels}, ${units}).transpose(3, 2, 0, 1).reshape(${units}, -1).copy()\``;
}

/** `[channels, rows, columns]` of the activation that the layer of a parameter reads flattened, if it does. */
function flattenedImage({ graph }: Network, parameter: string): Shape | undefined {
  const nodes = nodeMap(graph);
  const leaf = graph.nodes.find((node) => fedName(node) === parameter);
  const reader = graph.nodes.find(({ inputs }) => leaf !== undefined && inputs.some(({ node }) => node === leaf.id));
  const operand = reader?.inputs[0] && present(nodes.get(reader.inputs[0].node), 'operand');
  const before = operand?.inputs[0];
  const shape = before && present(nodes.get(before.node), 'operand of the operand').results[before.result];
  return shape?.length === 4 ? shape.slice(1) : undefined;
}
