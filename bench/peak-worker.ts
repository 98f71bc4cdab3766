// One thread of the peak measurement: all threads meet before every round, then run the loop at once.

import { parentPort, workerData } from 'node:worker_threads';
import { instantiatePeakLoop } from './peak.ts';

interface PeakTask {
  readonly module: WebAssembly.Module;
  readonly turns: number;
  /** How often a thread has reached the meeting point. */
  readonly gate: Int32Array;
  readonly threads: number;
}

const WARM_UP_ROUNDS = 60;
const ROUNDS = 1000;

const { module, turns, gate, threads } = workerData as PeakTask;
const loop = instantiatePeakLoop(module);
for (let round = 0; round < WARM_UP_ROUNDS; round++) loop(turns);

const spans: [number, number][] = [];
for (let round = 0; round < ROUNDS; round++) {
  Atomics.add(gate, 0, 1);
  // Spinning, since a thread woken from sleep would start late.
  while (Atomics.load(gate, 0) < (round + 1) * threads);
  const start = performance.timeOrigin + performance.now();
  loop(turns);
  spans.push([start, performance.timeOrigin + performance.now()]);
}
parentPort?.postMessage(spans);
