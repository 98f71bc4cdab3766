// Bytes of an .onnx file to a model. All that is wrong with the graph as such is found at once; what single operators mean
// is not asked here.

import { fail } from '../../base/diagnostic.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import { onnxDiagnostics } from '../diagnostics.ts';
import { caps } from '../format/caps.ts';
import { elementTypeName, elementTypeOf } from '../format/element-types.ts';
import type { ExternalFiles } from '../format/external.ts';
import { readModelProto } from '../format/files.ts';
import type { DimensionProto, FunctionProto, GraphProto, ModelProto, NodeProto, StringStringEntryProto, TypeProto, ValueInfoProto } from '../format/messages.ts';
import { shortened } from '../format/names.ts';
import { readTensor } from '../format/tensor.ts';
import type { OnnxTensor } from '../format/tensor.ts';
import { FaultList } from './fault-list.ts';
import type { Dimension, OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxValue, ValueType } from './model.ts';
import { orderNodes } from './order-nodes.ts';
import { readAttribute } from './read-attribute.ts';

export interface ReadOptions {
  /** Reads what lies in files beside the model; without it, such tensors are refused. */
  readonly external?: ExternalFiles;
}

/**
 * @param file What a person calls it.
 * Fails with `onnx/*`: of the file with the first fault, of the graph with all of them.
 */
export function readModel(bytes: Uint8Array, file: string, { external }: ReadOptions = {}): OnnxModel {
  const proto = readModelProto(bytes, file);
  const faults = new FaultList(file);
  const opset = faults.judged(() => opsetOf(proto, file)) ?? 0;
  const graph = graphOf(proto.graph, external, faults);
  faults.end();
  return {
    irVersion: Number(proto.irVersion ?? 0n),
    producer: [proto.producerName, proto.producerVersion].filter((part) => part !== undefined && part !== '').join(' '),
    opset,
    metadata: entriesOf(proto.metadataProps ?? []),
    graph,
    functions: new Set((proto.functions ?? []).map(functionName)),
    refused: refusedOf(proto),
  };
}

const defaultDomains: ReadonlySet<string> = new Set(['', 'ai.onnx']);

function opsetOf({ opsetImport = [] }: ModelProto, file: string): number {
  const versions = opsetImport.filter(({ domain = '' }) => defaultDomains.has(domain)).map(({ version = 0n }) => Number(version));
  if (versions.length === 0) fail(onnxDiagnostics.version({ args: [file, 'does not say by which version of the operators it is meant (opset)'], help: 'export the model once more' }));
  const [opset = 0] = versions;
  if (versions.some((version) => version !== opset)) fail(onnxDiagnostics.version({ args: [file, `says two versions of the operators: ${versions.join(', ')}`] }));
  return opset;
}

function graphOf(proto: GraphProto, external: ExternalFiles | undefined, faults: FaultList): OnnxGraph {
  const initializers = new Map<string, OnnxTensor>();
  for (const tensor of proto.initializer ?? []) {
    const { name = '' } = tensor;
    if (name === '') faults.graph('an initializer', 'has no name');
    else if (initializers.has(name)) faults.graph(`initializer ${shortened(name)}`, 'is there twice');
    const read = faults.judged(() => readTensor(tensor, `initializer ${shortened(name)}`, external));
    if (read) initializers.set(name, read);
  }
  const given = namedOnce(proto.input ?? [], 'input', faults);
  const inputs = given.filter(({ name }) => !initializers.has(name));
  const outputs = namedOnce(proto.output ?? [], 'output', faults);
  if ((proto.output ?? []).length === 0) faults.graph('the graph', 'has no output');
  const types = new Map<string, ValueType>();
  for (const each of proto.valueInfo ?? []) {
    const said = faults.judged(() => valueOf(each));
    if (said && said.name !== '') types.set(said.name, said.type);
  }
  for (const { name, type } of [...given, ...outputs]) types.set(name, type);

  const nodes = (proto.node ?? []).map((node, i) => nodeOf(node, i, external, faults));
  // What is damaged has a name all the same.
  const known = new Set([...(proto.input ?? []), ...(proto.initializer ?? [])].map(({ name = '' }) => name));
  const ordered = orderNodes({ nodes, known, outputs: outputs.map(({ name }) => name) }, faults);
  return { name: proto.name ?? '', nodes: ordered, initializers, inputs, outputs, types };
}

function namedOnce(values: readonly ValueInfoProto[], what: string, faults: FaultList): readonly OnnxValue[] {
  const found = new Map<string, OnnxValue>();
  for (const each of values) {
    const value = faults.judged(() => valueOf(each));
    if (!value) continue;
    if (value.name === '') faults.graph(`an ${what}`, 'of the graph has no name');
    else if (found.has(value.name)) faults.graph(`the ${what} ${shortened(value.name)}`, 'of the graph is there twice');
    else found.set(value.name, value);
  }
  return [...found.values()];
}

function nodeOf(proto: NodeProto, i: number, external: ExternalFiles | undefined, faults: FaultList): OnnxNode {
  const { name = '', opType = '', domain = '', input = [], output = [] } = proto;
  const named = output.find((each) => each !== '');
  const label = `${opType === '' ? '' : `${plain(opType)} `}node ${name !== '' ? shortened(name) : named === undefined ? `number ${i + 1}` : `of output ${shortened(named)}`}`;
  if (opType === '') faults.graph(label, 'has no operator');
  const attributes = new Map<string, OnnxAttribute>();
  for (const each of proto.attribute ?? []) {
    const key = each.name ?? '';
    if (attributes.has(key)) faults.add(onnxDiagnostics.attribute({ args: [label, key, 'is there twice'] }));
    const read = faults.judged(() => readAttribute(each, label, external));
    if (read) attributes.set(key, read);
  }
  return { name, label, op: opType, domain: defaultDomains.has(domain) ? '' : domain, inputs: input, outputs: output, attributes };
}

/** An operator is a word; whatever else a file has there is shown as it shows names. */
function plain(opType: string): string {
  return /^\w{1,64}$/.test(opType) ? opType : shortened(opType);
}

function valueOf({ name = '', type = {} }: ValueInfoProto): OnnxValue {
  return { name, type: typeOf(type, name) };
}

function typeOf({ tensorType, sequenceType, mapType, opaqueType, sparseTensorType, optionalType }: TypeProto, value: string): ValueType {
  if (tensorType) {
    const { elemType = 0, shape } = tensorType;
    const dims = shape && (shape.dim ?? []).map((dim) => dimensionOf(dim, value));
    if (dims && dims.length > caps.rank) fail(onnxDiagnostics['too-large']({ args: [`dimensions of the value ${shortened(value)}`, dims.length, caps.rank] }));
    return { kind: 'tensor', elements: elementTypeOf(elemType)?.name, elementsName: elementTypeName(elemType), shape: dims };
  }
  const what = sequenceType ? 'sequence' : mapType ? 'map' : sparseTensorType ? 'sparse tensor' : optionalType ? 'optional' : opaqueType ? 'opaque value' : 'value of unknown type';
  return { kind: 'other', what };
}

/** Some exporters write -1 for a size that is free, some an empty name. */
function dimensionOf({ dimValue, dimParam }: DimensionProto, value: string): Dimension {
  if (dimValue === undefined) return dimParam === '' ? undefined : dimParam;
  if (dimValue > BigInt(caps.elements)) fail(onnxDiagnostics['too-large']({ args: [`a dimension of the value ${shortened(value)}`, Number(dimValue), caps.elements] }));
  return dimValue < 0n ? undefined : Number(dimValue);
}

function entriesOf(entries: readonly StringStringEntryProto[]): ReadonlyMap<string, string> {
  return new Map(entries.map(({ key = '', value = '' }) => [key, value]));
}

function functionName({ domain = '', name = '' }: FunctionProto): string {
  return defaultDomains.has(domain) ? name : `${domain}::${name}`;
}

function refusedOf({ trainingInfo = [], graph = {} }: ModelProto): readonly Diagnostic[] {
  const refuse = (place: string, why: string, help: string): Diagnostic => onnxDiagnostics.graph({ args: [place, why], help });
  const sparse = (graph.sparseInitializer ?? []).map(({ values }) => refuse(`initializer ${shortened(values?.name ?? '')}`, 'is a sparse tensor, which is not read', 'store it with all of its numbers'));
  const quantized = (graph.quantizationAnnotation ?? []).map(({ tensorName = '' }) =>
    refuse(`the value ${shortened(tensorName)}`, 'is quantized, by an annotation of the graph', 'give the model from before it was quantized'));
  const training = trainingInfo.length === 0 ? [] : [refuse('the model', 'carries graphs of its training', 'export it for inference')];
  return [...sparse, ...quantized, ...training];
}
