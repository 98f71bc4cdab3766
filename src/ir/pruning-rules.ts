// How elimination gets through an operator: which axes meet, what becomes of constant channels, and, where there are
// weights, which rows and columns they are.

import type { Shape } from '../base/tensor.ts';
import type { Attrs } from './graph.ts';
import type { F64Tensor } from './op.ts';

/**
 * How one axis of an input meets the results.
 * - `identity`: index i of it is index i of `result` axis `axis`.
 * - `expand`: index i becomes indices i*factor .. i*factor + factor-1 of the result axis (flatten).
 * - `offset`: index i becomes index offset + i of the result axis (concat).
 * - `table`: index i is part of index table[i] of the result axis, or, where that is -1, of nothing (a shuffle, a slice).
 * - `all`: every result element may depend on every index, so none can be removed.
 */
export type AxisLink =
  | { readonly kind: 'identity'; readonly result: number; readonly axis: number }
  | { readonly kind: 'expand'; readonly result: number; readonly axis: number; readonly factor: number }
  | { readonly kind: 'offset'; readonly result: number; readonly axis: number; readonly offset: number }
  | { readonly kind: 'table'; readonly result: number; readonly axis: number; readonly table: readonly number[] }
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
   * whole; `inputs` are whole. Parameters are sliced by the caller along `identity` axes. Absent: attributes stay as they are.
   */
  readonly slice?: (attrs: A, kept: readonly KeptAxes[], inputs: readonly Shape[]) => A;
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
