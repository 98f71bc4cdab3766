// Writes a network as an ONNX model in memory (protobuf, hand-encoded): what the two onnxruntimes load.
// Field numbers are those of onnx.proto (IR version 8, operator set 17).

import { assertNever } from '../src/base/invariant.ts';
import { networkOutput, outputShape } from './network.ts';
import type { Layer, MapShape, Network } from './network.ts';

type Bytes = Uint8Array;

const FLOAT = 1;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_INTS = 7;

function varint(value: number): Bytes {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Uint8Array.of(...bytes, rest);
}

function concat(parts: readonly Bytes[]): Bytes {
  const result = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

const integer = (field: number, value: number): Bytes => concat([varint(field * 8), varint(value)]);
const bytes = (field: number, value: Bytes): Bytes => concat([varint(field * 8 + 2), varint(value.length), value]);
const text = (field: number, value: string): Bytes => bytes(field, new TextEncoder().encode(value));
const message = (field: number, ...parts: readonly Bytes[]): Bytes => bytes(field, concat(parts));

type Attributes = Readonly<Record<string, number | readonly number[]>>;

function attribute(name: string, value: number | readonly number[]): Bytes {
  const body =
    typeof value === 'number'
      ? [integer(3, value), integer(20, ATTRIBUTE_INT)]
      : [...value.map((item) => integer(8, item)), integer(20, ATTRIBUTE_INTS)];
  return message(5, text(1, name), ...body);
}

/** GraphProto.node */
function node(op: string, inputs: readonly string[], output: string, attributes: Attributes): Bytes {
  return message(
    1,
    ...inputs.map((name) => text(1, name)),
    text(2, output),
    text(4, op),
    ...Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  );
}

/** GraphProto.initializer */
function constant(name: string, shape: readonly number[], values: Float32Array): Bytes {
  const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return message(5, ...shape.map((extent) => integer(1, extent)), integer(2, FLOAT), text(8, name), bytes(9, raw));
}

/** ValueInfoProto in GraphProto's field 11 (inputs) or 12 (outputs). */
function value(field: number, name: string, shape: readonly number[]): Bytes {
  const dimensions = shape.map((extent) => message(1, integer(1, extent)));
  return message(field, text(1, name), message(2, message(1, integer(1, FLOAT), message(2, ...dimensions))));
}

interface Piece {
  readonly parts: readonly Bytes[];
  readonly output: string;
}

/** The nodes and constants of one layer that reads `input`, of `shape`. */
function writeLayer(layer: Layer, name: string, input: string, shape: MapShape): Piece {
  const inner = `${name}.value`;
  const activated = (parts: readonly Bytes[], relu: boolean): Piece =>
    relu ? { parts: [...parts, node('Relu', [inner], name, {})], output: name } : { parts, output: inner };
  switch (layer.op) {
    case 'conv': {
      const { filters, window, stride, padding, groups, weights, bias, relu } = layer;
      const attributes = {
        kernel_shape: [window, window],
        strides: [stride, stride],
        pads: [padding, padding, padding, padding],
        group: groups,
      };
      return activated(
        [
          constant(`${name}.weights`, [filters, shape[0] / groups, window, window], weights),
          constant(`${name}.bias`, [filters], bias),
          node('Conv', [input, `${name}.weights`, `${name}.bias`], inner, attributes),
        ],
        relu,
      );
    }
    case 'max_pool': {
      const { window, stride } = layer;
      const attributes = { kernel_shape: [window, window], strides: [stride, stride] };
      return { parts: [node('MaxPool', [input], name, attributes)], output: name };
    }
    case 'flatten':
      return { parts: [node('Flatten', [input], name, { axis: 1 })], output: name };
    case 'dense': {
      const { units, weights, bias, relu } = layer;
      return activated(
        [
          constant(`${name}.weights`, [units, weights.length / units], weights),
          constant(`${name}.bias`, [units], bias),
          node('Gemm', [input, `${name}.weights`, `${name}.bias`], inner, { transB: 1 }),
        ],
        relu,
      );
    }
  }
  assertNever(layer);
}

/** Names of the model's input, [1, channels, height, width], and output. */
export const ONNX_INPUT = 'input';

export interface OnnxModel {
  readonly bytes: Uint8Array;
  readonly output: string;
}

export function writeOnnx(network: Network): OnnxModel {
  const parts: Bytes[] = [];
  let shape: MapShape = network.input;
  let name = ONNX_INPUT;
  network.layers.forEach((layer, index) => {
    const piece = writeLayer(layer, `layer${index}`, name, shape);
    parts.push(...piece.parts);
    name = piece.output;
    shape = outputShape(layer, shape);
  });
  const flat = network.layers.some((layer) => layer.op === 'flatten' || layer.op === 'dense');
  const last = networkOutput(network);
  const graph = message(
    7,
    ...parts,
    text(2, 'network'),
    value(11, ONNX_INPUT, [1, ...network.input]),
    value(12, name, flat ? [1, last[0]] : [1, ...last]),
  );
  return { bytes: concat([integer(1, 8), graph, message(8, text(1, ''), integer(2, 17))]), output: name };
}
