// What the statements of one network share while its graph is built.

import type { Span } from '../base/span.ts';
import type { Shape } from '../base/tensor.ts';
import type { GraphBuilder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import type { Network, Parameter } from '../ir/network.ts';
import type { OpRegistry } from '../ir/op.ts';
import type { StructureKind } from '../ir/structure.ts';
import type { CallExpression } from '../syntax/ast.ts';
import type { ConstantScope } from './constants.ts';
import type { Report } from './diagnostics.ts';
import type { LayerNames } from './layer-names.ts';
import type { Cycles, Definition } from './references.ts';

/** What a name of the network stands for. */
export interface Binding {
  readonly span: Span;
  /** Absent: its definition has been reported, and what reads it is silent. */
  readonly value?: Value;
}

/** A layer as penalties speak of it. */
export interface Layer {
  readonly name: string;
  readonly op: string;
  readonly span: Span;
  /** Absent: the layer has been reported. */
  readonly checked?: {
    readonly value: Value;
    readonly structures: readonly StructureKind[];
  };
}

export interface NetworkScope {
  readonly ops: OpRegistry;
  readonly constants: ConstantScope;
  readonly report: Report;
  readonly builder: GraphBuilder;
  readonly inputName: string;
  readonly bindings: Map<string, Binding>;
  readonly definitions: ReadonlyMap<string, Definition>;
  readonly cycles: Cycles;
  readonly names: LayerNames;
  readonly callNames: Map<CallExpression, string>;
  readonly layers: Map<string, Layer>;
  readonly parameters: Parameter[];
  /** The first `normalize`, with the node it makes. */
  normalized?: { readonly span: Span; readonly value: Value; readonly normalization: NonNullable<Network['normalization']> };
}

/** A shape as it is written: without the batch axis. */
export function sampleShape(shape: Shape): Shape {
  return shape.slice(1);
}
