// What elaboration makes of a network declaration: each call of an operation, once for every time it takes place, with
// the name of its layer and everything resolved that was a name. Shapes come later.

import type { Span } from '../../base/span.ts';
import type { AttrValue } from '../../ir/graph.ts';
import type { CallExpression, Expression } from '../../syntax/ast.ts';
import type { Trail } from './trail.ts';

/** A value between layers: an input of the network by its name, or the position of the instance that computes it. */
export type Wire = string | number;

/** A call of an operation that takes place. */
export interface Instance {
  /** The name of its layer, from the network inwards: `stage2.0.c1`. */
  readonly path: string;
  readonly call: CallExpression;
  /** By the operation's names for them, as they are written. */
  readonly given: ReadonlyMap<string, Expression>;
  /** In the order of the operation; undefined: what stands there has been reported. */
  readonly operands: readonly (Wire | undefined)[];
  /** Values of all other arguments, defaults filled in; those that have been reported are missing. */
  readonly args: ReadonlyMap<string, AttrValue>;
  /** Nothing of the call itself has been reported. */
  readonly sound: boolean;
  /** The uses that it takes place in. */
  readonly trail: Trail | undefined;
}

/** `name = ...` that takes place, the first of its name. */
export interface Definition {
  readonly name: string;
  readonly span: Span;
  readonly wire: Wire | undefined;
  /** Of the body that it stands in; absent in the network itself. */
  readonly body?: { readonly result: Wire | undefined };
}
