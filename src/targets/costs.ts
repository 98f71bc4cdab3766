// Costs of the cores that kernels are scheduled for where nothing is known of the machine at hand.

import type { MachineCosts } from '../ir/kernel.ts';

/** Measured to rank tiles as the machine does: Zen 5, 128-bit vectors in V8's code. */
export const zen5: MachineCosts = { products: 2, loads: 2, latency: 3, loop: 0.4, call: 14 };
