// onnxruntime, as an independent judge of models.

import { createRequire } from 'node:module';
import type { Value } from '../../../src/onnx/reference/value.ts';

interface Tensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: ArrayLike<number | bigint>;
}

/** As much of the package as is used: it is installed for this suite only. */
interface Runtime {
  readonly Tensor: new (type: string, data: Float32Array | BigInt64Array, dims: readonly number[]) => Tensor;
  readonly InferenceSession: {
    readonly create: (model: Uint8Array, options: object) => Promise<{
      readonly run: (inputs: Readonly<Record<string, Tensor>>) => Promise<Readonly<Record<string, Tensor>>>;
      readonly release: () => Promise<void>;
    }>;
  };
}

const runtime = createRequire(import.meta.url)('onnxruntime-node') as Runtime;

/** What it answers in f32, without optimizations, and says where it does not run the model. */
export async function runByOnnxruntime(model: Uint8Array, inputs: ReadonlyMap<string, Value>): Promise<ReadonlyMap<string, Tensor>> {
  const session = await runtime.InferenceSession.create(model, { graphOptimizationLevel: 'disabled', logSeverityLevel: 4 });
  try {
    const given = [...inputs].map(([name, { kind, shape, data }]) => [name, kind === 'float' ? new runtime.Tensor('float32', Float32Array.from(data), shape) : new runtime.Tensor('int64', BigInt64Array.from(data), shape)] as const);
    return new Map(Object.entries(await session.run(Object.fromEntries(given))));
  } finally {
    await session.release();
  }
}
