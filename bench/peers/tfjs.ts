// As much of tfjs-core as is used here, over its WASM backend.

export interface TfTensor {
  dataSync(): Float32Array;
  dispose(): void;
}

export type TfActivation = 'relu' | 'relu6' | 'linear';

/** By axis of a NHWC map, places before and after it. */
export type ExplicitPadding = readonly (readonly [number, number])[];

interface FusedConv {
  readonly x: TfTensor;
  readonly filter: TfTensor;
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly pad: ExplicitPadding;
  readonly bias: TfTensor;
  readonly activation: TfActivation;
}

interface FusedMatMul {
  readonly a: TfTensor;
  readonly b: TfTensor;
  readonly bias: TfTensor;
  readonly activation: TfActivation;
}

export interface Tf {
  /** Leaves out checks of shapes and values. */
  enableProdMode(): void;
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  tidy<T>(body: () => T): T;
  tensor(values: Float32Array, shape: readonly number[]): TfTensor;
  scalar(value: number): TfTensor;
  split(x: TfTensor, parts: number, axis: number): TfTensor[];
  concat(parts: readonly TfTensor[], axis: number): TfTensor;
  maxPool(x: TfTensor, window: readonly [number, number], stride: readonly [number, number], padding: ExplicitPadding): TfTensor;
  avgPool(x: TfTensor, window: readonly [number, number], stride: readonly [number, number], padding: ExplicitPadding): TfTensor;
  mean(x: TfTensor, axes: readonly number[]): TfTensor;
  pad(x: TfTensor, padding: ExplicitPadding): TfTensor;
  reshape(x: TfTensor, shape: readonly number[]): TfTensor;
  add(a: TfTensor, b: TfTensor): TfTensor;
  mul(a: TfTensor, b: TfTensor): TfTensor;
  div(a: TfTensor, b: TfTensor): TfTensor;
  pow(a: TfTensor, b: TfTensor): TfTensor;
  square(x: TfTensor): TfTensor;
  sqrt(x: TfTensor): TfTensor;
  softmax(x: TfTensor): TfTensor;
  relu(x: TfTensor): TfTensor;
  relu6(x: TfTensor): TfTensor;
  readonly fused: { conv2d(config: FusedConv): TfTensor; depthwiseConv2d(config: FusedConv): TfTensor; matMul(config: FusedMatMul): TfTensor };
}

export interface TfWasm {
  setThreadsCount(count: number): void;
  /** Where its .wasm files are; in Node it knows. */
  setWasmPaths(folder: string): void;
}

/** The library on one thread. */
export async function startTf(tf: Tf, wasm: TfWasm): Promise<Tf> {
  wasm.setThreadsCount(1);
  tf.enableProdMode();
  await tf.setBackend('wasm');
  await tf.ready();
  return tf;
}
