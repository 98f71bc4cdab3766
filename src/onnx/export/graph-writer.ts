// The messages of an ONNX graph as they are written: nodes, their constants, and which opset has them all.

import { invariant } from '../../base/invariant.ts';
import { sizeOf } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import { littleEndian } from '../format/encode.ts';
import type { AttributeProto, NodeProto, TensorProto } from '../format/messages.ts';

/** A float, as whole numbers alone do not show that they are one. */
export interface FloatAttribute {
  readonly float: number;
}

export type AttributeValue = number | string | readonly number[] | FloatAttribute;
export type AttributeValues = Readonly<Record<string, AttributeValue | undefined>>;

/** What runtimes have read for years. */
const leastOpset = 17;

/** Numbers of the format. */
const elementTypes = { float: 1, int64: 7 } as const;
const attributeTypes = { float: 1, int: 2, string: 3, ints: 7 } as const;

const utf8 = new TextEncoder();

export class GraphWriter {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];
  readonly #taken: Set<string>;
  #opset = leastOpset;
  #isExact = true;

  /** @param reserved Names that the graph gives to others. */
  constructor(reserved: Iterable<string>) {
    this.#taken = new Set(reserved);
  }

  /** The least, from 17, that has all operators. */
  get opset(): number {
    return this.#opset;
  }

  /** Whether every number of the rules' own is one of f32. */
  get isExact(): boolean {
    return this.#isExact;
  }

  /** @param wanted A name for its first result, which others may have taken. */
  fresh(wanted: string): string {
    let name = wanted;
    for (let i = 2; this.#taken.has(name); i++) name = `${wanted}_${i}`;
    this.#taken.add(name);
    return name;
  }

  /** An operator that gives one value. @param since The first opset that has it so. */
  node(opType: string, inputs: readonly string[], output: string, attributes: AttributeValues = {}, since: number = leastOpset): string {
    this.#opset = Math.max(this.#opset, since);
    const attribute = Object.entries(attributes).flatMap(([name, value]) => (value === undefined ? [] : [attributeOf(name, value)]));
    this.nodes.push({ input: inputs, output: [output], name: output, opType, ...(attribute.length > 0 && { attribute }) });
    return output;
  }

  /** Numbers in f32, under a name that is free. */
  floats(name: string, shape: Shape, data: ArrayLike<number>): string {
    invariant(sizeOf(shape) === data.length, () => `${data.length} numbers for ${name}`);
    this.initializers.push({ ...dims(shape), dataType: elementTypes.float, name, rawData: littleEndian(Float32Array.from(data)) });
    return name;
  }

  /** Numbers that a rule brings with it. */
  ownFloats(name: string, shape: Shape, data: Float64Array): string {
    this.#isExact &&= data.every((value) => Math.fround(value) === value);
    return this.floats(name, shape, data);
  }

  /** An attribute that a rule brings with it. */
  ownFloat(value: number): FloatAttribute {
    this.#isExact &&= Math.fround(value) === value;
    return { float: value };
  }

  integers(wanted: string, numbers: readonly number[]): string {
    const name = this.fresh(wanted);
    this.initializers.push({ ...dims([numbers.length]), dataType: elementTypes.int64, int64Data: BigInt64Array.from(numbers, BigInt), name });
    return name;
  }
}

/** Of a scalar there is no list. */
function dims(shape: Shape): Pick<TensorProto, 'dims'> {
  return shape.length === 0 ? {} : { dims: BigInt64Array.from(shape, BigInt) };
}

function attributeOf(name: string, value: AttributeValue): AttributeProto {
  if (typeof value === 'number') return { name, i: BigInt(value), type: attributeTypes.int };
  if (typeof value === 'string') return { name, s: utf8.encode(value), type: attributeTypes.string };
  if ('float' in value) return { name, f: value.float, type: attributeTypes.float };
  return { name, ints: BigInt64Array.from(value, BigInt), type: attributeTypes.ints };
}
