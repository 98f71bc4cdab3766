// tfjs-backend-wasm: XNNPACK kernels in WASM with SIMD, one thread.

import { createRequire } from 'node:module';
import { plainNetwork } from '../plain-network.ts';
import type { Peer } from './peer.ts';
import { prepareTfjs } from './tfjs-run.ts';
import { startTf } from './tfjs.ts';
import type { Tf, TfWasm } from './tfjs.ts';

function loadTf(): Promise<Tf> {
  // Required when used, since the peers are installed only on demand and have no place in our types.
  const require = createRequire(import.meta.url);
  return startTf(require('@tensorflow/tfjs-core') as Tf, require('@tensorflow/tfjs-backend-wasm') as TfWasm);
}

export const tfjsWasm: Peer = {
  name: 'tfjs-wasm',
  packageName: '@tensorflow/tfjs-backend-wasm',
  prepare: async (program, input) => prepareTfjs(await loadTf(), { network: plainNetwork(program), input }),
};
