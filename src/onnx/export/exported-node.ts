// A node of a deployed graph as the rules of the export read it.

import { present } from '../../base/invariant.ts';
import type { Shape } from '../../base/tensor.ts';
import { readAttributes } from '../../ir/attributes.ts';
import type { AttrsOf, Schema } from '../../ir/attributes.ts';
import type { Node, ParameterData } from '../../ir/graph.ts';
import type { AttributeValues, GraphWriter } from './graph-writer.ts';

export interface ExportedOperand {
  /** Of its value in the ONNX graph. */
  readonly name: string;
  /** With a batch of one. */
  readonly shape: Shape;
  /** Of a parameter. */
  readonly parameter?: ParameterData;
}

export class ExportedNode {
  readonly node: Node;
  readonly operands: readonly ExportedOperand[];
  readonly writer: GraphWriter;
  /** What its value is called. */
  readonly output: string;

  constructor(node: Node, operands: readonly ExportedOperand[], writer: GraphWriter, output: string) {
    this.node = node;
    this.operands = operands;
    this.writer = writer;
    this.output = output;
  }

  /** @param schema Of those that are read. */
  attrs<S extends Schema>(schema: S): AttrsOf<S> {
    return readAttributes(this.node, schema);
  }

  operand(i: number): ExportedOperand {
    return present(this.operands[i], `operand ${i} of ${this.node.op}`);
  }

  parameter(i: number): ParameterData {
    return present(this.operand(i).parameter, `parameter ${i} of ${this.node.op}`);
  }

  /** The value that it reads. */
  get x(): ExportedOperand {
    return this.operand(0);
  }

  get shape(): Shape {
    return present(this.node.results[0], `result of ${this.node.op}`);
  }

  /** A name for a value or a constant of its own. */
  inner(what: string): string {
    return this.writer.fresh(`${this.output}/${what}`);
  }

  /** A constant with the numbers of a parameter, under its name. @param made Absent: as it is. */
  weight(i: number, made?: { readonly shape: Shape; readonly data: ArrayLike<number> }): string {
    const { name } = this.operand(i);
    const { shape, data } = made ?? this.parameter(i);
    return this.writer.floats(this.writer.fresh(name), shape, data);
  }

  /** A parameter of one number a channel, so that it meets an activation: `[C, 1, ...]`. */
  perChannel(i: number): string {
    const { shape, data } = this.parameter(i);
    return this.weight(i, { shape: alongChannels(shape, this.x.shape), data });
  }

  /** The operator that gives its value. */
  last(opType: string, inputs: readonly string[], attributes: AttributeValues = {}, since?: number): void {
    this.writer.node(opType, inputs, this.output, attributes, since);
  }

  /** An operator before the last. */
  before(opType: string, inputs: readonly string[], attributes: AttributeValues = {}, since?: number): string {
    return this.writer.node(opType, inputs, this.inner(opType.toLowerCase()), attributes, since);
  }

  /** An attribute of the node as a constant. */
  scalar(value: number): string {
    return this.writer.floats(this.inner('number'), [], [value]);
  }

  /** Numbers that a rule brings with it. */
  own(what: string, shape: Shape, data: Float64Array): string {
    return this.writer.ownFloats(this.inner(what), shape, data);
  }

  integers(what: string, numbers: readonly number[]): string {
    return this.writer.integers(`${this.output}/${what}`, numbers);
  }
}

/** `[C]` as it meets `[N, C, ...]`. */
function alongChannels(shape: Shape, activation: Shape): Shape {
  return [...shape, ...Array.from({ length: activation.length - 1 - shape.length }, () => 1)];
}

/** Writes nodes, the last of which gives the value. */
export type ExportRule = (of: ExportedNode) => void;
export type ExportRules = Readonly<Record<string, ExportRule>>;
