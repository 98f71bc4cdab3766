// The contract of an operator: everything passes, targets and the checker may know of it, as data and
// functions of one record. One file an operator in src/ops; no pass switches on operator names.
//
// The rules of a record come in parts, each in a file of its own: how the op is written (surface-syntax.ts), what its
// layers own (parameter-spec.ts), how it is trained (training-rules.ts), how it is pruned (pruning-rules.ts), how far
// rounding takes it off (error-bound.ts). How it is trained, pruned and run has to be stated: an op that has no rule
// says so.

import type { Shape, Tensor } from '../base/tensor.ts';
import type { AttrsOf, Schema } from './attributes.ts';
import type { ErrorBound } from './error-bound.ts';
import type { Attrs, Graph, Node } from './graph.ts';
import type { LoweredNode } from './nest.ts';
import type { ParameterSpec } from './parameter-spec.ts';
import type { AffinePerChannel, KnownInputs, Pruning, WeightMatrices } from './pruning-rules.ts';
import type { SlidingWeights } from './sliding-weights.ts';
import type { SurfaceSyntax } from './surface-syntax.ts';
import type { Training } from './training-rules.ts';

export type F64Tensor = Tensor<Float64Array>;

/** Why shapes do not fit, in a person's words; the checker adds the place. */
export class ShapeError extends Error {
  override name = 'ShapeError';
  readonly help: string | undefined;
  constructor(message: string, help?: string) {
    super(message);
    this.help = help;
  }
}

/** A node whose attributes are known. */
export type NodeOf<A extends Attrs> = Node & { readonly attrs: A };

export type LowerRule<A extends Attrs = Attrs> = (node: Pick<NodeOf<A>, 'attrs' | 'results' | 'layer'>, inputs: readonly Shape[], batch: Graph['batch']) => LoweredNode;

/** How a node is run. */
export type Lowering<A extends Attrs = Attrs> =
  /** By loop nests. `epilogue`: they may become the `finish` of the nest before them, being elementwise on its result. */
  | { readonly kind: 'nests'; readonly lower: LowerRule<A>; readonly epilogue: boolean }
  /** Not at all: the result is its operand's memory. `lower` says which element is which. */
  | { readonly kind: 'view'; readonly lower: LowerRule<A> }
  /** A leaf: whoever runs the graph gives its value. */
  | { readonly kind: 'leaf' };

export interface OpSample<A extends Attrs = Attrs> {
  readonly attrs: A;
  readonly inputs: readonly Shape[];
  readonly batch: Graph['batch'];
  /** Inputs whose values must be something particular (labels, positive variances); others are random normals. */
  readonly values?: readonly (readonly number[] | undefined)[];
}

/** A node that takes the place of another, with an operand, a weight and maybe a bias as that has. */
export interface FewerProducts {
  readonly op: string;
  readonly attrs: Attrs;
  readonly weight: F64Tensor;
  /** How many times as long the other takes. */
  readonly gain: number;
  /** How far results may be off in single precision, as a share of the largest that a filter can answer to inputs of the same size. */
  readonly error: number;
}

/** @typeParam A What the op knows of its attributes; others know {@link Attrs}. */
export interface Op<A extends Attrs = Attrs> {
  readonly name: string;
  readonly doc: string;
  readonly attributes: Schema;
  /** Absent: a primitive, which no source can name. */
  readonly syntax?: SurfaceSyntax<A>;
  /** Parameter tensors that a layer of it owns, after the operands among the node's inputs, in this order. Absent: none. */
  readonly parameters?: (attrs: A, operands: readonly Shape[]) => readonly ParameterSpec[];
  /** Result shapes. @throws ShapeError when the inputs do not fit. */
  readonly infer: (attrs: A, inputs: readonly Shape[], batch: Graph['batch']) => readonly Shape[];
  /** The meaning, in float64. `shards` matters to per-shard sums alone. */
  readonly reference: (attrs: A, inputs: readonly F64Tensor[], batch: Graph['batch']) => readonly F64Tensor[];
  readonly training: Training<A>;
  readonly pruning: Pruning<A>;
  readonly lowering: Lowering<A>;
  /** Its result are the probabilities of its operand as logits: a loss that takes them in reads the operand. */
  readonly probabilities?: true;
  /** Multiply-accumulates per run, as the papers count them (convolution and dense only). */
  readonly macs?: (attrs: A, inputs: readonly Shape[]) => number;
  /** Which weight meets which activation, and where their product goes. Of all ops whose layers have structures. */
  readonly slides?: (attrs: A, inputs: readonly Shape[]) => SlidingWeights;
  /** The same from fewer products, where there is a way. @param weight Row-major, as the op has it. */
  readonly fewerProducts?: (attrs: A, inputs: readonly Shape[], weight: F64Tensor) => FewerProducts | undefined;
  /** Draws attributes and shapes for property tests; `random` is uniform in [0, 1). */
  readonly sample: (random: () => number) => OpSample<A>;
  /** Of deployed ops (driver/build/rounding-bound.ts). Absent: the op occurs in training alone. */
  readonly bound?: ErrorBound<A>;
  /** Relative error allowed to f32 kernels against the reference, in units of eps * sqrt(reduced elements), eps = 2**-24. */
  readonly tolerance: number;
}

/** What defines an op, besides its attributes. */
export type OpRules<A extends Attrs = Attrs> = Omit<Op<A>, 'attributes'>;

/**
 * An op of these attributes, as others see it: they know a node's attributes by name alone. Its own rules know their
 * types, for the builder holds every node to them.
 */
export function defineOp<const S extends Schema>(attributes: S): (rules: OpRules<AttrsOf<S>>) => Op {
  return (rules) => ({ ...rules, attributes }) as unknown as Op;
}

export type OpRegistry = ReadonlyMap<string, Op>;

/** The weights of an op as matrices; undefined where it has none. */
export function matricesOf({ pruning }: Op, attrs: Attrs, inputs: readonly Shape[]): WeightMatrices | undefined {
  return pruning.kind === 'weights' ? pruning.matrices(attrs, inputs) : undefined;
}

/** An op as an affine map per channel; undefined where it is none. */
export function affineRule({ pruning }: Op): ((attrs: Attrs, known: KnownInputs) => AffinePerChannel) | undefined {
  return pruning.kind === 'channels' ? pruning.affine : undefined;
}

/** Whether its nest may become part of the nest before it. */
export function isEpilogue({ lowering }: Op): boolean {
  return lowering.kind === 'nests' && lowering.epilogue;
}

/** Whether it is where branches end: one that is zero leaves the others as they are. */
export function joinsBranches({ pruning }: Op): boolean {
  return pruning.kind === 'channels' && pruning.unit === 0;
}
