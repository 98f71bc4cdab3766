// An ONNX model as it is worked with: names are found in maps, attributes have their kinds, tensors are decoded when asked,
// initializers are no inputs, and the nodes stand in an order in which each follows what it reads.

import type { Diagnostic } from '../../base/diagnostic.ts';
import type { ElementTypeName } from '../format/element-types.ts';
import type { OnnxTensor } from '../format/tensor.ts';

export interface OnnxModel {
  readonly irVersion: number;
  /** Who wrote it, `pytorch 2.1`, as far as it says. */
  readonly producer: string;
  /** The version of the operators of the default domain. */
  readonly opset: number;
  readonly metadata: ReadonlyMap<string, string>;
  readonly graph: OnnxGraph;
  /** Functions of the model's own, as nodes call them: `DOMAIN::NAME`, in the default domain `NAME`. */
  readonly functions: ReadonlySet<string>;
  /** What the model has beside its nodes that nothing here reads, by which it may mean something else: `onnx/graph` errors. */
  readonly refused: readonly Diagnostic[];
}

export interface OnnxGraph {
  readonly name: string;
  /** Each after those whose outputs it reads. */
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  /** Without those that an initializer gives a value. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** What the file says of values, inputs and outputs among them. Exporters may be wrong about it. */
  readonly types: ReadonlyMap<string, ValueType>;
}

export interface OnnxNode {
  readonly name: string;
  /** For messages: `Conv node "conv1"`; where nameless by its first output, `Conv node of output "12"`, or else `Conv node number 3`. */
  readonly label: string;
  readonly op: string;
  /** '' for the default one. */
  readonly domain: string;
  /** Names of values; '' for an optional one that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

/** Floats are f32 as the file has them, exactly; 64-bit integers are exact. */
export type OnnxAttribute =
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'tensor'; readonly value: OnnxTensor }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'ints'; readonly value: readonly bigint[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  /** `graph` of control flow, `sparse tensor`, and the like: what nothing here reads. */
  | { readonly kind: 'other'; readonly what: string };

export interface OnnxValue {
  readonly name: string;
  readonly type: ValueType;
}

export type ValueType =
  | {
      readonly kind: 'tensor';
      /** Undefined where the file does not say. */
      readonly elements: ElementTypeName | undefined;
      /** As the file calls it, also where it is one that is not read. */
      readonly elementsName: string;
      /** Undefined where the file does not even give a rank. */
      readonly shape: readonly Dimension[] | undefined;
    }
  /** `sequence`, `map`, `optional`, `sparse tensor`, `opaque value`, or `value of unknown type`. */
  | { readonly kind: 'other'; readonly what: string };

/** A size, the name of a free one, or undefined for one that is free without a name. */
export type Dimension = number | string | undefined;
