// A sweep whose runs are trained by the workers of a queue.

import { sweep } from '../sweep.ts';
import type { SweepOptions } from '../sweep.ts';
import type { SweepOutcome } from '../results.ts';
import { openQueue } from './open-queue.ts';
import type { QueueRequest } from './open-queue.ts';
import { trainOverQueue } from './train-over-queue.ts';

export interface SweepQueue extends QueueRequest {
  /** Told what a person should know who waits. */
  readonly onNote: (note: string) => void;
}

/** Fails with `queue/*` and what sweeps fail with. */
export async function sweepOverQueue(options: SweepOptions, queue: SweepQueue): Promise<SweepOutcome> {
  const board = await openQueue(queue);
  try {
    // One of another version is told at once, before data is read.
    await board.admit(false);
    const training = trainOverQueue(board, { out: options.out, file: options.file, onNote: queue.onNote });
    const outcome = await sweep(options, training);
    await training.end(!outcome.interrupted);
    return outcome;
  } finally {
    await board.close();
  }
}
