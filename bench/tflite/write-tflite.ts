// Writes a network as a model of TensorFlow Lite in memory: what LiteRT loads. Numbers of fields and operators are
// those of schema.fbs, version 3. Maps are NHWC, weights OHWI, batch 1.

import { assertNever, invariant, present } from '../../src/base/invariant.ts';
import { rowsTransposed, transposed } from '../layouts.ts';
import { elementsOf } from '../network.ts';
import type { MapShape } from '../network.ts';
import type { Activation, PlainConv, PlainDense, PlainLayer, PlainNetwork, PlainPool } from '../plain-network.ts';
import { writeFlatbuffer } from './flatbuffer.ts';
import type { Table } from './flatbuffer.ts';

/** Of enum BuiltinOperator, with the version of the operator that has what we say of it. */
const operators = {
  conv: { code: 3, version: 1 },
  // The same, of windows that read a group of the channels.
  grouped: { code: 3, version: 6 },
  // Version 2 has dilation.
  depthwise: { code: 4, version: 2 },
  add: { code: 0, version: 1 },
  multiply: { code: 18, version: 1 },
  mean: { code: 40, version: 1 },
  relu: { code: 19, version: 1 },
  relu6: { code: 21, version: 1 },
  pad: { code: 34, version: 1 },
  dense: { code: 9, version: 1 },
  maxPool: { code: 17, version: 1 },
  reshape: { code: 22, version: 1 },
  softmax: { code: 25, version: 1 },
} as const;

/** Of union BuiltinOptions. */
const options = { none: 0, conv: 1, depthwise: 2, pool: 5, dense: 8, softmax: 9, add: 11, reshape: 17, multiply: 21, pad: 22, reduce: 27 } as const;

/** Of enum Padding. */
const paddings = { same: 0, valid: 1 } as const;

/** Of enum ActivationFunctionType. */
const activations: Readonly<Record<Activation, number>> = { none: 0, relu: 1, relu6: 3 };

/** Of enum TensorType. */
const types = { float32: 0, int32: 2 } as const;

/** Tensors, their buffers and the operators over them, in the order in which they are made. */
interface Model {
  readonly tensors: Table[];
  readonly buffers: Table[];
  readonly calls: { readonly operator: keyof typeof operators; readonly fields: Table }[];
}

export function writeTflite({ input, layers }: PlainNetwork): Uint8Array {
  // Buffer 0 is empty and belongs to all tensors that have none.
  const model: Model = { tensors: [], buffers: [{}], calls: [] };
  const values = [{ tensor: addTensor(model, 'input', mapShape(input)), shape: input, map: input }];
  for (const layer of layers) {
    const from = present(values[layer.inputs[0] ?? 0], 'value');
    const others = layer.inputs.slice(1).map((number) => present(values[number], 'value').tensor);
    const isVector = layer.op === 'flatten' || layer.op === 'dense' || layer.op === 'softmax';
    const tensor = addTensor(model, `layer${values.length - 1}`, isVector ? [1, layer.shape[0]] : mapShape(layer.shape));
    addLayer(model, layer, { ...from, others, to: tensor });
    values.push({ tensor, shape: layer.shape, map: layer.op === 'flatten' ? layer.from : layer.shape });
  }
  const used = [...new Set(model.calls.map(({ operator }) => operator))];
  const subgraph: Table = {
    0: { tables: model.tensors },
    1: { ints: [0] },
    2: { ints: [present(values.at(-1), 'output').tensor] },
    3: { tables: model.calls.map(({ operator, fields }) => ({ 0: { int: used.indexOf(operator) }, ...fields })) },
    4: { text: 'network' },
  };
  const codes = used.map((name): Table => ({ 0: { byte: operators[name].code }, 2: { int: operators[name].version }, 3: { int: operators[name].code } }));
  return writeFlatbuffer({ 0: { int: 3 }, 1: { tables: codes }, 2: { tables: [subgraph] }, 4: { tables: model.buffers } }, 'TFL3');
}

function mapShape([channels, rows, columns]: MapShape): readonly number[] {
  return [1, rows, columns, channels];
}

function addTensor({ tensors }: Model, name: string, shape: readonly number[], type: number = types.float32, buffer = 0): number {
  return tensors.push({ 0: { ints: shape }, 1: { byte: type }, 2: { int: buffer }, 3: { text: name } }) - 1;
}

function addConstant(model: Model, name: string, shape: readonly number[], values: Float32Array | Int32Array): number {
  const buffer = model.buffers.push({ 0: { bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) } }) - 1;
  return addTensor(model, name, shape, values instanceof Int32Array ? types.int32 : types.float32, buffer);
}

/** What a layer reads, and the tensor that it writes. */
interface Place {
  readonly tensor: number;
  /** What else it reads. */
  readonly others: readonly number[];
  readonly shape: MapShape;
  /** The map that was flattened to `shape`, or that itself. */
  readonly map: MapShape;
  readonly to: number;
}

function addLayer(model: Model, layer: PlainLayer, place: Place): void {
  switch (layer.op) {
    case 'conv':
      return addConv(model, layer, layer.shape, place);
    case 'dense':
      return addDense(model, layer, place);
    case 'max_pool':
      return addMaxPool(model, layer, layer.shape, place);
    case 'flatten': {
      const shape = [1, elementsOf(layer.from)];
      const wanted = addConstant(model, `shape${place.to}`, [2], Int32Array.from(shape));
      return addCall(model, 'reshape', [place.tensor, wanted], place.to, options.reshape, { 0: { ints: shape } });
    }
    case 'add':
      return addCall(model, 'add', [place.tensor, ...place.others], place.to, options.add, { 0: { byte: activations[layer.activation] } });
    case 'activation':
      invariant(layer.activation !== 'none', 'an activation');
      return addCall(model, layer.activation, [place.tensor], place.to, options.none, {});
    case 'softmax':
      return addCall(model, 'softmax', [place.tensor], place.to, options.softmax, { 0: { float: 1 } });
    case 'global_avg_pool':
      return addCall(model, 'mean', [place.tensor, addConstant(model, `axes${place.to}`, [2], Int32Array.of(1, 2))], place.to, options.reduce, { 0: { byte: 1 } });
    case 'affine':
      return addAffine(model, layer, place);
    case 'avg_pool':
    case 'lrn':
    case 'concat':
      throw new Error(`${layer.op} is not said to LiteRT`);
  }
  assertNever(layer);
}

function addCall({ calls }: Model, operator: keyof typeof operators, inputs: readonly number[], output: number, kind: number, settings: Table): void {
  calls.push({ operator, fields: { 1: { ints: inputs }, 2: { ints: [output] }, ...(kind !== options.none && { 3: { byte: kind }, 4: { table: settings } }) } });
}

/** Each channel times a number, plus a number: of either one a channel. */
function addAffine(model: Model, { scale, offset }: { readonly scale: Float32Array; readonly offset: Float32Array }, { tensor, shape, to }: Place): void {
  const [channels] = shape;
  invariant(scale.length === channels && offset.length === channels, 'a number a channel');
  const scaled = addTensor(model, `scaled${to}`, mapShape(shape));
  addCall(model, 'multiply', [tensor, addConstant(model, `scale${to}`, [channels], scale)], scaled, options.multiply, {});
  addCall(model, 'add', [scaled, addConstant(model, `offset${to}`, [channels], offset)], to, options.add, {});
}

/** The same without padding, on a map that has it, where an operator cannot be told of it. */
function withPadding(model: Model, layer: PlainConv, shape: MapShape, place: Place): readonly [layer: PlainConv, place: Place, padding: number] {
  const said = paddingOf(layer, place.shape, shape);
  if (said !== undefined) return [layer, place, said];
  const [top, bottom, left, right] = layer.padding;
  const [channels, rows, columns] = place.shape;
  const padded: MapShape = [channels, rows + top + bottom, columns + left + right];
  const tensor = addTensor(model, `padded${place.to}`, mapShape(padded));
  addCall(model, 'pad', [place.tensor, addConstant(model, `sides${place.to}`, [4, 2], Int32Array.of(0, 0, top, bottom, left, right, 0, 0))], tensor, options.pad, {});
  return [{ ...layer, padding: [0, 0, 0, 0] }, { ...place, tensor, shape: padded }, paddings.valid];
}

function addConv(model: Model, given: PlainConv, shape: MapShape, at: Place): void {
  const [layer, { tensor, shape: from, to }, padding] = withPadding(model, given, shape, at);
  const { filters, groups, window: [rows, columns], stride: [down, right], dilation: [dilationDown, dilationRight], weights, bias, activation } = layer;
  const channels = from[0] / groups;
  if (groups > 1 && channels === 1 && filters === groups) {
    const taps = addConstant(model, `weights${to}`, [1, rows, columns, filters], transposed(weights, filters));
    return addCall(model, 'depthwise', [tensor, taps, addConstant(model, `bias${to}`, [filters], bias)], to, options.depthwise, {
      0: { byte: padding },
      1: { int: right },
      2: { int: down },
      3: { int: 1 },
      4: { byte: activations[activation] },
      5: { int: dilationRight },
      6: { int: dilationDown },
    });
  }
  const inputs = [
    tensor,
    addConstant(model, `weights${to}`, [filters, rows, columns, channels], rowsTransposed(weights, filters, channels)),
    addConstant(model, `bias${to}`, [filters], bias),
  ];
  addCall(model, groups > 1 ? 'grouped' : 'conv', inputs, to, options.conv, {
    0: { byte: padding },
    1: { int: right },
    2: { int: down },
    3: { byte: activations[activation] },
    4: { int: dilationRight },
    5: { int: dilationDown },
  });
}

/** Weights come in CHW order, what is flattened is HWC. */
function addDense(model: Model, { units, weights, bias, activation }: PlainDense, { tensor, shape: [inputs], map, to }: Place): void {
  const read = [
    tensor,
    addConstant(model, `weights${to}`, [units, inputs], rowsTransposed(weights, units, map[0])),
    addConstant(model, `bias${to}`, [units], bias),
  ];
  addCall(model, 'dense', read, to, options.dense, { 0: { byte: activations[activation] } });
}

function addMaxPool(model: Model, layer: PlainPool, shape: MapShape, { tensor, shape: from, to }: Place): void {
  const { window: [rows, columns], stride: [down, right] } = layer;
  addCall(model, 'maxPool', [tensor], to, options.pool, {
    0: { byte: present(paddingOf(layer, from, shape), 'padding of a pool') },
    1: { int: right },
    2: { int: down },
    3: { int: columns },
    4: { int: rows },
    5: { byte: activations.none },
  });
}

/** None, or as much as makes `stride` times the output of the input, the odd place behind; undefined: operators know no others. */
function paddingOf({ window, stride, dilation, padding }: PlainConv | PlainPool, [, ...from]: MapShape, [, ...to]: MapShape): number | undefined {
  /** From the first to the last place of a window. */
  const reach = (d: number): number => (dilation[d] ?? NaN) * ((window[d] ?? NaN) - 1) + 1;
  if (padding.every((places) => places === 0) && from.every((extent, d) => to[d] === Math.floor((extent - reach(d)) / (stride[d] ?? NaN)) + 1)) return paddings.valid;
  const same = from.flatMap((extent, d) => {
    const total = Math.max(0, ((to[d] ?? NaN) - 1) * (stride[d] ?? NaN) + reach(d) - extent);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  });
  const isSame = same.every((places, side) => places === padding[side]) && from.every((extent, d) => to[d] === Math.ceil(extent / (stride[d] ?? NaN)));
  return isSame ? paddings.same : undefined;
}
