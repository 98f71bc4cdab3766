// The barrier between stages, and the counter that threads take tasks from. Part of emitted modules, and of training.
//
// Both live in a few words of shared memory, a cache line (16 words) apart, so that spinning on one does not slow another:
//
//   0    threads that have reached the barrier
//   16   barriers passed
//   32   the next task of the stage

/** The next task of the stage, of which each is given out once. */
export function takeTask(words: Int32Array<SharedArrayBuffer>): number {
  return Atomics.add(words, 32, 1);
}

/** Whether a thread that comes here is the last of all. Then the tasks of the next stage start from 0. */
export function arrivesLast(words: Int32Array<SharedArrayBuffer>, threads: number): boolean {
  if (Atomics.add(words, 0, 1) !== threads - 1) return false;
  Atomics.store(words, 0, 0);
  Atomics.store(words, 32, 0);
  return true;
}

/** Waits until all threads are here. The last one to come calls `last` while the others wait. */
export function barrier(words: Int32Array<SharedArrayBuffer>, threads: number, last?: () => void): void {
  const generation = Atomics.load(words, 16);
  if (arrivesLast(words, threads)) {
    last?.();
    Atomics.store(words, 16, (generation + 1) | 0);
    if (threads > 1) Atomics.notify(words, 16);
    return;
  }
  // Before a thread sleeps it looks about as long as sleeping and waking take. Stages are mostly shorter.
  for (let i = 0; i < 20_000; i++) if (Atomics.load(words, 16) !== generation) return;
  while (Atomics.load(words, 16) === generation) Atomics.wait(words, 16, generation);
}
