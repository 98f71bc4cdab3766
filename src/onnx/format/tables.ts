// The number and the kind of every field of the messages, by which they are read and written.

import { caps } from './caps.ts';
import { byteStrings, bytes, doubles, float, floats, int32, int32s, int64, int64s, message, messages, string, strings, text, uint64s } from './field.ts';
import type { Table } from './field.ts';
import type {
  AttributeProto, DimensionProto, ElementsTypeProto, FunctionProto, GraphProto, MapTypeProto, ModelProto, NodeProto, OpaqueTypeProto,
  OperatorSetIdProto, SegmentProto, SparseTensorProto, StringStringEntryProto, TensorAnnotation, TensorProto, TensorShapeProto,
  TensorTypeProto, TrainingInfoProto, TypeProto, ValueInfoProto,
} from './messages.ts';

const entry: Table<StringStringEntryProto> = { key: string(1), value: text(2) };
const entries = (number: number) => messages(number, () => entry);
const operatorSet: Table<OperatorSetIdProto> = { domain: string(1), version: int64(2) };

export const modelTable: Table<ModelProto> = {
  irVersion: int64(1),
  producerName: string(2),
  producerVersion: string(3),
  domain: string(4),
  modelVersion: int64(5),
  docString: text(6),
  graph: message(7, () => graphTable),
  opsetImport: messages(8, () => operatorSet),
  metadataProps: entries(14),
  trainingInfo: messages(20, () => trainingInfo),
  functions: messages(25, () => functionTable),
};

const graphTable: Table<GraphProto> = {
  node: messages(1, () => nodeTable, caps.nodes),
  name: string(2),
  initializer: messages(5, () => tensorTable),
  docString: text(10),
  input: messages(11, () => valueInfo),
  output: messages(12, () => valueInfo),
  valueInfo: messages(13, () => valueInfo),
  quantizationAnnotation: messages(14, () => annotation),
  sparseInitializer: messages(15, () => sparseTensor),
  metadataProps: entries(16),
};

export const nodeTable: Table<NodeProto> = {
  input: strings(1),
  output: strings(2),
  name: string(3),
  opType: string(4),
  attribute: messages(5, () => attributeTable),
  docString: text(6),
  domain: string(7),
  overload: string(8),
  metadataProps: entries(9),
};

export const attributeTable: Table<AttributeProto> = {
  name: string(1),
  f: float(2),
  i: int64(3),
  s: bytes(4),
  t: message(5, () => tensorTable),
  g: message(6, () => graphTable),
  floats: floats(7, false),
  ints: int64s(8, false),
  strings: byteStrings(9),
  tensors: messages(10, () => tensorTable),
  graphs: messages(11, () => graphTable),
  docString: text(13),
  tp: message(14, () => type),
  typeProtos: messages(15, () => type),
  type: int32(20),
  refAttrName: string(21),
  sparseTensor: message(22, () => sparseTensor),
  sparseTensors: messages(23, () => sparseTensor),
};

const segment: Table<SegmentProto> = { begin: int64(1), end: int64(2) };

export const tensorTable: Table<TensorProto> = {
  dims: int64s(1, false),
  dataType: int32(2),
  segment: message(3, () => segment),
  floatData: floats(4, true),
  int32Data: int32s(5),
  stringData: byteStrings(6),
  int64Data: int64s(7, true),
  name: string(8),
  rawData: bytes(9),
  doubleData: doubles(10),
  uint64Data: uint64s(11),
  docString: text(12),
  externalData: entries(13),
  dataLocation: int32(14),
  metadataProps: entries(16),
};

const sparseTensor: Table<SparseTensorProto> = { values: message(1, () => tensorTable), indices: message(2, () => tensorTable), dims: int64s(3, false) };

const valueInfo: Table<ValueInfoProto> = { name: string(1), type: message(2, () => type), docString: text(3), metadataProps: entries(4) };

const kindsOfType = ['tensorType', 'sequenceType', 'mapType', 'opaqueType', 'sparseTensorType', 'optionalType'] as const;
const type: Table<TypeProto> = {
  tensorType: message(1, () => tensorType, kindsOfType),
  sequenceType: message(4, () => elementsType, kindsOfType),
  mapType: message(5, () => mapType, kindsOfType),
  denotation: string(6),
  opaqueType: message(7, () => opaqueType, kindsOfType),
  sparseTensorType: message(8, () => tensorType, kindsOfType),
  optionalType: message(9, () => elementsType, kindsOfType),
};
const tensorType: Table<TensorTypeProto> = { elemType: int32(1), shape: message(2, () => shape) };
const elementsType: Table<ElementsTypeProto> = { elemType: message(1, () => type) };
const mapType: Table<MapTypeProto> = { keyType: int32(1), valueType: message(2, () => type) };
const opaqueType: Table<OpaqueTypeProto> = { domain: string(1), name: string(2) };

const shape: Table<TensorShapeProto> = { dim: messages(1, () => dimension) };
const kindsOfDimension = ['dimValue', 'dimParam'] as const;
const dimension: Table<DimensionProto> = { dimValue: int64(1, kindsOfDimension), dimParam: string(2, kindsOfDimension), denotation: string(3) };

const annotation: Table<TensorAnnotation> = { tensorName: string(1), quantParameterTensorNames: entries(2) };

const trainingInfo: Table<TrainingInfoProto> = {
  initialization: message(1, () => graphTable),
  algorithm: message(2, () => graphTable),
  initializationBinding: entries(3),
  updateBinding: entries(4),
};

const functionTable: Table<FunctionProto> = {
  name: string(1),
  input: strings(4),
  output: strings(5),
  attribute: strings(6),
  node: messages(7, () => nodeTable, caps.nodes),
  docString: text(8),
  opsetImport: messages(9, () => operatorSet),
  domain: string(10),
  attributeProto: messages(11, () => attributeTable),
  valueInfo: messages(12, () => valueInfo),
  overload: string(13),
  metadataProps: entries(14),
};
