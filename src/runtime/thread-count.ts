// How many threads a program is worth. Threads wait for each other after every stage, which takes microseconds, and
// more where others use the cores too, so that a small network runs fastest on one thread alone:
//
//   time on n threads = sum over stages of (work of its largest share) + (waits) * n * (what a thread adds to a wait)
//
// Both figures are rough, which does not matter: near the border both choices are as good, and results never depend
// on it. Part of emitted modules, and of training.

export interface StageWork {
  /** It runs on so many threads at most. */
  readonly tasks: number;
  readonly points: number;
}

/** From 1 to `most`: the number of threads on which the stages, one after the other, are estimated to end first. */
export function worthwhileThreads(stages: readonly StageWork[], most: number): number {
  let best = { threads: 1, time: timeOn(stages, 1) };
  for (let threads = 2; threads <= most; threads++) {
    const time = timeOn(stages, threads);
    if (time < best.time) best = { threads, time };
  }
  return best.threads;
}

/** In nanoseconds. */
function timeOn(stages: readonly StageWork[], threads: number): number {
  // A multiply-add takes about half of it, an element of a map or a pool a few times as long.
  const pointTime = 1 / 12;
  // What each thread adds to a wait; a third of it on cores of its own.
  const waitTime = 10_000;
  const work = stages.reduce((total, { tasks, points }) => total + (pointTime * points * Math.ceil(tasks / threads)) / tasks, 0);
  return work + (threads > 1 ? waitTime * threads * stages.length : 0);
}
