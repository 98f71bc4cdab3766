// What the threads of a run tell each other and the main thread: a few words of shared memory. The first three are those
// of the barrier (runtime/barrier.ts).

/** Places in `Control.words`, a cache line (16 words) apart so that spinning on one does not slow another. */
export const word = {
  /** Threads that have reached the barrier. */
  arrived: 0,
  /** Barriers passed. */
  generation: 16,
  /** The next task of the stage. */
  task: 32,
  /** Set by the main thread: stop training after this batch. */
  pause: 48,
  /** 1 while the pass goes on. */
  going: 64,
  /** Batches of the pass that are done: the number of the next one. */
  done: 80,
  /** 1 once a loss is not finite. */
  diverged: 96,
} as const;

/** Places in `Control.sums`. */
export const sum = {
  /** Losses of all samples of the pass so far, times their weights. */
  loss: 0,
  /** Samples of a weight that are answered rightly. */
  correct: 1,
  /** Mean loss of the last batch. */
  batchLoss: 2,
} as const;

export interface Control {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly sums: Float64Array<SharedArrayBuffer>;
}

export function newControl(): Control {
  const lines = Object.keys(word).length;
  return { words: new Int32Array(new SharedArrayBuffer(64 * lines)), sums: new Float64Array(new SharedArrayBuffer(8 * Object.keys(sum).length)) };
}
