// What the threads of a run tell each other and the main thread: a few words of shared memory, and the
// barrier between stages.

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

/** Loads before a thread sleeps: about as long as sleeping and waking take. Stages are mostly shorter. */
const patience = 20_000;

/**
 * Waits until all threads are here. The last one to come calls `last` while the others wait, and the tasks
 * of the next stage start from 0.
 */
export function barrier(words: Int32Array<SharedArrayBuffer>, threads: number, last?: () => void): void {
  const generation = Atomics.load(words, word.generation);
  if (Atomics.add(words, word.arrived, 1) === threads - 1) {
    last?.();
    Atomics.store(words, word.arrived, 0);
    Atomics.store(words, word.task, 0);
    Atomics.store(words, word.generation, (generation + 1) | 0);
    if (threads > 1) Atomics.notify(words, word.generation);
    return;
  }
  for (let i = 0; i < patience; i++) if (Atomics.load(words, word.generation) !== generation) return;
  while (Atomics.load(words, word.generation) === generation) Atomics.wait(words, word.generation, generation);
}
