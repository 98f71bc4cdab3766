// Why an index of a channel axis cannot be removed.

export type KeepReason =
  /** A layer multiplies it by weights that are not zero, and it varies. */
  | { readonly kind: 'read'; readonly by: string }
  /** It is a constant that a padded reader cannot fold into its bias: at the border it would differ. */
  | { readonly kind: 'padding'; readonly by: string }
  /** A reader mixes all channels (softmax). */
  | { readonly kind: 'mixed'; readonly by: string }
  /** A reader mixes it with its neighbours, and it is not zero. */
  | { readonly kind: 'neighbours'; readonly by: string }
  /** It is part of what the network answers. */
  | { readonly kind: 'output'; readonly output: string }
  /** Its producer cannot make less of it: the network's own input. */
  | { readonly kind: 'source'; readonly by: string }
  /** Another operand of the same elementwise op keeps it: every writer of a shortcut must agree. */
  | { readonly kind: 'shortcut'; readonly by: string }
  /** All could go; one stays so that the shape stays one. */
  | { readonly kind: 'last' };
