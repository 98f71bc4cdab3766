// A network that is worth four threads, as a module: convolutions one after another, the second one in groups.

import { randomConv, randomDense } from '../../bench/masks.ts';
import { programOf } from '../../bench/peers/ssl-source.ts';
import { simplify } from '../../src/driver/build/compact.ts';
import { runtimeFunctions } from '../../src/driver/build/runtime-functions.ts';
import type { EmittedModule } from '../../src/emit/emit-module.ts';
import type { Network } from '../../bench/network.ts';
import { ops } from '../../src/ops/index.ts';
import { wasmTarget } from '../../src/targets/wasm/target.ts';

const conv = (name: string, channels: number, filters: number, groups: number) => randomConv(name, { channels, filters, window: 3, padding: 1, groups, relu: true });

export const threadedNetwork: Network = {
  input: [3, 48, 48],
  layers: [
    conv('threads/conv1', 3, 33, 1),
    { op: 'max_pool', window: 2, stride: 2 },
    conv('threads/conv2', 33, 66, 3),
    conv('threads/conv3', 66, 64, 1),
    { op: 'max_pool', window: 2, stride: 2 },
    { op: 'flatten' },
    randomDense('threads/fc1', 64 * 12 * 12, 10, false),
  ],
};

export const image: Float32Array = Float32Array.from({ length: 3 * 48 * 48 }, (_, i) => Math.sin(i));

export async function emitThreaded(request: { readonly threads: boolean; readonly inline?: boolean; readonly seed?: number; readonly network?: Network }): Promise<EmittedModule> {
  const { threads, inline = false, seed = 1, network = threadedNetwork } = request;
  const { emit } = await wasmTarget.lower(simplify(programOf(network), ops), ops, undefined, threads);
  return emit({ name: 'Threaded', file: 'net', layout: 'chw', inline, meta: { seed }, runtime: await runtimeFunctions() });
}
