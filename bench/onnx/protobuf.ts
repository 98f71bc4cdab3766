// As much of ONNX's protobuf messages as a network needs, encoded by hand. Field numbers are those of onnx.proto
// (IR version 8, operator set 17).

/** Pieces that follow each other: what encloses hundreds of megabytes of weights does not copy them. */
type Bytes = readonly Uint8Array[];

const FLOAT = 1;
const ATTRIBUTE_FLOAT = 1;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_INTS = 7;

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Uint8Array.of(...bytes, rest);
}

const lengthOf = (parts: Bytes): number => parts.reduce((size, part) => size + part.length, 0);
const integer = (field: number, value: number): Bytes => [varint(field * 8), varint(value)];
const bytes = (field: number, value: Bytes): Bytes => [varint(field * 8 + 2), varint(lengthOf(value)), ...value];
const text = (field: number, value: string): Bytes => bytes(field, [new TextEncoder().encode(value)]);
const message = (field: number, ...parts: readonly Bytes[]): Bytes => bytes(field, parts.flat());
const float = (field: number, value: number): Bytes => [varint(field * 8 + 5), new Uint8Array(Float32Array.of(value).buffer)];

function joined(parts: Bytes): Uint8Array {
  const result = new Uint8Array(lengthOf(parts));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

/** A number alone is an integer; `{ float }` is none. */
export type OnnxAttribute = number | readonly number[] | { readonly float: number };

function attribute(name: string, value: OnnxAttribute): Bytes {
  const body = (): readonly Bytes[] => {
    if (typeof value === 'number') return [integer(3, value), integer(20, ATTRIBUTE_INT)];
    if ('float' in value) return [float(2, value.float), integer(20, ATTRIBUTE_FLOAT)];
    return [...value.map((item) => integer(8, item)), integer(20, ATTRIBUTE_INTS)];
  };
  return message(5, text(1, name), ...body());
}

/** A part of GraphProto. */
export type OnnxPart = Bytes;

export function onnxNode(op: string, inputs: readonly string[], output: string, attributes: Readonly<Record<string, OnnxAttribute>> = {}): OnnxPart {
  return message(
    1,
    ...inputs.map((name) => text(1, name)),
    text(2, output),
    text(4, op),
    ...Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  );
}

export function onnxConstant(name: string, shape: readonly number[], values: Float32Array): OnnxPart {
  const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return message(5, ...shape.map((extent) => integer(1, extent)), integer(2, FLOAT), text(8, name), bytes(9, [raw]));
}

interface OnnxValue {
  readonly name: string;
  readonly shape: readonly number[];
}

/** ValueInfoProto in GraphProto's field 11 (inputs) or 12 (outputs). */
function valueInfo(field: number, { name, shape }: OnnxValue): Bytes {
  const dimensions = shape.map((extent) => message(1, integer(1, extent)));
  return message(field, text(1, name), message(2, message(1, integer(1, FLOAT), message(2, ...dimensions))));
}

/** ModelProto of one graph. */
export function onnxModel(parts: readonly OnnxPart[], input: OnnxValue, output: OnnxValue): Uint8Array {
  const graph = message(7, ...parts, text(2, 'network'), valueInfo(11, input), valueInfo(12, output));
  return joined([...integer(1, 8), ...graph, ...message(8, text(1, ''), integer(2, 17))]);
}
