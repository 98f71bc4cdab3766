// tfjs-backend-wasm: XNNPACK kernels in WASM with SIMD, one thread.

import { plainNetwork } from '../plain-network.ts';
import type { Program } from '../../src/ir/graph.ts';
import { present } from '../../src/base/invariant.ts';
import type { Peer, PreparedRun } from './peer.ts';
import { tfjsNetwork, transposed } from './tfjs-layers.ts';
import { loadTf } from './tfjs.ts';
import type { TfTensor } from './tfjs.ts';

async function prepare(program: Program, input: Float32Array): Promise<PreparedRun> {
  const tf = await loadTf();
  const held: TfTensor[] = [];
  const hold = (values: Float32Array, shape: readonly number[]): TfTensor => {
    const made = tf.tensor(values, shape);
    held.push(made);
    return made;
  };
  const network = plainNetwork(program);
  const call = tfjsNetwork(tf, network, hold);
  const [channels, height, width] = network.input;
  const hwc = transposed(input, channels);
  const [, outHeight, outWidth] = present(network.layers.at(-1), 'layer').shape;
  let result: Float32Array = new Float32Array();
  return {
    run: () => {
      const output = tf.tidy(() => call(tf.tensor(hwc, [1, height, width, channels])));
      result = output.dataSync();
      output.dispose();
    },
    output: () => transposed(result, outHeight * outWidth),
    release: () => held.forEach((tensor) => tensor.dispose()),
  };
}

export const tfjsWasm: Peer = { name: 'tfjs-wasm', packageName: '@tensorflow/tfjs-backend-wasm', prepare };
