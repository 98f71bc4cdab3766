// A model of TensorFlow Lite on LiteRT.js as a page runs it: XNNPACK kernels in WASM, one thread.

import { present } from '../../src/base/invariant.ts';
import { transposed } from '../layouts.ts';
import type { PreparedRun } from './peer.ts';

interface LiteRtTensor {
  toTypedArray(): Float32Array;
  delete(): void;
}

interface LiteRtModel {
  run(input: LiteRtTensor): Promise<readonly LiteRtTensor[]>;
  delete(): void;
}

/** As much of @litertjs/core as is used here. */
export interface LiteRt {
  /** Loads the build with relaxed SIMD where the engine has it. */
  loadLiteRt(folder: string): Promise<unknown>;
  loadAndCompile(model: Uint8Array, options: { readonly accelerator: 'wasm'; readonly cpuOptions: { readonly numThreads: number } }): Promise<LiteRtModel>;
  readonly Tensor: new (values: Float32Array, shape: readonly number[]) => LiteRtTensor;
}

export interface LiteRtParts {
  readonly model: Uint8Array;
  /** [1, height, width, channels] */
  readonly shape: readonly number[];
  /** HWC. */
  readonly input: Float32Array;
  /** Height times width of the output. */
  readonly area: number;
}

/** As it is documented: a tensor is made of the input, and the output copied out. */
export async function prepareLiteRt(library: LiteRt, parts: LiteRtParts): Promise<PreparedRun> {
  const model = await compile(library, parts);
  let result: Float32Array = new Float32Array();
  return {
    run: async () => {
      const image = new library.Tensor(parts.input, parts.shape);
      const output = first(await model.run(image));
      result = output.toTypedArray();
      image.delete();
      output.delete();
    },
    output: () => transposed(result, parts.area),
    release: () => model.delete(),
  };
}

/** The least it can be asked for: the input is its own tensor already, and nobody reads the output. */
export async function prepareLiteRtResident(library: LiteRt, parts: LiteRtParts): Promise<PreparedRun> {
  const model = await compile(library, parts);
  const image = new library.Tensor(parts.input, parts.shape);
  let last: LiteRtTensor | undefined;
  return {
    run: async () => {
      last?.delete();
      last = first(await model.run(image));
    },
    output: () => transposed(present(last, 'output').toTypedArray(), parts.area),
    release: () => {
      last?.delete();
      image.delete();
      model.delete();
    },
  };
}

function compile(library: LiteRt, { model }: LiteRtParts): Promise<LiteRtModel> {
  return library.loadAndCompile(model, { accelerator: 'wasm', cpuOptions: { numThreads: 1 } });
}

function first(outputs: readonly LiteRtTensor[]): LiteRtTensor {
  return present(outputs[0], 'output of the model');
}
