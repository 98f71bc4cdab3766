// What onnxruntime-web and onnxruntime-node share: the same session interface over an ONNX model.

import { createRequire } from 'node:module';
import { present } from '../../src/base/invariant.ts';
import type { Program } from '../../src/ir/graph.ts';
import { ONNX_INPUT, writeOnnx } from '../onnx/write-onnx.ts';
import { plainNetwork } from '../plain-network.ts';
import type { PreparedRun } from './peer.ts';

interface OrtTensor {
  readonly data: Float32Array;
}

interface OrtSession {
  run(feeds: Readonly<Record<string, OrtTensor>>): Promise<Readonly<Record<string, OrtTensor>>>;
  release(): Promise<void>;
}

export interface SessionOptions {
  readonly executionProviders: readonly string[];
  readonly graphOptimizationLevel: 'all';
  readonly intraOpNumThreads?: number;
  readonly interOpNumThreads?: number;
}

/** As much of the packages' common API as is used here. */
export interface Ort {
  readonly env: { readonly wasm: { numThreads?: number; proxy?: boolean } };
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => OrtTensor;
  readonly InferenceSession: { create(model: Uint8Array, options: SessionOptions): Promise<OrtSession> };
}

/**
 * Both packages. They register a backend called `cpu` in one registry, where the first to come stays: the
 * native one has to, or both would run in WASM.
 */
export function loadOrts(): { readonly node: Ort; readonly web: Ort } {
  // Required when used, since the peers are installed only on demand and have no place in our types.
  const require = createRequire(import.meta.url);
  const node = require('onnxruntime-node') as Ort;
  return { node, web: require('onnxruntime-web') as Ort };
}

export async function prepareOrt(
  ort: Ort,
  options: SessionOptions,
  program: Program,
  input: Float32Array,
): Promise<PreparedRun> {
  const network = plainNetwork(program);
  const model = writeOnnx(network);
  const session = await ort.InferenceSession.create(model.bytes, options);
  const feeds = { [ONNX_INPUT]: new ort.Tensor('float32', input, [1, ...network.input]) };
  let result: Readonly<Record<string, OrtTensor>> = {};
  return {
    run: async () => {
      result = await session.run(feeds);
    },
    output: () => present(result[model.output], 'output of the session').data,
    release: () => session.release(),
  };
}
