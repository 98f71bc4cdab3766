// The little code that travels inside emitted modules: it places weights, copies inputs and outputs. `emit` writes the
// functions that a module needs into it, without types.

import { checkCount, checkPlaces, numberAt } from './numbers.ts';

/** Offsets of the indices along one axis, in elements. */
export type AxisPlan = { readonly size: number; readonly stride: number } | { readonly offsets: readonly number[] };

/** Where a tensor lies in the heap. A type and no interface, so that it is JSON too. */
export type TensorPlan = {
  /** In elements, where index 0 of every axis lies. */
  readonly offset: number;
  /** Batch first, then those of a sample in the order in which the caller's numbers come, the last axis fastest. */
  readonly axes: readonly AxisPlan[];
};

/** What a module knows of its network. */
export interface Facts {
  readonly name: string;
  /** The id that all files of its build carry. */
  readonly build: string;
  /** Samples a run. */
  readonly batch: number;
  /** Of one sample, in the order of `layout`. */
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
  readonly layout: 'chw' | 'hwc';
  readonly labels?: readonly string[];
  /** What the kernels do to their input first: a number a channel, or one for all. A mean `per_pixel` lies with the weights. */
  readonly normalization?: { readonly mean: readonly number[] | 'per_pixel'; readonly deviation: readonly number[] };
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
export function addressesOf(plan: TensorPlan): Int32Array {
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
export function viewOf(heap: Float32Array, addresses: Int32Array): Float32Array {
  let last = 0;
  for (const address of addresses) last = Math.max(last, address);
  return heap.subarray(addresses[0], last + 1);
}

/** Writes the caller's numbers to their addresses. Throws a TypeError where one is no number. @param what Names the list. */
export function placeNumbers(heap: Float32Array, addresses: Int32Array, list: ArrayLike<number>, what: string): void {
  for (let i = 0; i < addresses.length; i++) heap[addresses[i] as number] = numberAt(list, i, what);
}

/** Reads the numbers at addresses into `into`, and answers it. */
export function takeNumbers(heap: Float32Array, addresses: Int32Array, into: Float32Array): Float32Array {
  for (let i = 0; i < addresses.length; i++) into[i] = heap[addresses[i] as number] as number;
  return into;
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
      checkCount(input, sources.length, inputName);
      checkPlaces(into, results.length, outputName);
      placeNumbers(heap, sources, input, inputName);
      compute();
      return takeNumbers(heap, results, into);
    },
  });
}

/** Copies packed weights to their places: bytes `from`..`from + length` to byte `to` of memory. */
export function placeWeights(memory: ArrayBuffer, weights: Uint8Array, ranges: readonly (readonly [to: number, from: number, length: number])[]): void {
  const heap = new Uint8Array(memory);
  for (const [to, from, length] of ranges) heap.set(weights.subarray(from, from + length), to);
}

