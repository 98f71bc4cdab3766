// onnxruntime-node: native code for this CPU (AVX-512 where there is one), one thread.

import type { Peer } from './peer.ts';
import { prepareOrt } from './ort-run.ts';
import type { SessionOptions } from './ort-run.ts';
import { loadOrts, ortParts } from './ort.ts';

const options: SessionOptions = {
  executionProviders: ['cpu'],
  graphOptimizationLevel: 'all',
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
};

export const ortNode: Peer = {
  name: 'ort-node',
  packageName: 'onnxruntime-node',
  prepare: (program, input) => prepareOrt(loadOrts().node, options, ortParts(program, input)),
};
