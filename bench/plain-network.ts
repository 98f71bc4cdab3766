// What inference libraries are given of a deployed program: the layers of the compiler's own graph in terms that every
// library knows. Taps that compaction left out are zeros in a dense window again, which only our modules can skip;
// filters and channels that it cut are cut for all.

import { invariant, present } from '../src/base/invariant.ts';
import type { Shape } from '../src/base/tensor.ts';
import { nodeMap } from '../src/ir/graph.ts';
import type { Node, Program } from '../src/ir/graph.ts';
import { convWeights, denseWeights, normalizeWeights } from './plain-weights.ts';
import type { MapShape } from './network.ts';

/** By value number: 0 is the network's input, i + 1 the result of layer i. */
type ValueNumber = number;
type Two = readonly [rows: number, columns: number];
export type Sides = readonly [top: number, bottom: number, left: number, right: number];
/** Computed by the layer itself, where the library can. */
export type Activation = 'none' | 'relu' | 'relu6';

interface Window {
  readonly window: Two;
  readonly stride: Two;
  readonly dilation: Two;
  readonly padding: Sides;
}

export interface PlainConv extends Window {
  readonly op: 'conv';
  readonly filters: number;
  readonly groups: number;
  /** OIHW: filters x channels of one group x window. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
  readonly activation: Activation;
}

export interface PlainDense {
  readonly op: 'dense';
  readonly units: number;
  /** OI; the inputs of a flattened map in the order CHW. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
  readonly activation: Activation;
}

export interface PlainPool extends Window {
  readonly op: 'max_pool' | 'avg_pool';
  /** Places that the last windows reach past the padding, below and to the right. A mean counts none outside the map. */
  readonly overhang: Two;
}

export interface PlainLrn {
  readonly op: 'lrn';
  readonly within: boolean;
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;
}

export type PlainLayer = { readonly inputs: readonly ValueNumber[]; readonly shape: MapShape } & (
  | PlainConv
  | PlainDense
  | PlainPool
  | PlainLrn
  | { readonly op: 'global_avg_pool' }
  /** Over the elements of a vector. */
  | { readonly op: 'softmax' }
  | { readonly op: 'add'; readonly activation: Activation }
  | { readonly op: 'activation'; readonly activation: Activation }
  /** Each channel times `scale`, plus `offset`: one number a channel, or one for each element of the map. */
  | { readonly op: 'affine'; readonly scale: Float32Array; readonly offset: Float32Array }
  /** Channels one after another. */
  | { readonly op: 'concat' }
  | { readonly op: 'flatten'; readonly from: MapShape }
);

export interface PlainNetwork {
  readonly input: MapShape;
  /** In order; the last one's result is the output. */
  readonly layers: readonly PlainLayer[];
}

/** A map of the graph's values, without the axis of samples; a vector of n is [n, 1, 1]. */
function mapShape([, channels = 1, rows = 1, columns = 1]: Shape): MapShape {
  return [channels, rows, columns];
}

/**
 * Whether the program ends in a map that is flattened only because a network of the language returns a vector: a layer
 * alone, as it would stand inside a network.
 */
export function endsInMap({ graph }: Program): boolean {
  const last = nodeMap(graph).get(graph.outputs[0]?.value.node ?? -1);
  return last?.op === 'flatten';
}

/** @param program Simplified or compacted. */
export function plainNetwork(program: Program): PlainNetwork {
  const { graph } = program;
  const nodes = graph.nodes.filter(({ op }) => op !== 'parameter' && op !== 'input');
  const input = present(graph.nodes.find(({ op }) => op === 'input'), 'input');
  const readers = (node: Node): readonly Node[] => nodes.filter(({ inputs }) => inputs.some((value) => value.node === node.id));
  const layers: PlainLayer[] = [];
  const numbers = new Map<number, ValueNumber>([[input.id, 0]]);
  const shapeOf = (number: ValueNumber): MapShape => (number === 0 ? mapShape(present(input.results[0], 'shape')) : present(layers[number - 1], 'layer').shape);
  for (const node of endsInMap(program) ? nodes.slice(0, -1) : nodes) {
    const inputs = node.inputs.flatMap((value) => numbers.get(value.node) ?? []);
    const activation = activationOf(node);
    const before = layers[(inputs[0] ?? 0) - 1];
    const operand = nodes.find(({ id }) => id === node.inputs[0]?.node);
    if (activation && before && 'activation' in before && before.activation === 'none' && operand && readers(operand).length === 1) {
      layers[(inputs[0] ?? 0) - 1] = { ...before, activation };
      numbers.set(node.id, inputs[0] ?? 0);
      continue;
    }
    const common = { inputs, shape: mapShape(present(node.results[0], 'shape')) };
    layers.push(activation ? { op: 'activation', activation, ...common } : { ...common, ...layerOf(node, shapeOf(inputs[0] ?? 0), program) });
    numbers.set(node.id, layers.length);
  }
  invariant(numbers.get(graph.outputs[0]?.value.node ?? -1) === layers.length || endsInMap(program), 'the last layer is the output');
  return { input: shapeOf(0), layers };
}

function activationOf({ op, attrs }: Node): Activation | undefined {
  if (op === 'relu') return 'relu';
  return op === 'clip' && attrs['low'] === 0 && attrs['high'] === 6 ? 'relu6' : undefined;
}

type Distributed<T> = T extends unknown ? Omit<T, 'inputs' | 'shape'> : never;

function layerOf(node: Node, from: MapShape, program: Program): Distributed<PlainLayer> {
  const { op, attrs } = node;
  switch (op) {
    case 'conv':
    case 'tap_conv':
      return { op: 'conv', ...windowOf(node), ...convWeights(node, from, program), activation: 'none' };
    case 'dense':
    case 'tap_dense':
      return { op: 'dense', ...denseWeights(node, from, program), activation: 'none' };
    case 'max_pool':
    case 'avg_pool':
      return poolOf(node, from);
    case 'lrn':
      invariant(attrs['positions'] === undefined, 'channels were cut from between those that an lrn mixes');
      return { op, within: attrs['within'] === true, size: Number(attrs['size']), alpha: Number(attrs['alpha']), beta: Number(attrs['beta']), k: Number(attrs['k']) };
    case 'normalize_input':
      return { op: 'affine', ...normalizeWeights(node, from, program) };
    case 'add':
      return { op, activation: 'none' };
    case 'flatten':
      return { op, from };
    case 'global_avg_pool':
    case 'softmax':
    case 'concat':
      return { op };
    default:
      throw new Error(`${op} of ${node.layer ?? 'the network'} is not said to the peers`);
  }
}

function numbersOf({ attrs }: Node, name: string): readonly number[] {
  return present(attrs[name], name) as readonly number[];
}

function windowOf(node: Node): Window {
  const two = (name: string): Two => [numbersOf(node, name)[0] ?? NaN, numbersOf(node, name)[1] ?? NaN];
  const [top = 0, second = 0, left = top, right = second] = numbersOf(node, 'padding');
  const padding: Sides = numbersOf(node, 'padding').length === 4 ? [top, second, left, right] : [top, top, second, second];
  return { window: two('window'), stride: two('stride'), dilation: node.attrs['dilation'] ? two('dilation') : [1, 1], padding };
}

function poolOf(node: Node, [, rows, columns]: MapShape): Distributed<PlainLayer> {
  const { window, stride, dilation, padding } = windowOf(node);
  const [top, bottom, left, right] = padding;
  const [, outRows, outColumns] = mapShape(present(node.results[0], 'shape'));
  const past = (d: 0 | 1, out: number, extent: number, before: number, after: number): number => Math.max(0, (out - 1) * stride[d] + dilation[d] * (window[d] - 1) + 1 - before - after - extent);
  const overhang: Two = [past(0, outRows, rows, top, bottom), past(1, outColumns, columns, left, right)];
  const whole = padding.every((side) => side === 0) && overhang.every((places) => places === 0);
  invariant(node.op === 'max_pool' || whole || node.attrs['divisor'] === undefined, 'libraries divide a mean by the places inside');
  return { op: node.op === 'max_pool' ? 'max_pool' : 'avg_pool', window, stride, dilation, padding, overhang };
}

/** Operations of one run, two a multiply-add; taps that meet padding, or that are zero, count. */
export function plainFlops({ layers }: PlainNetwork): number {
  return layers.reduce((flops, layer) => ('weights' in layer ? flops + 2 * layer.weights.length * layer.shape[1] * layer.shape[2] : flops), 0);
}

/** The same of a program, without the taps that compaction left out. */
export function keptFlops({ graph, parameters }: Program): number {
  const names = new Map(graph.nodes.flatMap(({ id, op, attrs }) => (op === 'parameter' ? [[id, String(attrs['name'])]] : [])));
  return graph.nodes.reduce((flops, { op, inputs, results }) => {
    if (!['conv', 'tap_conv', 'dense', 'tap_dense'].includes(op)) return flops;
    const weight = present(parameters.get(names.get(inputs[1]?.node ?? -1) ?? ''), 'weight');
    const [, rows, columns] = mapShape(present(results[0], 'shape'));
    return flops + 2 * weight.data.length * rows * columns;
  }, 0);
}
