// A model of ONNX as it is run, in Node or in a page.

import { present } from '../../src/base/invariant.ts';
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
  readonly env: { readonly wasm: { numThreads?: number; proxy?: boolean; wasmPaths?: string } };
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => OrtTensor;
  readonly InferenceSession: { create(model: Uint8Array, options: SessionOptions): Promise<OrtSession> };
}

/** What a session is made of. */
export interface OrtParts {
  readonly model: Uint8Array;
  /** What the model's input and output are called. */
  readonly names: readonly [input: string, output: string];
  /** [1, channels, height, width]. */
  readonly shape: readonly number[];
  readonly input: Float32Array;
}

/** The WASM backend of onnxruntime-web on one thread. */
export function prepareOrtWeb(ort: Ort, parts: OrtParts): Promise<PreparedRun> {
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.proxy = false;
  return prepareOrt(ort, { executionProviders: ['wasm'], graphOptimizationLevel: 'all' }, parts);
}

export async function prepareOrt(ort: Ort, options: SessionOptions, { model, names: [from, to], shape, input }: OrtParts): Promise<PreparedRun> {
  const session = await ort.InferenceSession.create(model, options);
  const feeds = { [from]: new ort.Tensor('float32', input, shape) };
  let result: Readonly<Record<string, OrtTensor>> = {};
  return {
    run: async () => {
      result = await session.run(feeds);
    },
    output: () => present(result[to], 'output of the session').data,
    release: () => session.release(),
  };
}
