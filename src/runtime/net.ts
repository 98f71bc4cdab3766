// The little code that travels inside emitted modules: it loads bytes, places weights, copies inputs and
// outputs. It imports nothing. `emit` writes the functions that a module needs into it, without types.

/** Offsets of the indices along one axis, in elements. */
export type AxisPlan = { readonly size: number; readonly stride: number } | { readonly offsets: readonly number[] };

/** Where a tensor lies in the heap. */
export interface TensorPlan {
  /** In elements, where index 0 of every axis lies. */
  readonly offset: number;
  /** In the order in which the caller's numbers come, the last axis fastest. */
  readonly axes: readonly AxisPlan[];
}

/** What a module knows of its network. */
export interface Facts {
  readonly name: string;
  /** Samples a run. */
  readonly batch: number;
  /** Of one sample, in the order of `layout`. */
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
  readonly layout: 'chw' | 'hwc';
  readonly labels?: readonly string[];
  /** What the kernels do to their input first: a number a channel, or one for all. */
  readonly normalization?: { readonly mean: readonly number[]; readonly deviation: readonly number[] };
  readonly meta: unknown;
}

export interface Plan {
  readonly input: TensorPlan;
  readonly output: TensorPlan;
}

export interface Net extends Facts {
  readonly input: Float32Array;
  readonly output: Float32Array;
  readonly compute: () => void;
  readonly run: (input: ArrayLike<number>, into?: Float32Array) => Float32Array;
}

/** The address of every number of a tensor, in the caller's order. */
function addressesOf(plan: TensorPlan): Int32Array {
  let addresses = Int32Array.of(plan.offset);
  for (const axis of plan.axes) {
    const offsets = 'offsets' in axis ? axis.offsets : Array.from({ length: axis.size }, (_, i) => i * axis.stride);
    const outer = addresses;
    const size = offsets.length;
    addresses = new Int32Array(outer.length * size);
    for (let i = 0; i < addresses.length; i++) addresses[i] = (outer[Math.floor(i / size)] as number) + (offsets[i % size] as number);
  }
  return addresses;
}

/** From the first to the last address: the tensor itself where no other numbers lie between. */
function viewOf(heap: Float32Array, addresses: Int32Array): Float32Array {
  let last = 0;
  for (const address of addresses) last = Math.max(last, address);
  return heap.subarray(addresses[0], last + 1);
}

function checkLength(found: number | undefined, expected: number, what: string): void {
  if (found === expected) return;
  throw new RangeError(`${what}: expected ${expected} numbers, found ${found === undefined ? 'no array' : found}`);
}

/** The network over its heap; `compute` runs its kernels. */
export function makeNet(facts: Facts, plan: Plan, memory: ArrayBuffer, compute: () => void): Net {
  const heap = new Float32Array(memory);
  const sources = addressesOf(plan.input);
  const results = addressesOf(plan.output);
  const inputName = `input of ${facts.name}`;
  const outputName = `output of ${facts.name}`;
  return Object.freeze({
    ...facts,
    input: viewOf(heap, sources),
    output: viewOf(heap, results),
    compute,
    run(input: ArrayLike<number>, into: Float32Array = new Float32Array(results.length)): Float32Array {
      checkLength(input?.length, sources.length, inputName);
      checkLength(into.length, results.length, outputName);
      for (let i = 0; i < sources.length; i++) heap[sources[i] as number] = input[i] as number;
      compute();
      for (let i = 0; i < results.length; i++) into[i] = heap[results[i] as number] as number;
      return into;
    },
  });
}

/** A file beside the module: from disk in Node, Deno and Bun, otherwise over the network. */
export async function readBytes(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  if (url.protocol === 'file:') {
    const { readFile } = await import('node:fs/promises' /* webpackIgnore: true */);
    return readFile(url);
  }
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.href}: ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}

export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}

/**
 * Words of four bytes that came plane by plane: the first byte of each, then the second of each. Exponents
 * then stand together, which compresses better.
 */
export function joinPlanes(planes: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(planes.length);
  const words = planes.length / 4;
  for (let plane = 0; plane < 4; plane++) {
    for (let i = 0; i < words; i++) bytes[4 * i + plane] = planes[plane * words + i] as number;
  }
  return bytes;
}

/** Copies packed weights to their places: bytes `from`..`from + length` to byte `to` of memory. */
export function placeWeights(memory: ArrayBuffer, weights: ArrayBuffer | ArrayBufferView, ranges: readonly (readonly [to: number, from: number, length: number])[]): void {
  const bytes = ArrayBuffer.isView(weights) ? new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength) : new Uint8Array(weights);
  const expected = ranges.reduce((sum, [, , length]) => sum + length, 0);
  if (bytes.length !== expected) throw new RangeError(`weights: expected ${expected} bytes, found ${bytes.length}`);
  const heap = new Uint8Array(memory);
  for (const [to, from, length] of ranges) heap.set(bytes.subarray(from, from + length), to);
}

/** Compiles, unless that is done, and starts the kernels; they own their memory, which never grows. */
export async function startWasm(source: BufferSource | WebAssembly.Module): Promise<{ readonly memory: ArrayBuffer; readonly compute: () => void }> {
  const module = source instanceof WebAssembly.Module ? source : await WebAssembly.compile(source);
  const { exports } = await WebAssembly.instantiate(module);
  return { memory: (exports['memory'] as WebAssembly.Memory).buffer, compute: exports['run'] as () => void };
}
