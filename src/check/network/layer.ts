// A layer as penalties speak of it.

import type { Span } from '../../base/span.ts';
import type { Shape } from '../../base/tensor.ts';
import type { Value } from '../../ir/graph.ts';
import type { LayerAxes, Structure } from '../../ir/structure.ts';

export interface Layer {
  readonly name: string;
  readonly op: string;
  readonly span: Span;
  /** Absent: the layer has been reported. */
  readonly checked?: {
    readonly value: Value;
    readonly structures: readonly Structure[];
    /** Absent: it has no weights. */
    readonly axes?: LayerAxes;
  };
}

/** A shape as it is written: without the batch axis. */
export function sampleShape(shape: Shape): Shape {
  return shape.slice(1);
}
