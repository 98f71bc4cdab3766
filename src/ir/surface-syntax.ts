// How an operator is written in a source: operands and arguments.

import type { Shape } from '../base/tensor.ts';
import type { Attrs, AttrValue } from './graph.ts';
import type { LayerAxes } from './structure.ts';

/** An argument as the language offers it. */
export interface ParamSyntax<A extends Attrs = Attrs> {
  /** Of the attribute that holds it. */
  readonly name: Extract<keyof A, string>;
  readonly doc: string;
  /**
   * `count`: an integer from 1. `extent`: an integer from 0. `pair`: a count or a list of two, rows then columns. `extents`: the same from 0.
   * `sides`: an extent, a list of two, or of four: top, bottom, left, right. `padding`: the same, or `same`. `number`: any number.
   * `shape`: a count, or a list of them. `size`: a pair, or the word `scaled`.
   * `scale`: a number above 0 or a list of two, or the word `fitted`. `positive`: one above 0. `share`: one in [0, 1). `ratio`: one in [0, 1]. `flag`: true or false.
   * A list: one of these words.
   */
  readonly type: 'count' | 'extent' | 'pair' | 'extents' | 'sides' | 'padding' | 'shape' | 'size' | 'scale' | 'number' | 'positive' | 'share' | 'ratio' | 'flag' | readonly string[];
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
  /** Images, and other samples of a rank above 1, are flattened by the checker before this layer. */
  readonly flattens?: boolean;
  /** Attributes of the node from checked arguments (pairs and padding already lists of numbers, unless it is `same`). Default: the arguments. */
  readonly attrs?: (args: ReadonlyMap<string, AttrValue>, operands: readonly Shape[]) => A;
  /** What the axes of its parameters count, from which its structures follow. Absent: a penalty can remove none. */
  readonly weightAxes?: (attrs: A, operands: readonly Shape[]) => LayerAxes;
}
