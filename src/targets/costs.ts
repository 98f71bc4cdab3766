// Costs of the cores that kernels are scheduled for where nothing is known of the machine at hand.

import type { MachineCosts } from '../ir/kernel.ts';

/**
 * Rank tiles as Zen 5 does under V8, with 128-bit vectors. Narrower cores rank them nearly alike: where four operations
 * are issued in a cycle, the choice for six takes at most 2% longer than the best, by this model.
 */
export const usualCore: MachineCosts = { issue: 6, products: 2, loads: 2, latency: 3, loop: 0.4, call: 14 };
