// gpu.js without gpu.js: calls the text of each kernel once a thread, in plain JavaScript. What it answers
// is what gpu.js's mode `cpu` would, so that most of what can go wrong shows in `npm test`.

import type { GpuJs, GpuKernelSettings } from '../../../src/runtime/gpujs-net.ts';

type Rows = Float32Array | readonly Rows[];

type Thread = (this: { readonly thread: object; readonly constants: object }, ...values: readonly unknown[]) => number;

/** The class `GPU`, as an app would give it to `load`. */
export class PlainGpu implements GpuJs {
  readonly mode: string;
  readonly kernels: { fallbackRequested?: boolean; fallbackReason?: string }[] = [];
  destroyed = 0;

  constructor({ mode }: { mode: string }) {
    this.mode = mode;
  }

  createKernel(source: string, { output, constants }: GpuKernelSettings): (...operands: readonly unknown[]) => Rows {
    this.kernels.push({});
    // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- printed code is what is tested
    const thread = new Function(`return ${source}`)() as Thread;
    return (...operands) => rowsOf(output, [], (x, y = 0, z = 0) => thread.call({ thread: { x, y, z }, constants }, ...operands));
  }

  createPipeline(chain: (...inputs: readonly unknown[]) => unknown): ReturnType<GpuJs['createPipeline']> {
    const run = (...inputs: readonly unknown[]): Promise<unknown> => Promise.resolve(chain(...inputs.slice(0, chain.length)));
    return Object.assign(run, { destroy: () => Promise.resolve() });
  }

  destroy(): Promise<void> {
    this.destroyed++;
    return Promise.resolve();
  }
}

/** `[z][y][x]`, as many as there are. */
function rowsOf(extents: readonly number[], outer: readonly number[], value: (x: number, y?: number, z?: number) => number): Rows {
  const inner = extents.slice(0, -1);
  const extent = extents.at(-1) ?? 1;
  const here = (i: number): readonly number[] => [i, ...outer];
  if (inner.length > 0) return Array.from({ length: extent }, (_, i) => rowsOf(inner, here(i), value));
  return Float32Array.from({ length: extent }, (_, i) => value(i, outer[0], outer[1]));
}
