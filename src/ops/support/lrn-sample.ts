// Samples of lrn and of its gradient: windows across channels, some of which are gone, and within; exponents with
// and without roots.

import type { OpSample } from '../../ir/op.ts';
import { sliceLrn } from './lrn.ts';
import type { LrnAttributes } from './lrn.ts';
import { between, choose, sampleBatch } from './sampling.ts';

/** @param operands How many images of one shape. */
export function sampleLrn(operands: number): (random: () => number) => OpSample<LrnAttributes> {
  return (random) => {
    const channels = between(random, 1, 7);
    const shape = [sampleBatch.samples, channels, between(random, 1, 5), between(random, 1, 5)];
    const within = random() < 0.4;
    const whole = { size: choose(random, [1, 3, 3, 5, 9]), alpha: 0.1 + random(), beta: choose(random, [0.5, 0.75, 1, 0.6]), k: choose(random, [1, 2]), within };
    const attrs = within || random() < 0.5 ? whole : sliceLrn(whole, everyNow(random, channels));
    return { attrs, inputs: Array.from({ length: operands }, () => shape), batch: sampleBatch };
  };
}

/** So many numbers, ascending, with gaps between them. */
function everyNow(random: () => number, count: number): readonly number[] {
  let at = 0;
  return Array.from({ length: count }, () => (at += between(random, 1, 3)));
}
