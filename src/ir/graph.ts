// The graph IR: immutable records over typed values, in topological order.
//
//   %0 = input {name: "image", role: "sample"} : [1, 1, 28, 28]
//   %1 = parameter {name: "conv1.weight"} : [20, 1, 5, 5]
//   %2 = parameter {name: "conv1.bias"} : [20]
//   %3 = conv(%0, %1, %2) {stride: [1, 1], ...} "conv1" : [1, 20, 24, 24]
//
// Every value is a dense f32 tensor in logical layout: activations NCHW (axis 0 is the batch), convolution
// weights OIHW, dense weights OI. Which physical layout a target gives a value is known to `lower` alone.
// Class labels and pooling positions are exact small integers held as f32.

import type { Shape } from '../base/tensor.ts';
import type { Span } from '../base/span.ts';

/** One result of one node. */
export interface Value {
  readonly node: number;
  readonly result: number;
}

export type AttrValue = number | string | boolean | readonly number[] | readonly (readonly number[])[];
export type Attrs = Readonly<Record<string, AttrValue>>;

export interface Node {
  /** Unique within the graph; printed `%id`. */
  readonly id: number;
  /** A key of the op registry. */
  readonly op: string;
  readonly attrs: Attrs;
  readonly inputs: readonly Value[];
  readonly results: readonly Shape[];
  /** The layer's name in the source, for people; never part of generated code. */
  readonly layer?: string;
  readonly span?: Span;
}

/** A value that lives from one run to the next: read as `input`, replaced by `output`, in the same memory. */
export interface StatePair {
  readonly input: Value;
  readonly output: Value;
}

/** How axis 0 of every sample value is divided: `samples` in `shards` equal parts of fixed size. */
export interface Batch {
  readonly samples: number;
  readonly shards: number;
}

export interface Graph {
  readonly name: string;
  readonly batch: Batch;
  /** Topological order: a node stands after the nodes it reads. */
  readonly nodes: readonly Node[];
  readonly outputs: readonly { readonly name: string; readonly value: Value }[];
  readonly state: readonly StatePair[];
}

/** What an `input` node stands for. */
export type InputRole =
  /** A batch of the user's data, `[samples, ...]`. */
  | 'sample'
  /** What samples are to be answered with: class indices, `[samples]`, or numbers, `[samples, ...]`. */
  | 'label'
  /** 1 for a sample that counts, 0 for padding, `[samples]`. */
  | 'sample-weight'
  /** A run-time scalar, `[]`: rate, strength, step number. */
  | 'scalar';

/** A graph with the values of its parameters, by parameter name. What passes map to each other. */
export interface Program {
  readonly graph: Graph;
  /** Logical layout, float64 so that folding is exact to rounding of the reference. */
  readonly parameters: ReadonlyMap<string, ParameterData>;
}

export interface ParameterData {
  readonly shape: Shape;
  readonly data: Float64Array;
  /** Most of it is zero, and kernels may leave the zeros out (passes/mark-sparse.ts). */
  readonly sparse?: true;
}

export function sameValue(a: Value, b: Value): boolean {
  return a.node === b.node && a.result === b.result;
}

/** A map key for a value. */
export function valueKey(value: Value): string {
  return `${value.node}.${value.result}`;
}

/** Nodes by id. */
export function nodeMap(graph: Graph): ReadonlyMap<number, Node> {
  return new Map(graph.nodes.map((node) => [node.id, node]));
}

/** Which nodes read a value, with the operand index. */
export interface Use {
  readonly node: Node;
  readonly operand: number;
}

export function usesOf(graph: Graph): ReadonlyMap<string, readonly Use[]> {
  const uses = new Map<string, Use[]>();
  for (const node of graph.nodes) {
    for (const [operand, value] of node.inputs.entries()) {
      const key = valueKey(value);
      const list = uses.get(key);
      if (list) list.push({ node, operand });
      else uses.set(key, [{ node, operand }]);
    }
  }
  return uses;
}
