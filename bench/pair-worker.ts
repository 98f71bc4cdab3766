// The other thread of the pair (pair.ts): runs the loop whenever the first word counts up, and says so in the second.

import { workerData } from 'node:worker_threads';
import { instantiatePeakLoop, peakRounds } from './peak-loop.ts';

const { module, words } = workerData as { readonly module: WebAssembly.Module; readonly words: Int32Array };
const loop = instantiatePeakLoop(module);
for (let runs = 0; ; runs++) {
  Atomics.wait(words, 0, runs);
  loop(peakRounds.turns);
  Atomics.add(words, 1, 1);
}
