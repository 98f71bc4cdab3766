// What the standard says of an operator, version by version (https://github.com/onnx/onnx/blob/main/docs/Changelog.md): the names of its
// inputs and outputs, its attributes with their types and defaults. No meaning: whoever reads a node, the reference or the
// importer, reads it by these, and gives it a meaning of its own. A version that is not listed is not guessed at.

import type { OnnxAttribute } from '../model/model.ts';

export type AttributeKind = Exclude<OnnxAttribute['kind'], 'other'>;

export interface AttributeSpec {
  readonly kind: AttributeKind;
  readonly isRequired?: boolean;
  /** Floats as runtimes have them, rounded to f32. */
  readonly preset?: number | string | readonly number[];
  /** Of strings: all that are defined. */
  readonly values?: readonly string[];
}

export interface ValueSpec {
  readonly name: string;
  readonly isOptional: boolean;
  /** Any number of them; only the last. */
  readonly isVariadic: boolean;
}

export interface Signature {
  /** Versions of the operator that have it. */
  readonly since: readonly number[];
  readonly inputs: readonly ValueSpec[];
  readonly outputs: readonly ValueSpec[];
  readonly attributes: ReadonlyMap<string, AttributeSpec>;
}

export interface OperatorSignatures {
  /** The oldest opset of which it is read: 7, or 6 where the official tests have it. */
  readonly oldest: number;
  /** The newest one that has the operator, if later ones do not. */
  readonly newest?: number;
  /** In the order of versions. */
  readonly signatures: readonly Signature[];
}

/** As a table writes it: `X W B?` -> `Y`. */
interface WrittenSignature {
  readonly since: readonly number[];
  readonly inputs: string;
  readonly outputs: string;
  readonly attributes?: Readonly<Record<string, AttributeSpec>>;
}

function valuesOf(written: string): readonly ValueSpec[] {
  return written.split(' ').filter((word) => word !== '').map((word) => ({ name: word.replace(/[?*]$/, ''), isOptional: word.endsWith('?'), isVariadic: word.endsWith('*') }));
}

function signatures(oldest: number, written: readonly WrittenSignature[]): OperatorSignatures {
  return {
    oldest,
    signatures: written.map(({ since, inputs, outputs, attributes = {} }) => ({ since, inputs: valuesOf(inputs), outputs: valuesOf(outputs), attributes: new Map(Object.entries(attributes)) })),
  };
}

/** Of opset 6 on: the official tests have it there. */
export const since6 = (...written: readonly WrittenSignature[]): OperatorSignatures => signatures(6, written);
/** Of opset 7 on. */
export const since7 = (...written: readonly WrittenSignature[]): OperatorSignatures => signatures(7, written);
/** An operator that later opsets have no more. */
export const until = (newest: number, operator: OperatorSignatures): OperatorSignatures => ({ ...operator, newest });

export const int = (preset?: number): AttributeSpec => ({ kind: 'int', ...(preset !== undefined && { preset }) });
export const ints = (preset?: readonly number[]): AttributeSpec => ({ kind: 'ints', ...(preset && { preset }) });
export const float = (preset?: number): AttributeSpec => ({ kind: 'float', ...(preset !== undefined && { preset: Math.fround(preset) }) });
export const floats = (): AttributeSpec => ({ kind: 'floats' });
export const string = (preset?: string): AttributeSpec => ({ kind: 'string', ...(preset !== undefined && { preset }) });
export const strings = (): AttributeSpec => ({ kind: 'strings' });
export const tensor = (): AttributeSpec => ({ kind: 'tensor' });
/** One of a few words; the first is the default. */
export const oneOf = (...values: readonly [string, ...string[]]): AttributeSpec => ({ kind: 'string', preset: values[0], values });
export const required = ({ kind }: AttributeSpec): AttributeSpec => ({ kind, isRequired: true });
