// The structures a penalty may remove, and how a structure divides a layer's parameters into groups.

/** What a penalty may remove. A structure and a layer fix the groups of weights (sparsity/groups.ts). */
export type StructureKind =
  /** `W[n,:,:,:]` with bias n and the batch-norm gamma and beta that follow. */
  | 'filters'
  /** `W[:,c,:,:]` */
  | 'channels'
  /** `W[:,c,m,k]` within each convolution group. */
  | 'fibers'
  /** Dense `W[o,:]` with bias o: the incoming connections of neuron o. */
  | 'neurons'
  /** Dense `W[:,i]`: the outgoing connections of input i. */
  | 'inputs';

/**
 * How one parameter tensor falls into groups: each of its dimensions is split, row-major, into one or more
 * axes of `view`; the axes in `keep` number the group (row-major over their extents), the others run within it.
 */
export interface GroupMember {
  /** The parameter is `layer.suffix`. */
  readonly suffix: string;
  readonly view: readonly number[];
  readonly keep: readonly number[];
}

/** A structure a layer has. All members have the same number of groups; group i is the union of their groups i. */
export interface LayerStructure {
  readonly structure: StructureKind;
  readonly members: readonly GroupMember[];
}
