// A network on tfjs as it is run, in Node or in a page.

import { present } from '../../src/base/invariant.ts';
import { transposed } from '../layouts.ts';
import type { PlainNetwork } from '../plain-network.ts';
import type { PreparedRun } from './peer.ts';
import { tfjsNetwork } from './tfjs-layers.ts';
import type { Tf, TfTensor } from './tfjs.ts';

export interface TfjsParts {
  readonly network: PlainNetwork;
  /** CHW. */
  readonly input: Float32Array;
}

export function prepareTfjs(tf: Tf, { network, input }: TfjsParts): PreparedRun {
  const held: TfTensor[] = [];
  const hold = (values: Float32Array, shape: readonly number[]): TfTensor => {
    const made = tf.tensor(values, shape);
    held.push(made);
    return made;
  };
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
