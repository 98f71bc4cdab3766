/**
 * Raised whenever the same program, data and seed come to train to other bits: another order of a sum, another stream
 * of random numbers, another update. A run goes on only under the version it began with. What changes with the gradient of
 * one op is a revision of that (ir/training-rules.ts).
 */
export const trainingVersion = 3;
