// How weights can be stored in fewer bits than f32 has. Kernels compute in f32 all the same: a module widens its weights
// once, when it is loaded.

import type { Segment } from '../../ir/kernel.ts';
import type { RowRounding } from '../../passes/round-weights.ts';

export interface WeightType<Name extends string = string> extends RowRounding {
  readonly name: Name;
  readonly doc: string;
  /** Bytes of a weight. */
  readonly bytes: number;
  /** What to ask for where weights do not fit. */
  readonly instead: string;
  /**
   * Constant memory in few bytes, as `widen` reads it (blocks.ts). No number changes: what is stored is found from the
   * numbers alone, whatever order kernels want them in, and what is not of the type stays as it is.
   */
  readonly pack: (segments: readonly Segment[]) => Uint8Array<ArrayBuffer>;
  /** The function of the runtime that widens: `(memory: ArrayBuffer, bytes: Uint8Array) => void`. */
  readonly widen: string;
}
