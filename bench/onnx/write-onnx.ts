// Writes a network as an ONNX model in memory: what the two onnxruntimes load.

import { assertNever, present } from '../../src/base/invariant.ts';
import type { MapShape } from '../network.ts';
import type { Activation, PlainLayer, PlainLrn, PlainNetwork, PlainPool } from '../plain-network.ts';
import { onnxConstant, onnxModel, onnxNode } from './protobuf.ts';
import type { OnnxPart } from './protobuf.ts';

/** The name of the model's input, [1, channels, height, width]. */
export const ONNX_INPUT = 'input';

export interface OnnxModel {
  readonly bytes: Uint8Array;
  readonly output: string;
}

export function writeOnnx({ input, layers }: PlainNetwork): OnnxModel {
  const names = [ONNX_INPUT, ...layers.map((_, index) => `layer${index}`)];
  const shapes: readonly MapShape[] = [input, ...layers.map(({ shape }) => shape)];
  const parts = layers.flatMap((layer, index) => {
    const inputs = layer.inputs.map((number) => present(names[number], 'name'));
    const [from] = layer.inputs;
    return layerParts(layer, inputs, present(names[index + 1], 'name'), present(shapes[from ?? 0], 'shape'));
  });
  const output = present(names.at(-1), 'output');
  const [channels, rows, columns] = present(shapes.at(-1), 'shape');
  const isVector = layers.some(({ op }) => op === 'flatten' || op === 'dense');
  return { bytes: onnxModel(parts, { name: ONNX_INPUT, shape: [1, ...input] }, { name: output, shape: isVector ? [1, channels] : [1, channels, rows, columns] }), output };
}

/** Nodes and constants of one layer, the last of which writes `name`. */
function layerParts(layer: PlainLayer, inputs: readonly string[], name: string, from: MapShape): readonly OnnxPart[] {
  const [input = ''] = inputs;
  switch (layer.op) {
    case 'conv': {
      const { filters, groups, window, stride, dilation, padding: [top, bottom, left, right], weights, bias, activation } = layer;
      const attributes = { kernel_shape: window, strides: stride, dilations: dilation, pads: [top, left, bottom, right], group: groups };
      return [
        onnxConstant(`${name}.weights`, [filters, from[0] / groups, ...window], weights),
        onnxConstant(`${name}.bias`, [filters], bias),
        ...activated(activation, name, (to) => onnxNode('Conv', [input, `${name}.weights`, `${name}.bias`], to, attributes)),
      ];
    }
    case 'dense': {
      const { units, weights, bias, activation } = layer;
      return [
        onnxConstant(`${name}.weights`, [units, weights.length / units], weights),
        onnxConstant(`${name}.bias`, [units], bias),
        ...activated(activation, name, (to) => onnxNode('Gemm', [input, `${name}.weights`, `${name}.bias`], to, { transB: 1 })),
      ];
    }
    case 'max_pool':
    case 'avg_pool':
      return [onnxNode(layer.op === 'max_pool' ? 'MaxPool' : 'AveragePool', [input], name, poolAttributes(layer))];
    case 'global_avg_pool':
      return [onnxNode('GlobalAveragePool', [input], name)];
    case 'softmax':
      return [onnxNode('Softmax', [input], name, { axis: 1 })];
    case 'lrn':
      return lrnParts(layer, input, name);
    case 'add':
      return activated(layer.activation, name, (to) => onnxNode('Add', inputs, to));
    case 'activation':
      return activationParts(layer.activation, input, name);
    case 'affine': {
      const perChannel = [from[0], 1, 1];
      return [
        onnxConstant(`${name}.scale`, perChannel, layer.scale),
        onnxConstant(`${name}.offset`, layer.offset.length > from[0] ? from : perChannel, layer.offset),
        onnxNode('Mul', [input, `${name}.scale`], `${name}.scaled`),
        onnxNode('Add', [`${name}.scaled`, `${name}.offset`], name),
      ];
    }
    case 'concat':
      return [onnxNode('Concat', inputs, name, { axis: 1 })];
    case 'flatten':
      return [onnxNode('Flatten', [input], name, { axis: 1 })];
  }
  assertNever(layer);
}

function activationParts(activation: Activation, input: string, name: string): readonly OnnxPart[] {
  switch (activation) {
    case 'none':
      return [onnxNode('Identity', [input], name)];
    case 'relu':
      return [onnxNode('Relu', [input], name)];
    case 'relu6':
      return [scalar(`${name}.low`, 0), scalar(`${name}.high`, 6), onnxNode('Clip', [input, `${name}.low`, `${name}.high`], name)];
  }
  assertNever(activation);
}

/** What `write` writes, and its activation. */
function activated(activation: Activation, name: string, write: (to: string) => OnnxPart): readonly OnnxPart[] {
  if (activation === 'none') return [write(name)];
  return [write(`${name}.value`), ...activationParts(activation, `${name}.value`, name)];
}

function scalar(name: string, value: number): OnnxPart {
  return onnxConstant(name, [], Float32Array.of(value));
}

function poolAttributes({ window, stride, dilation, padding: [top, bottom, left, right], overhang }: PlainPool): Parameters<typeof onnxNode>[3] {
  const dilated = dilation.some((step) => step > 1);
  return { kernel_shape: window, strides: stride, pads: [top, left, bottom, right], ...(dilated && { dilations: dilation }), ceil_mode: overhang.some((places) => places > 0) ? 1 : 0 };
}

/** ONNX has LRN across channels; within one it is a mean of squares, by roots as our modules have it. */
function lrnParts({ within, size, alpha, beta, k }: PlainLrn, input: string, name: string): readonly OnnxPart[] {
  if (!within) return [onnxNode('LRN', [input], name, { size, alpha: { float: alpha }, beta: { float: beta }, bias: { float: k } })];
  const half = (size - 1) / 2;
  const at = (step: string): string => `${name}.${step}`;
  return [
    scalar(at('alpha'), alpha),
    scalar(at('k'), k),
    onnxNode('Mul', [input, input], at('square')),
    onnxNode('AveragePool', [at('square')], at('mean'), { kernel_shape: [size, size], strides: [1, 1], pads: [half, half, half, half], count_include_pad: 1 }),
    onnxNode('Mul', [at('mean'), at('alpha')], at('scaled')),
    onnxNode('Add', [at('scaled'), at('k')], at('base')),
    ...powerParts(beta, name),
    onnxNode('Div', [input, at('power')], name),
  ];
}

/** From `.base` to `.power`. */
function powerParts(exponent: number, name: string): readonly OnnxPart[] {
  const at = (step: string): string => `${name}.${step}`;
  if (exponent !== 0.75) return [scalar(at('beta'), exponent), onnxNode('Pow', [at('base'), at('beta')], at('power'))];
  return [onnxNode('Sqrt', [at('base')], at('root')), onnxNode('Sqrt', [at('root')], at('fourth')), onnxNode('Mul', [at('root'), at('fourth')], at('power'))];
}
