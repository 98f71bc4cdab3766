// One thread of the peak measurement: all threads meet before every round, then run the loop at once.

import { parentPort, workerData } from 'node:worker_threads';
import { instantiatePeakLoop, peakRounds, peakSpans } from './peak-loop.ts';

interface PeakTask {
  readonly module: WebAssembly.Module;
  /** How often a thread has reached the meeting point. */
  readonly gate: Int32Array;
  readonly threads: number;
}

const { module, gate, threads } = workerData as PeakTask;

/** Spinning, since a thread woken from sleep would start late. */
function meet(round: number): void {
  Atomics.add(gate, 0, 1);
  while (Atomics.load(gate, 0) < (round + 1) * threads);
}

parentPort?.postMessage(peakSpans(instantiatePeakLoop(module), peakRounds, meet));
