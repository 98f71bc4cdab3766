// A tensor of a model: what it says of itself is held to caps and to its bytes before anything is decoded, and its
// numbers are decoded when they are asked for.

import { fail } from '../../base/diagnostic.ts';
import { formatShape } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import { onnxDiagnostics } from '../diagnostics.ts';
import { caps } from './caps.ts';
import { elementsOfBytes, elementsOfField, elementTypeName, elementTypeNames, elementTypeOf } from './element-types.ts';
import type { Elements, ElementType } from './element-types.ts';
import { externalBytes } from './external.ts';
import type { ExternalFiles } from './external.ts';
import type { TensorProto } from './messages.ts';

export interface OnnxTensor {
  /** Empty where it has none, as attributes. */
  readonly name: string;
  readonly type: ElementType;
  /** Of at most `caps.rank` dimensions; empty for a single number. */
  readonly shape: Shape;
  /** Elements: the product of the shape. */
  readonly size: number;
  /** Row-major. A view of the file where it can be. Fails with `onnx/external` where the numbers are not to be had. */
  readonly elements: () => Elements;
}

/**
 * @param label What a person calls it: `initializer "conv1.weight"`.
 * @param external Gives the bytes of other files; without it a tensor whose numbers lie in one is refused.
 * Fails with `onnx/tensor`, `onnx/too-large` or `onnx/external`.
 */
export function readTensor(proto: TensorProto, label: string, external?: ExternalFiles): OnnxTensor {
  const type = elementTypeOf(proto.dataType ?? 0);
  if (!type) {
    const found = proto.dataType === undefined || proto.dataType === 0 ? 'does not say what its elements are' : `has elements of ${elementTypeName(proto.dataType)}, which are not read`;
    return fail(onnxDiagnostics.tensor({ args: [label, found], help: `known: ${elementTypeNames}` }));
  }
  if (proto.segment) fail(onnxDiagnostics.tensor({ args: [label, 'is a segment of a larger one'], help: 'export the model once more' }));
  const shape = shapeOf(proto.dims ?? new BigInt64Array(0), label);
  const size = shape.reduce((product, extent) => product * extent, 1);
  const base = { name: proto.name ?? '', type, shape, size };
  if (proto.dataLocation === 1) {
    const bytes = externalBytes(proto.externalData ?? [], size * type.bytes, label, external);
    return { ...base, elements: once(() => elementsOfBytes(bytes(), type)) };
  }
  const { rawData } = proto;
  if (rawData) {
    if (otherFields(proto, undefined)) fail(onnxDiagnostics.tensor({ args: [label, 'has its numbers twice, as bytes and one by one'] }));
    if (rawData.length !== size * type.bytes) fail(wrongSize(label, shape, `${size * type.bytes} bytes of ${type.name}`, `${rawData.length} are there`));
    return { ...base, elements: once(() => elementsOfBytes(rawData, type)) };
  }
  const numbers = proto[type.field];
  if (otherFields(proto, type.field)) fail(onnxDiagnostics.tensor({ args: [label, `has numbers in a field of another type than ${type.name}`] }));
  if ((numbers?.length ?? 0) !== size) fail(wrongSize(label, shape, `${size} numbers`, `${numbers?.length ?? 0} are there`));
  return { ...base, elements: once(() => (numbers ? elementsOfField(numbers, type) : type.make(0))) };
}

function shapeOf(dims: BigInt64Array, label: string): Shape {
  if (dims.length > caps.rank) fail(onnxDiagnostics['too-large']({ args: [`dimensions of ${label}`, dims.length, caps.rank] }));
  const negative = dims.find((extent) => extent < 0n);
  if (negative !== undefined) fail(onnxDiagnostics.tensor({ args: [label, `has a dimension of ${negative}`] }));
  let size = 1n;
  for (const extent of dims) size *= extent;
  // Extents beside a 0 count as well: what reads the shape multiplies them.
  const largest = [size, ...dims].reduce((a, b) => (a > b ? a : b));
  if (largest > BigInt(caps.elements)) fail(onnxDiagnostics['too-large']({ args: [`elements of ${label}, [${dims.join(', ')}]`, Number(largest), caps.elements] }));
  return [...dims].map(Number);
}

const fields = ['floatData', 'doubleData', 'int32Data', 'int64Data', 'uint64Data', 'stringData'] as const;

/** Whether numbers lie in another field than the one given. */
function otherFields(proto: TensorProto, own: ElementType['field'] | undefined): boolean {
  return fields.some((field) => field !== own && (proto[field]?.length ?? 0) > 0);
}

function wrongSize(label: string, shape: Shape, expected: string, found: string): ReturnType<typeof onnxDiagnostics.tensor> {
  return onnxDiagnostics.tensor({ args: [label, `has shape ${formatShape(shape)}, which is ${expected}; ${found}`], help: 'the file is damaged, or its writer was: export the model once more' });
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
