/**
 * Raised whenever the same program, data and seed come to train to other bits: another order of a sum, another stream
 * of random numbers, another update. A run goes on only under the version it began with.
 */
export const trainingVersion = 3;
