// A sentinel for what runs on two threads: the loop of peak.ts on two cores at once. One core that nobody else uses is
// not enough.

import { Worker } from 'node:worker_threads';
import type { Sentinel } from './measure.ts';
import { instantiatePeakLoop, peakRounds } from './peak-loop.ts';

export interface Pair {
  readonly sentinel: Sentinel;
  readonly close: () => Promise<number>;
}

/** To wake the other thread takes up to a tenth of a millisecond, of the one that the loop takes. */
const tolerance = 1.15;

export function startPair(module: WebAssembly.Module): Pair {
  const words = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(new URL('./pair-worker.ts', import.meta.url), { workerData: { module, words } });
  const loop = instantiatePeakLoop(module);
  let runs = 0;
  const work = (): void => {
    runs++;
    Atomics.store(words, 0, runs);
    Atomics.notify(words, 0);
    loop(peakRounds.turns);
    while (Atomics.load(words, 1) < runs);
  };
  return { sentinel: { work, tolerance, best: Infinity }, close: () => worker.terminate() };
}
