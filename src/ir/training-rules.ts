// How an operator takes part in training.

import type { Shape } from '../base/tensor.ts';
import type { GraphBuilder } from './builder.ts';
import type { Attrs, Graph, Value } from './graph.ts';
import type { NodeOf } from './op.ts';

export interface GradientContext<A extends Attrs = Attrs> {
  readonly builder: GraphBuilder;
  readonly node: NodeOf<A>;
  /** Gradient of the loss by each result; undefined where a result does not reach the loss. */
  readonly resultGradients: readonly (Value | undefined)[];
  readonly batch: Graph['batch'];
  /** Whether an input's gradient is wanted; rules answer undefined for the others. */
  readonly wanted: (input: number) => boolean;
}

export interface TrainingContext<A extends Attrs = Attrs> {
  readonly builder: GraphBuilder;
  /** The node of the inference graph: attributes, layer and result shapes. */
  readonly node: NodeOf<A>;
  /** The node's operands and parameters in the training graph. */
  readonly inputs: readonly Value[];
  /** Run-time scalars `[]`. */
  readonly step: Value;
  readonly seed: Value;
}

export interface TrainingForm {
  readonly results: readonly Value[];
  /** New values of state, by index of the parameter among the node's inputs. */
  readonly state: readonly (readonly [input: number, value: Value])[];
}

/** How a node takes part in training. */
export type Training<A extends Attrs = Attrs> =
  /** It counts as a constant: no gradient leads through it. So do masks, positions and the steps of optimisers. */
  | { readonly kind: 'constant' }
  /** It is the same node in training, with gradients by input, written in primitives. */
  | {
      readonly kind: 'gradient';
      readonly gradient: (context: GradientContext<A>) => readonly (Value | undefined)[];
      /** How it differs from that of earlier versions, in a word or two: their runs do not go on. Absent: it never has. */
      readonly revision?: (attrs: A) => string | undefined;
    }
  /** Another form stands for it in training graphs, written in primitives. */
  | {
      readonly kind: 'form';
      readonly form: (context: TrainingContext<A>) => TrainingForm;
      /** Of how many numbers the form takes the statistics of one channel. Absent: it takes none. */
      readonly statistics?: (inputs: readonly Shape[]) => number;
    };
