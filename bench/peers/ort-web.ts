// onnxruntime-web: its WASM backend with SIMD, one thread.

import type { Peer } from './peer.ts';
import { loadOrts, prepareOrt } from './ort.ts';

export const ortWeb: Peer = {
  name: 'ort-web',
  packageName: 'onnxruntime-web',
  prepare: async (program, input) => {
    const ort = loadOrts().web;
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.proxy = false;
    return prepareOrt(ort, { executionProviders: ['wasm'], graphOptimizationLevel: 'all' }, program, input);
  },
};
