// How the weights of a layer meet its activations: windows that slide over images, one for each filter and channel of its
// group. A dense layer is one of single weights over images of one place, with a channel for each input.
//
//   activation [g * groupChannels + c, y * stride + row * dilation - before, x likewise]
//     times weight [g * groupFilters + n, c, row, column]  goes to output [g * groupFilters + n, y, x]
//
// Where they are `spread` it is the other way round: activation [.., y, x] goes to output [.., y * stride + row * dilation - before, ..].

import type { Pair } from './attributes.ts';

export interface SlidingWeights {
  /** Filters of a group read its channels alone. */
  readonly groups: number;
  readonly groupFilters: number;
  readonly groupChannels: number;
  /** Rows and columns of the images read and written. */
  readonly input: Pair;
  readonly output: Pair;
  readonly window: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
  /** Places above and left of the image that the first windows cover; where they are spread, of the result, which lacks them. */
  readonly before: Pair;
  /** Of transposed convolutions. */
  readonly spread?: true;
}
