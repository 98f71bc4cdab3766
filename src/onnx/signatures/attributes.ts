// The attributes of a node, as its signature has them: with defaults, and whole numbers as numbers.

import { fail } from '../../base/diagnostic.ts';
import { invariant } from '../../base/invariant.ts';
import { onnxDiagnostics } from '../diagnostics.ts';
import type { OnnxTensor } from '../format/tensor.ts';
import type { OnnxAttribute } from '../model/model.ts';
import type { AttributeKind, AttributeSpec, Signature } from './signature.ts';

type Values = { readonly [K in AttributeKind]: Extract<OnnxAttribute, { kind: K }>['value'] };

/**
 * What asks for an attribute that the signature lacks, or by another type, is a bug; so is asking for one without a
 * default as if it had one. `may...` answer undefined where it is left out.
 */
export class Attributes {
  readonly #node: string;
  readonly #signature: Signature;
  readonly #given: ReadonlyMap<string, OnnxAttribute>;

  /** @param node The label of the node. @param given Held to the signature before. */
  constructor(node: string, signature: Signature, given: ReadonlyMap<string, OnnxAttribute>) {
    this.#node = node;
    this.#signature = signature;
    this.#given = given;
  }

  /** Whether the node's version has an attribute of this name. */
  knows(name: string): boolean {
    return this.#signature.attributes.has(name);
  }

  /** Whether the node gives it a value. */
  gives(name: string): boolean {
    return this.#given.has(name);
  }

  /** Fails with `onnx/attribute` beyond 2^53. */
  int(name: string): number {
    return this.#sure(this.mayInt(name), name);
  }

  mayInt(name: string): number | undefined {
    const value = this.#valueOf(name, 'int');
    return value === undefined ? (this.#preset(name) as number | undefined) : this.#whole(value, name);
  }

  ints(name: string): readonly number[] {
    return this.#sure(this.mayInts(name), name);
  }

  mayInts(name: string): readonly number[] | undefined {
    const value = this.#valueOf(name, 'ints');
    return value === undefined ? (this.#preset(name) as readonly number[] | undefined) : value.map((each) => this.#whole(each, name));
  }

  /** Exactly: ends of slices are as large as there are numbers. */
  mayBigInts(name: string): readonly bigint[] | undefined {
    return this.#valueOf(name, 'ints');
  }

  float(name: string): number {
    return this.#sure(this.mayFloat(name), name);
  }

  mayFloat(name: string): number | undefined {
    return this.#valueOf(name, 'float') ?? (this.#preset(name) as number | undefined);
  }

  mayFloats(name: string): readonly number[] | undefined {
    return this.#valueOf(name, 'floats');
  }

  string(name: string): string {
    return this.#sure(this.#valueOf(name, 'string') ?? (this.#preset(name) as string | undefined), name);
  }

  mayTensor(name: string): OnnxTensor | undefined {
    return this.#valueOf(name, 'tensor');
  }

  #spec(name: string): AttributeSpec {
    const spec = this.#signature.attributes.get(name);
    invariant(spec, () => `the operator of ${this.#node} has no attribute ${name}`);
    return spec;
  }

  #valueOf<K extends AttributeKind>(name: string, kind: K): Values[K] | undefined {
    invariant(this.#spec(name).kind === kind, () => `attribute ${name} of ${this.#node} is no ${kind}`);
    const attribute = this.#given.get(name);
    return attribute?.kind === kind ? (attribute.value as Values[K]) : undefined;
  }

  #preset(name: string): AttributeSpec['preset'] {
    return this.#spec(name).preset;
  }

  #sure<T>(value: T | undefined, name: string): T {
    invariant(value !== undefined, () => `attribute ${name} of ${this.#node} has no default`);
    return value;
  }

  #whole(value: bigint, name: string): number {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : fail(onnxDiagnostics.attribute({ args: [this.#node, name, `is ${value}, expected a number up to 2^53`] }));
  }
}
