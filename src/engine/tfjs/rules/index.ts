// Nodes that run by kernels of TensorFlow.js where gathers and products of matrices, which their nests would become, take much longer.

import type { Shape } from '../../../base/tensor.ts';
import type { Batch, Node } from '../../../ir/graph.ts';
import type { NodeRunner } from '../nest-runner.ts';
import type { Tensorflow } from '../tensorflow.ts';
import { byImage, byWeight, forward, transposed } from './convolution.ts';
import type { ConvolutionRule } from './convolution.ts';

const rules: ReadonlyMap<string, ConvolutionRule> = new Map([
  ['conv', forward],
  ['conv_grad_input', byImage],
  ['conv_grad_weight', byWeight],
  ['conv_transpose', transposed],
]);

/** Undefined where the node runs by its nests. */
export function ruleOf(tf: Tensorflow, node: Node, inputs: readonly Shape[], batch: Batch): NodeRunner | undefined {
  return rules.get(node.op)?.(tf, node, inputs, batch);
}
