// The contract of an operator: everything passes, targets and the checker may know of it, as data and
// functions of one record. One file an operator in src/ops; no pass switches on operator names.
//
// The rules of a record come in three parts, and each has to be stated: how the op is trained, how it is pruned, how
// it is run. An op that has no rule says so.

import type { Shape, Tensor } from '../base/tensor.ts';
import type { AttrsOf, Schema } from './attributes.ts';
import type { Attrs, AttrValue, Graph, Node, Value } from './graph.ts';
import type { GraphBuilder } from './builder.ts';
import type { LoweredNode } from './nest.ts';
import type { LayerAxes } from './structure.ts';

export type F64Tensor = Tensor<Float64Array>;

/** An argument as the language offers it. */
export interface ParamSyntax<A extends Attrs = Attrs> {
  /** Of the attribute that holds it. */
  readonly name: Extract<keyof A, string>;
  readonly doc: string;
  /**
   * `count`: an integer from 1. `extent`: an integer from 0. `pair`: a count or a list of two, rows then columns.
   * `sides`: an extent, a list of two, or of four: top, bottom, left, right. `padding`: the same, or `same`. `number`: any number.
   * `positive`: one above 0. `share`: one in [0, 1). `ratio`: one in [0, 1]. `flag`: true or false.
   * A list: one of these words.
   */
  readonly type: 'count' | 'extent' | 'pair' | 'sides' | 'padding' | 'number' | 'positive' | 'share' | 'ratio' | 'flag' | readonly string[];
  /** Absent: the argument is required. A string names another argument whose value is the default. */
  readonly default?: number | boolean | string | { readonly sameAs: string };
}

export interface SurfaceSyntax<A extends Attrs = Attrs> {
  /** Tensor operands in order, by name: `['input']`, `['left', 'right']`. */
  readonly operands: readonly string[];
  /** Any number of operands may follow these. */
  readonly more?: true;
  readonly params: readonly ParamSyntax<A>[];
  readonly example: string;
  /** The operator that one might write for it: messages name the op. */
  readonly operator?: string;
  /** Operands of rank 4 are flattened by the checker before this layer. */
  readonly flattens?: boolean;
  /** Parameter tensors the layer owns, after the operands among the node's inputs, in this order. */
  readonly parameters?: (attrs: A, operands: readonly Shape[]) => readonly ParameterSpec[];
  /** Attributes of the node from checked arguments (pairs and padding already lists of numbers, unless it is `same`). Default: the arguments. */
  readonly attrs?: (args: ReadonlyMap<string, AttrValue>, operands: readonly Shape[]) => A;
  /** What the axes of its parameters count, from which its structures follow. Absent: a penalty can remove none. */
  readonly weightAxes?: (attrs: A, operands: readonly Shape[]) => LayerAxes;
}

export interface ParameterSpec {
  /** `weight`, `bias`, `gamma`; the parameter is named `layer.suffix`. */
  readonly suffix: string;
  readonly shape: Shape;
  /** Xavier fan-in: uniform in +-sqrt(3 / fanIn), as Caffe's. */
  readonly initial: { readonly kind: 'xavier'; readonly fanIn: number } | { readonly kind: 'constant'; readonly value: number };
  /** `trained`: has a gradient. `running`: state that training updates and deployment reads. */
  readonly role: 'trained' | 'running';
  /** Weight decay applies. */
  readonly decay: boolean;
  /** What the suffix is called where weights come from as well: PyTorch's name. */
  readonly alias?: string;
  /** No number of it is below this. Absent: any finite number will do. */
  readonly least?: number;
}

/** Why shapes do not fit, in a person's words; the checker adds the place. */
export class ShapeError extends Error {
  override name = 'ShapeError';
  readonly help: string | undefined;
  constructor(message: string, help?: string) {
    super(message);
    this.help = help;
  }
}

/**
 * How one axis of an input meets the results.
 * - `identity`: index i of it is index i of `result` axis `axis`.
 * - `expand`: index i becomes indices i*factor .. i*factor + factor-1 of the result axis (flatten).
 * - `offset`: index i becomes index offset + i of the result axis (concat).
 * - `all`: every result element may depend on every index, so none can be removed.
 */
export type AxisLink =
  | { readonly kind: 'identity'; readonly result: number; readonly axis: number }
  | { readonly kind: 'expand'; readonly result: number; readonly axis: number; readonly factor: number }
  | { readonly kind: 'offset'; readonly result: number; readonly axis: number; readonly offset: number }
  | { readonly kind: 'all' };

/** `links[i][d]` says how axis d of input i meets the results. */
export type AxisLinks = readonly (readonly AxisLink[])[];

/**
 * A value per index of the channel axis (axis 1) of an activation that is the same at every position of
 * every sample, or NaN where it varies.
 */
export type ChannelConstants = Float64Array;

/** Parameter tensors a rule may look at, by input index; undefined for inputs that are not parameters. */
export type KnownInputs = readonly (F64Tensor | undefined)[];

/** How an affine map follows a convolution per channel: result = scale[c] * x + shift[c]. */
export interface AffinePerChannel {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/** A node whose attributes are known. */
export type NodeOf<A extends Attrs> = Node & { readonly attrs: A };

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
  | { readonly kind: 'gradient'; readonly gradient: (context: GradientContext<A>) => readonly (Value | undefined)[] }
  /** Another form stands for it in training graphs, written in primitives. */
  | {
      readonly kind: 'form';
      readonly form: (context: TrainingContext<A>) => TrainingForm;
      /** Of how many numbers the form takes the statistics of one channel. Absent: it takes none. */
      readonly statistics?: (inputs: readonly Shape[]) => number;
    };

/**
 * The weights of a node as matrices of rows (result channels) by columns (taps), so that elimination can
 * find zero rows and columns without knowing the op. The weight tensor, row-major, is the concatenation of
 * the parts' row-major matrices; result axis 1 is the concatenation of their rows, in order. Passes give a
 * node a bias by its attribute `bias: true` and an input after the weight.
 */
export interface WeightMatrices {
  /** Input indices: the activation (axis 1 is read by the columns), the weight, and the bias (one a row). */
  readonly operand: number;
  readonly weight: number;
  readonly bias?: number;
  readonly parts: readonly {
    readonly rows: number;
    /** The index along axis 1 of the operand that each column reads. */
    readonly channels: readonly number[];
  }[];
}

export interface KeptMatrices {
  /** Indices of the operand's axis 1 that still exist, ascending: the new operand has just these. Absent: all. */
  readonly channels?: readonly number[];
  /** Rows and columns that stay, by part, ascending; columns may read existing channels only. */
  readonly parts: readonly { readonly rows: readonly number[]; readonly columns: readonly number[] }[];
}

/** The node on its kept weights. The bias follows the rows. */
export interface GatheredNode {
  readonly op: string;
  readonly attrs: Attrs;
  readonly weightShape: Shape;
  /** For each element of the new weight, row-major, its flat index in the old one. */
  readonly weightSource: Int32Array;
}

/**
 * Channel constants of result 0 from those of each activation input. `known` has the parameters among the inputs.
 * Undefined constants: all of them vary.
 */
export type ConstantRule<A extends Attrs = Attrs> = (attrs: A, constants: readonly (ChannelConstants | undefined)[], known: KnownInputs, inputs: readonly Shape[]) => ChannelConstants;

export type KeptAxes = readonly (readonly number[] | undefined)[];

/** Channels of a node are rows and columns of its weights. */
export interface WeightPruning<A extends Attrs = Attrs> {
  readonly kind: 'weights';
  readonly matrices: (attrs: A, inputs: readonly Shape[]) => WeightMatrices;
  /**
   * The same function computed from the kept rows and columns alone. Answers this op where equal whole
   * channels and filters stay, else the op that looks its taps up (tap_conv, tap_dense).
   */
  readonly gather: (attrs: A, inputs: readonly Shape[], kept: KeptMatrices) => GatheredNode;
  readonly constant: ConstantRule<A>;
}

/** Channels pass through a node one by one, as the links of axis 1 say. */
export interface ChannelPruning<A extends Attrs = Attrs> {
  readonly kind: 'channels';
  readonly axes: (attrs: A, inputs: readonly Shape[]) => AxisLinks;
  /**
   * Attributes of the node on kept indices: `kept[i][d]` are those of axis d of input i, undefined where the axis is
   * whole. Parameters are sliced by the caller along `identity` axes. Absent: attributes stay as they are.
   */
  readonly slice?: (attrs: A, kept: readonly KeptAxes[]) => A;
  /**
   * Whether a channel of the result depends on others of the operand as well, unless those are zero: then zero channels
   * alone can go. Absent: on none.
   */
  readonly onlyZeros?: (attrs: A) => boolean;
  readonly constant: ConstantRule<A>;
  /** As scale and shift per channel of its first input, given its parameters. Absent: it is not affine. */
  readonly affine?: (attrs: A, known: KnownInputs) => AffinePerChannel;
  /** Of two operands, one that is this number everywhere leaves the other as it is (x + 0, x * 1). Absent: there is none. */
  readonly unit?: number;
  /**
   * The op where operand `given` is `values`, the same number at every position of a channel: another op of the other
   * operand, with a parameter for each entry. Undefined: there is none for it. Absent: for none.
   */
  readonly withConstant?: (given: number, values: ChannelConstants, inputs: readonly Shape[]) => PartialOp | undefined;
}

/** What is left of an op of two operands when one is known. */
export interface PartialOp {
  readonly op: string;
  readonly attrs: Attrs;
  /** One number a channel, by suffix, in the order of the op's inputs. */
  readonly parameters: readonly (readonly [suffix: string, values: Float64Array])[];
}

/** How elimination gets through a node. `opaque`: it mixes what it reads, so all of that stays, and all that it makes. */
export type Pruning<A extends Attrs = Attrs> = { readonly kind: 'opaque' } | WeightPruning<A> | ChannelPruning<A>;

export type LowerRule<A extends Attrs = Attrs> = (node: Pick<NodeOf<A>, 'attrs' | 'results' | 'layer'>, inputs: readonly Shape[], batch: Graph['batch']) => LoweredNode;

/** How a node is run. */
export type Lowering<A extends Attrs = Attrs> =
  /** By loop nests. `epilogue`: they may become the `finish` of the nest before them, being elementwise on its result. */
  | { readonly kind: 'nests'; readonly lower: LowerRule<A>; readonly epilogue: boolean }
  /** Not at all: the result is its operand's memory. `lower` says which element is which. */
  | { readonly kind: 'view'; readonly lower: LowerRule<A> }
  /** A leaf: whoever runs the graph gives its value. */
  | { readonly kind: 'leaf' };

/** A value and how far computed numbers may be from it, element by element. */
export interface Bounded {
  readonly value: F64Tensor;
  readonly error: F64Tensor;
}

/** The floating point that something is computed in. */
export interface Arithmetic {
  /** Spacing of numbers just above 1. */
  readonly epsilon: number;
  /** The smallest normal number: what is smaller may become zero. */
  readonly smallest: number;
}

/**
 * How rounding, and the errors that operands have already, become the error of result 0.
 * - `sums`: it is sums of products, as its weights tell.
 * - `monotone`: each element rises or falls with each element of each operand, but never both.
 * - A function: a rule of the op's own. `unit` is `tolerance` times epsilon.
 */
export type ErrorBound<A extends Attrs = Attrs> = 'sums' | 'monotone' | ((attrs: A, operands: readonly Bounded[], unit: number, arithmetic: Arithmetic) => Bounded);

export interface OpSample<A extends Attrs = Attrs> {
  readonly attrs: A;
  readonly inputs: readonly Shape[];
  readonly batch: Graph['batch'];
  /** Inputs whose values must be something particular (labels, positive variances); others are random normals. */
  readonly values?: readonly (readonly number[] | undefined)[];
}

/** @typeParam A What the op knows of its attributes; others know {@link Attrs}. */
export interface Op<A extends Attrs = Attrs> {
  readonly name: string;
  readonly doc: string;
  readonly attributes: Schema;
  /** Absent: a primitive, which no source can name. */
  readonly syntax?: SurfaceSyntax<A>;
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
