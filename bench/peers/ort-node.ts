// onnxruntime-node: native code for this CPU (AVX-512 where there is one), one thread.

import type { Peer } from './peer.ts';
import { loadOrts, prepareOrt } from './ort.ts';
import type { SessionOptions } from './ort.ts';

const options: SessionOptions = {
  executionProviders: ['cpu'],
  graphOptimizationLevel: 'all',
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
};

export const ortNode: Peer = {
  name: 'ort-node',
  packageName: 'onnxruntime-node',
  prepare: async (program, input) => prepareOrt(loadOrts().node, options, program, input),
};
