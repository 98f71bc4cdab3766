// A node of the forward graph as the rules see it that write it in Python.

import { present } from '../base/invariant.ts';
import type { Shape } from '../base/tensor.ts';
import { readAttributes } from '../ir/attributes.ts';
import type { AttrsOf, Schema } from '../ir/attributes.ts';
import type { Node } from '../ir/graph.ts';

export interface TorchOperand {
  /** What stands for its value: `conv1`, `self.conv1_weight`. */
  readonly text: string;
  /** With a batch of one; of a parameter its own. */
  readonly shape: Shape;
}

export class TorchNode {
  readonly node: Node;
  readonly operands: readonly TorchOperand[];
  /** The network's input, which has the size of the batch. */
  readonly sample: string;

  constructor(node: Node, operands: readonly TorchOperand[], sample: string) {
    this.node = node;
    this.operands = operands;
    this.sample = sample;
  }

  get x(): TorchOperand {
    return this.operand(0);
  }

  /** Of the result. */
  get shape(): Shape {
    return present(this.node.results[0], `result of ${this.node.op}`);
  }

  operand(at: number): TorchOperand {
    return present(this.operands[at], `operand ${at} of ${this.node.op}`);
  }

  /** Texts of those behind the first. */
  get parameters(): readonly string[] {
    return this.operands.slice(1).map(({ text }) => text);
  }

  /** @param schema Of those that are read. */
  attrs<S extends Schema>(schema: S): AttrsOf<S> {
    return readAttributes(this.node, schema);
  }
}

/** The expression that a node is. */
export type TorchRule = (of: TorchNode) => string;
export type TorchRules = Readonly<Record<string, TorchRule>>;
