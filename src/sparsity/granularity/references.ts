// How often a layer reads and writes memory, by a model of ours of the dataflow of SCNN (Parashar et al., 2017), with which
// Mao et al. (2017) compare grains. It is no simulation of that machine, and its figures are none of the paper's.
//
// Channel by channel the activations are read in groups of four, row by row. While a group is held, all weights of the
// channel that are not zero pass by in groups of four, in the order in which they are stored: filter by filter, row by row.
// Each pair of groups makes up to 16 products; those of a pair that go to the same output are added before they are
// written. Counted are
//   weights       one for each weight in each pair,
//   activations   one for each activation of a channel with a weight that is not zero,
//   outputs       two for each output of each pair: what is there is read, and the sum is written.
//
// Assumed: one sample; activations are all there (their zeros are not known from weights); products that go to no output,
// beyond the border or between strides, are dropped, but what made them has been read; padding is not read; no output stays
// on chip from one pair to the next.

import { invariant } from '../../base/invariant.ts';
import type { SlidingWeights } from '../../ir/sliding-weights.ts';
import { activationGroups } from './activation-groups.ts';
import { TapSets } from './tap-sets.ts';

/** Weights that are read at once: F of SCNN. */
export const weightsAtOnce = 4;

/** Of one sample. */
export interface MemoryReferences {
  readonly weights: number;
  readonly activations: number;
  readonly outputs: number;
  readonly total: number;
}

/**
 * References of one layer, exactly. Products of different filters never share an output, so a pair's outputs are the sum
 * over the filters in its group of weights; of one filter they depend only on the places that its weights have in the
 * window, and there are few such sets of places.
 * @param weight [filters of all groups, channels of a group, rows, columns], row-major; what is not exactly 0 counts.
 */
export function referencesOf(slides: SlidingWeights, weight: ArrayLike<number>): MemoryReferences {
  const { groups, groupFilters, groupChannels, window } = slides;
  const positions = window[0] * window[1];
  const filters = groups * groupFilters;
  invariant(weight.length === filters * groupChannels * positions, () => `${weight.length} weights of ${filters} x ${groupChannels} x ${positions}`);
  const activations = activationGroups(slides);
  const sets = new TapSets(positions, activations.outputs);
  const read = new Uint32Array(groups * groupChannels);
  let written = 0;
  let element = 0;
  for (let filter = 0; filter < filters; filter++) {
    const firstChannel = Math.floor(filter / groupFilters) * groupChannels;
    for (let channel = firstChannel; channel < firstChannel + groupChannels; channel++) {
      // Of the weights of this filter that are in one group.
      let set = sets.empty;
      for (let tap = 0; tap < positions; tap++) {
        if (weight[element++] === 0) continue;
        set = sets.with(set, tap);
        const passed = (read[channel] as number) + 1;
        read[channel] = passed;
        if (passed % weightsAtOnce > 0) continue;
        written += sets.outputs(set);
        set = sets.empty;
      }
      written += sets.outputs(set);
    }
  }
  const weights = activations.count * read.reduce((sum, count) => sum + count, 0);
  const held = activations.activations * read.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  return { weights, activations: held, outputs: 2 * written, total: weights + held + 2 * written };
}

/** Of a layer without zeros. */
export function denseReferencesOf(slides: SlidingWeights): MemoryReferences {
  const { groups, groupFilters, groupChannels, window } = slides;
  return referencesOf(slides, new Uint8Array(groups * groupFilters * groupChannels * window[0] * window[1]).fill(1));
}
