// onnxruntime-web: its WASM backend with SIMD, one thread.

import type { Peer } from './peer.ts';
import { prepareOrtWeb } from './ort-run.ts';
import { loadOrts, ortParts } from './ort.ts';

export const ortWeb: Peer = {
  name: 'ort-web',
  packageName: 'onnxruntime-web',
  prepare: (program, input) => prepareOrtWeb(loadOrts().web, ortParts(program, input)),
};
