// A random network as plain data: what is drawn, what is built into a program, and what a counterexample is shrunk
// as. Layers are named, not numbered, so that one can be dropped while masks, values and readers of the others stay
// what they were.

import type { Shape } from '../../src/base/tensor.ts';
import type { Attrs } from '../../src/ir/graph.ts';
import type { StructureArguments, StructureKind } from '../../src/ir/structure.ts';

export interface Recipe {
  /** Of the values of parameters, each by its own name, and of the input. */
  readonly seed: number;
  /** Samples first. */
  readonly input: Shape;
  /** A layer stands after the layers that it reads. */
  readonly layers: readonly LayerRecipe[];
  /** Names of layers; the first is the network's own output. */
  readonly outputs: readonly string[];
  readonly masks: readonly Mask[];
  readonly weights: 'normal' | 'integers';
}

export interface LayerRecipe {
  readonly name: string;
  readonly op: string;
  /** Names of layers, or `inputName`. The parameters follow from the op's record. */
  readonly operands: readonly string[];
  readonly attrs: Attrs;
}

export const inputName = 'input';

/** Parameter elements that are zero. */
export type Mask = GroupMask | ElementMask;

/** Groups of a structure. */
export interface GroupMask {
  readonly layer: string;
  readonly structure: StructureKind;
  readonly arguments?: StructureArguments;
  readonly dead: readonly number[];
  /** As training makes them, with biases and the batch norm behind; else the weights alone. */
  readonly whole: boolean;
}

/** Elements of one parameter, row-major. */
export interface ElementMask {
  readonly parameter: string;
  readonly dead: readonly number[];
}
