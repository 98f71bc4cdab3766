// tfjs-backend-wasm: XNNPACK kernels in WASM with SIMD, one thread, in the layouts that library wants
// (NHWC maps, HWIO and IO weights), bias and relu fused. It has no grouped convolution: the map is split
// and the results joined, as its own converter does.

import { createRequire } from 'node:module';
import { assertNever, present } from '../../src/base/invariant.ts';
import { elementsOf, mapShapes, networkOutput } from '../network.ts';
import type { ConvLayer, DenseLayer, MapShape, Network } from '../network.ts';
import type { Peer, PreparedRun } from './peer.ts';

interface TfTensor {
  dataSync(): Float32Array;
  dispose(): void;
}

interface FusedConv {
  readonly x: TfTensor;
  readonly filter: TfTensor;
  readonly strides: number;
  readonly pad: number;
  readonly bias: TfTensor;
  readonly activation: 'relu' | 'linear';
}

interface FusedMatMul {
  readonly a: TfTensor;
  readonly b: TfTensor;
  readonly bias: TfTensor;
  readonly activation: 'relu' | 'linear';
}

/** As much of tfjs-core as is used here. */
interface Tf {
  /** Leaves out checks of shapes and values. */
  enableProdMode(): void;
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  tidy<T>(body: () => T): T;
  tensor(values: Float32Array, shape: readonly number[]): TfTensor;
  split(x: TfTensor, parts: number, axis: number): TfTensor[];
  concat(parts: readonly TfTensor[], axis: number): TfTensor;
  maxPool(x: TfTensor, window: number, stride: number, padding: 'valid'): TfTensor;
  reshape(x: TfTensor, shape: readonly number[]): TfTensor;
  readonly fused: { conv2d(config: FusedConv): TfTensor; matMul(config: FusedMatMul): TfTensor };
}

interface TfWasm {
  setThreadsCount(count: number): void;
}

type Step = (map: TfTensor) => TfTensor;

async function loadTf(): Promise<Tf> {
  const require = createRequire(import.meta.url);
  const tf = require('@tensorflow/tfjs-core') as Tf;
  (require('@tensorflow/tfjs-backend-wasm') as TfWasm).setThreadsCount(1);
  tf.enableProdMode();
  await tf.setBackend('wasm');
  await tf.ready();
  return tf;
}

/** Moves axis 0 of a [first, rest] matrix last. */
function transposed(values: Float32Array, first: number): Float32Array {
  const rest = values.length / first;
  return Float32Array.from(values, (_, index) => values[(index % first) * rest + Math.floor(index / first)] as number);
}

function convStep(tf: Tf, layer: ConvLayer, held: TfTensor[]): Step {
  const { filters, window, stride, padding, groups, weights, bias, relu } = layer;
  const perGroup = filters / groups;
  const channels = weights.length / filters / window / window;
  const parts = Array.from({ length: groups }, (_, group) => {
    const ofGroup = weights.subarray((group * weights.length) / groups, ((group + 1) * weights.length) / groups);
    const iohw = transposed(ofGroup, perGroup);
    // [I*H*W, O] -> [H*W, I, O]
    const area = window * window;
    const hwio = Float32Array.from(iohw, (_, index) => {
      const o = index % perGroup;
      const i = Math.floor(index / perGroup) % channels;
      const tap = Math.floor(index / perGroup / channels);
      return iohw[(i * area + tap) * perGroup + o] as number;
    });
    return {
      filter: tf.tensor(hwio, [window, window, channels, perGroup]),
      bias: tf.tensor(bias.slice(group * perGroup, (group + 1) * perGroup), [perGroup]),
    };
  });
  held.push(...parts.flatMap((part) => [part.filter, part.bias]));
  const settings = { strides: stride, pad: padding, activation: relu ? 'relu' : 'linear' } as const;
  return (map) => {
    const inputs = groups === 1 ? [map] : tf.split(map, groups, 3);
    const results = parts.map((part, group) =>
      tf.fused.conv2d({ x: present(inputs[group], 'group'), ...part, ...settings }),
    );
    return groups === 1 ? present(results[0], 'result') : tf.concat(results, 3);
  };
}

/** `before` is the map that was flattened: its dense weights are in CHW order, the tensor is in HWC. */
function denseStep(tf: Tf, layer: DenseLayer, before: MapShape, held: TfTensor[]): Step {
  const { units, weights, bias, relu } = layer;
  const inputs = weights.length / units;
  const [channels, height, width] = before;
  const area = height * width;
  const io = Float32Array.from({ length: weights.length }, (_, index) => {
    const unit = index % units;
    const input = Math.floor(index / units);
    return weights[unit * inputs + (input % channels) * area + Math.floor(input / channels)] as number;
  });
  const b = tf.tensor(io, [inputs, units]);
  const biasTensor = tf.tensor(bias, [units]);
  held.push(b, biasTensor);
  return (map) => tf.fused.matMul({ a: map, b, bias: biasTensor, activation: relu ? 'relu' : 'linear' });
}

function stepsOf(tf: Tf, network: Network, held: TfTensor[]): readonly Step[] {
  const shapes = mapShapes(network);
  return network.layers.map((layer, index): Step => {
    const before = present(shapes[index], 'shape');
    switch (layer.op) {
      case 'conv':
        return convStep(tf, layer, held);
      case 'max_pool':
        return (map) => tf.maxPool(map, layer.window, layer.stride, 'valid');
      case 'flatten':
        return (map) => tf.reshape(map, [1, elementsOf(before)]);
      case 'dense': {
        const flattened = network.layers[index - 1]?.op === 'flatten';
        return denseStep(tf, layer, flattened ? present(shapes[index - 1], 'shape') : before, held);
      }
    }
    assertNever(layer);
  });
}

async function prepare(network: Network, input: Float32Array): Promise<PreparedRun> {
  const tf = await loadTf();
  const held: TfTensor[] = [];
  const steps = stepsOf(tf, network, held);
  const [channels, height, width] = network.input;
  const hwc = transposed(input, channels);
  const [, outHeight, outWidth] = networkOutput(network);
  let result: Float32Array = new Float32Array();
  return {
    run: () => {
      const output = tf.tidy(() => {
        const image = tf.tensor(hwc, [1, height, width, channels]);
        return steps.reduce((map, step) => step(map), image);
      });
      result = output.dataSync();
      output.dispose();
    },
    output: () => transposed(result, outHeight * outWidth),
    release: () => held.forEach((tensor) => tensor.dispose()),
  };
}

export const tfjsWasm: Peer = { name: 'tfjs-wasm', packageName: '@tensorflow/tfjs-backend-wasm', prepare };
