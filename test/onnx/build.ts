// Small ONNX models, written by our writer, for tests.

import { joined } from '../../src/onnx/format/encode.ts';
import { writeModelProto } from '../../src/onnx/format/files.ts';
import type { AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto } from '../../src/onnx/format/messages.ts';
import { readModel } from '../../src/onnx/model/read-model.ts';
import type { OnnxModel } from '../../src/onnx/model/model.ts';

const utf8 = new TextEncoder();
const bigs = (numbers: readonly number[]): BigInt64Array => BigInt64Array.from(numbers.map(BigInt));
/** Empty lists are left out, as they are in what is read. */
const dimsOf = (shape: readonly number[]): Pick<TensorProto, 'dims'> => (shape.length === 0 ? {} : { dims: bigs(shape) });

export function floats(name: string, shape: readonly number[], numbers: readonly number[]): TensorProto {
  return { name, dataType: 1, ...dimsOf(shape), floatData: Float32Array.from(numbers) };
}

export function ints(name: string, shape: readonly number[], numbers: readonly (number | bigint)[]): TensorProto {
  return { name, dataType: 7, ...dimsOf(shape), int64Data: BigInt64Array.from(numbers.map(BigInt)) };
}

/** A value of floats; a string is the name of a free dimension. */
export function value(name: string, shape: readonly (number | string)[], elemType = 1): ValueInfoProto {
  const dim = shape.map((extent) => (typeof extent === 'number' ? { dimValue: BigInt(extent) } : { dimParam: extent }));
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

type Attribute = number | bigint | string | readonly number[] | readonly string[] | TensorProto | { readonly float: number } | { readonly floats: readonly number[] };

function attribute(name: string, given: Attribute): AttributeProto {
  if (typeof given === 'number' || typeof given === 'bigint') return { name, type: 2, i: BigInt(given) };
  if (typeof given === 'string') return { name, type: 3, s: utf8.encode(given) };
  if (Array.isArray(given)) {
    if (given.every((each) => typeof each === 'string')) return { name, type: 8, strings: given.map((each) => utf8.encode(each)) };
    return { name, type: 7, ints: bigs(given as readonly number[]) };
  }
  if ('float' in given) return { name, type: 1, f: given.float };
  if ('floats' in given) return { name, type: 6, floats: Float32Array.from(given.floats) };
  return { name, type: 4, t: given as TensorProto };
}

export function node(opType: string, input: readonly string[], output: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}, name = ''): NodeProto {
  const given = Object.entries(attributes).map(([key, each]) => attribute(key, each));
  return { opType, input, output, ...(given.length > 0 && { attribute: given }), ...(name !== '' && { name }) };
}

export function modelProto(graph: GraphProto, opset = 17): ModelProto {
  return { irVersion: 8n, producerName: 'a test', opsetImport: [{ version: BigInt(opset) }], graph };
}

export function modelBytes(graph: GraphProto, opset = 17): Uint8Array {
  return joined(writeModelProto(modelProto(graph, opset)));
}

export function model(graph: GraphProto, opset = 17): OnnxModel {
  return readModel(modelBytes(graph, opset), 'net.onnx');
}
