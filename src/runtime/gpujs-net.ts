// The little code that travels inside emitted gpujs modules: it hands kernels to the gpu.js that the app
// gives, runs them as one pipeline and copies inputs and outputs.

import { checkCount, checkPlaces, numberAt } from './numbers.ts';

export interface GpuKernelSettings {
  readonly output: readonly number[];
  readonly constants: object;
  readonly precision: 'single';
  readonly loopMaxIterations: number;
}

/** What is used of gpu.js. */
export interface GpuJs {
  readonly createKernel: (source: string, settings: GpuKernelSettings) => (...operands: readonly unknown[]) => unknown;
  readonly createPipeline: (chain: (input: unknown) => unknown) => ((input: unknown) => Promise<unknown>) & { readonly destroy: () => Promise<void> };
  readonly kernels: readonly { readonly fallbackRequested?: boolean; readonly fallbackReason?: string | null }[];
  readonly destroy: () => Promise<void>;
}

export interface GpuOptions {
  /** The class `GPU` of gpu.js. */
  readonly GPU: new (settings: { mode: string }) => GpuJs;
  /** Where to compute, in the words of gpu.js. */
  readonly mode: string;
}

/** Numbers listed x fastest: extents along x, y and z, as many as there are. */
type Extents = readonly number[];

export interface KernelPlan {
  readonly source: string;
  readonly output: Extents;
  /** What it reads: -1 is the input, others are kernels. */
  readonly operands: readonly number[];
  /** Its constants, and where each starts in the weights. */
  readonly data: readonly (readonly [extents: Extents, from: number])[];
  /** Rounds of its longest loop. */
  readonly rounds: number;
}

/** What a module knows of its network. */
export interface GpuFacts {
  readonly name: string;
  /** The id that all files of its build carry. */
  readonly build: string;
  readonly batch: number;
}

/** The place of every number of the caller's, in the caller's order, among those of input and output. */
export interface GpuPlaces {
  readonly input: Int32Array;
  readonly output: Int32Array;
  readonly inputExtents: Extents;
}

export interface GpuNet extends GpuFacts {
  readonly mode: string;
  readonly run: (input: ArrayLike<number>, into?: Float32Array) => Promise<Float32Array>;
  readonly destroy: () => Promise<void>;
}

/** Views of a list of numbers, x fastest, as gpu.js takes them: `[z][y][x]`. */
function inRows(numbers: Float32Array, extents: Extents): unknown {
  const outer = extents[extents.length - 1] as number;
  if (extents.length === 1) return numbers;
  const size = numbers.length / outer;
  return Array.from({ length: outer }, (_, i) => inRows(numbers.subarray(i * size, (i + 1) * size), extents.slice(0, -1)));
}

/** The numbers of nested rows in order. */
function flattenRows(rows: unknown): ArrayLike<number> {
  if (ArrayBuffer.isView(rows)) return rows as unknown as Float32Array;
  return (rows as readonly unknown[]).flatMap((row) => Array.from(flattenRows(row)));
}

/** Numbers out of little-endian bytes. */
export function floatsOf(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: view.byteLength / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

/** Compiles the kernels in a gpu.js of its own, and tries them once, so that what fails fails here. */
export async function startGpuNet(options: GpuOptions, facts: GpuFacts, plans: readonly KernelPlan[], weights: Float32Array, places: GpuPlaces): Promise<GpuNet> {
  // Callers in JavaScript give what they like.
  const { GPU, mode }: Partial<GpuOptions> = options ?? {};
  if (typeof GPU !== 'function' || typeof mode !== 'string') throw new TypeError(`${facts.name}: load({ GPU, mode }) takes the class GPU of gpu.js and one of its modes, such as "webgl2"`);
  const gpu = new GPU({ mode });
  const kernels = plans.map(({ source, output, data, rounds }) => {
    const constants = Object.fromEntries(data.map(([extents, from], i) => {
      const count = extents.reduce((size, extent) => size * extent, 1);
      return [`d${i}`, inRows(weights.subarray(from, from + count), extents)];
    }));
    return gpu.createKernel(source, { output: [...output], constants, precision: 'single', loopMaxIterations: rounds });
  });
  const pipeline = gpu.createPipeline((input) => {
    const values: unknown[] = [];
    for (const [i, kernel] of kernels.entries()) values.push(kernel(...(plans[i] as KernelPlan).operands.map((operand) => (operand < 0 ? input : values[operand]))));
    return values[values.length - 1];
  });
  const heap = new Float32Array(places.inputExtents.reduce((size, extent) => size * extent, 1));
  const rows = inRows(heap, places.inputExtents);
  const destroy = async (): Promise<void> => {
    await pipeline.destroy();
    await gpu.destroy();
  };
  const [inputName, outputName] = [`input of ${facts.name}`, `output of ${facts.name}`];
  const run = async (input: ArrayLike<number>, into: Float32Array = new Float32Array(places.output.length)): Promise<Float32Array> => {
    checkCount(input, places.input.length, inputName);
    checkPlaces(into, places.output.length, outputName);
    for (let i = 0; i < places.input.length; i++) heap[places.input[i] as number] = numberAt(input, i, inputName);
    // gpu.js takes its copy before it answers a promise, so the next call may write at once.
    const answer = flattenRows(await pipeline(rows));
    for (let i = 0; i < into.length; i++) into[i] = answer[places.output[i] as number] as number;
    return into;
  };
  try {
    await run(new Float32Array(places.input.length));
    const fallback = gpu.kernels.find((kernel) => kernel.fallbackRequested);
    if (fallback) throw new Error(`${facts.name}: gpu.js does not run these kernels in mode ${mode}: ${fallback.fallbackReason ?? 'no reason given'}`);
  } catch (error) {
    await destroy();
    throw error;
  }
  return Object.freeze({ ...facts, mode, run, destroy });
}
