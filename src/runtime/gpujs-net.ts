// The little code that travels inside emitted gpujs modules: it hands kernels to the gpu.js that the app
// gives, runs them as one pipeline and copies inputs and outputs.

import { placeNumbers, takeNumbers } from './net.ts';
import { answerOf, listsOf, placesOf } from './ports.ts';
import type { Answer, Given, Into, Port } from './ports.ts';

export interface GpuKernelSettings {
  readonly output: readonly number[];
  readonly constants: object;
  readonly precision: 'single';
  readonly loopMaxIterations: number;
}

/** What is used of gpu.js. */
export interface GpuJs {
  readonly createKernel: (source: string, settings: GpuKernelSettings) => (...operands: readonly unknown[]) => unknown;
  readonly createPipeline: (chain: (...inputs: readonly unknown[]) => unknown) => ((...inputs: readonly unknown[]) => Promise<unknown>) & { readonly destroy: () => Promise<void> };
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
  /** What it reads: -1 is the first input, -2 the second; others are kernels. */
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

/** An input; its addresses are places in its own list. */
export interface GpuInput extends Port {
  readonly extents: Extents;
}

/** An output, and the kernel that answers it. */
export interface GpuOutput extends Port {
  readonly kernel: number;
}

export interface GpuNet<Gives = ArrayLike<number>, Gets = Float32Array> extends GpuFacts {
  readonly mode: string;
  readonly run: (given: Gives, into?: Gets) => Promise<Gets>;
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
function flattenRows(rows: unknown): Float32Array {
  if (ArrayBuffer.isView(rows)) return rows as unknown as Float32Array;
  return Float32Array.from((rows as readonly unknown[]).flatMap((row) => Array.from(flattenRows(row))));
}

/** Numbers out of little-endian bytes. */
export function floatsOf(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: view.byteLength / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

/** Compiles the kernels in a gpu.js of its own, and tries them once, so that what fails fails here. */
export async function startGpuNet(options: GpuOptions, facts: GpuFacts, plans: readonly KernelPlan[], weights: Float32Array, inputs: readonly GpuInput[], outputs: readonly GpuOutput[]): Promise<GpuNet<Given, Answer>> {
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
  const chain = (...values: readonly unknown[]): unknown => {
    const answers: unknown[] = [];
    for (const [i, kernel] of kernels.entries()) answers.push(kernel(...(plans[i] as KernelPlan).operands.map((operand) => (operand < 0 ? values[-1 - operand] : answers[operand]))));
    return outputs.map(({ kernel }) => answers[kernel]);
  };
  // gpu.js asks a function how many values it takes.
  const pipeline = gpu.createPipeline(Object.defineProperty(chain, 'length', { value: inputs.length }));
  const heaps = inputs.map(({ extents }) => new Float32Array(extents.reduce((size, extent) => size * extent, 1)));
  const rows = inputs.map(({ extents }, i) => inRows(heaps[i] as Float32Array, extents));
  const destroy = async (): Promise<void> => {
    await pipeline.destroy();
    await gpu.destroy();
  };
  const run = async (given: Given, into?: Into): Promise<Answer> => {
    const lists = listsOf(inputs, given, facts.name);
    const places = placesOf(outputs, into, facts.name);
    for (const [i, { addresses, what }] of inputs.entries()) placeNumbers(heaps[i] as Float32Array, addresses, lists[i] as ArrayLike<number>, what);
    // gpu.js takes its copy before it answers a promise, so the next call may write at once.
    const answers = (await pipeline(...rows)) as readonly unknown[];
    for (const [i, { addresses }] of outputs.entries()) takeNumbers(flattenRows(answers[i]), addresses, places[i] as Float32Array);
    return answerOf(outputs, places);
  };
  try {
    await pipeline(...rows);
    const fallback = gpu.kernels.find((kernel) => kernel.fallbackRequested);
    if (fallback) throw new Error(`${facts.name}: gpu.js does not run these kernels in mode ${mode}: ${fallback.fallbackReason ?? 'no reason given'}`);
  } catch (error) {
    await destroy();
    throw error;
  }
  return Object.freeze({ ...facts, mode, run, destroy });
}
