// A node as the rules read it: its operands as known numbers or as values of the network, held to what the language has.

import { formatShape, sizeOf } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import type { Attributes } from '../signatures/attributes.ts';
import type { NodeCall } from '../signatures/node-call.ts';
import { isFloatType, numbersOf, onlyNumber } from './constant.ts';
import type { Constant } from './constant.ts';
import type { Draft, DraftLayer, Source, Weight } from './draft.ts';
import type { LayerNames } from './names.ts';
import { materialized } from './materialize.ts';
import { refuse } from './refusal.ts';
import { isInOrder, isWhole, wireOf } from './wire.ts';
import type { ImportedValue, Wire } from './wire.ts';

export class NodeReader {
  readonly call: NodeCall;
  readonly draft: Draft;
  readonly #valueOf: (name: string) => ImportedValue | undefined;
  readonly #names: LayerNames;
  readonly #uses: ReadonlyMap<string, number>;

  /** @param uses How often values are read, by name. */
  constructor(call: NodeCall, draft: Draft, valueOf: (name: string) => ImportedValue | undefined, names: LayerNames, uses: ReadonlyMap<string, number>) {
    this.call = call;
    this.#uses = uses;
    this.draft = draft;
    this.#valueOf = valueOf;
    this.#names = names;
  }

  get op(): string {
    return this.call.op;
  }

  get attributes(): Attributes {
    return this.call.attributes;
  }

  /** All operands in their order; undefined where one is left out. */
  get all(): readonly (ImportedValue | undefined)[] {
    return this.call.node.inputs.map((name) => this.#valueOf(name));
  }

  /** Whether anybody reads this output. */
  isRead(name: string): boolean {
    const output = this.call.output(name);
    return output !== undefined && (this.#uses.get(output) ?? 0) > 0;
  }

  may(name: string): ImportedValue | undefined {
    const value = this.call.input(name);
    return value === undefined ? undefined : this.#valueOf(value);
  }

  mayConstant(name: string): Constant | undefined {
    const value = this.may(name);
    if (value?.kind === 'wire') refuse('shape', `computes \`${name}\` from the input of the network`, 'it has to be a constant: export the model with fixed shapes, or run a simplifier over it');
    return value?.kind === 'constant' ? value : undefined;
  }

  constant(name: string): Constant {
    return this.mayConstant(name) ?? refuse('operand', `has no \`${name}\``);
  }

  /** Whole numbers of an operand, for axes and sizes. */
  mayNumbers(name: string): readonly number[] | undefined {
    const constant = this.mayConstant(name);
    return constant && numbersOf(constant);
  }

  /** An input, or before it became one, the attribute of the same name. */
  mayNumbersOrInts(name: string): readonly number[] | undefined {
    return this.attributes.knows(name) ? this.attributes.mayInts(name) : this.mayNumbers(name);
  }

  /** A weight of the file. */
  floats(name: string): Constant & { readonly data: Float64Array } {
    return floating(this.constant(name), name);
  }

  mayFloats(name: string): (Constant & { readonly data: Float64Array }) | undefined {
    const constant = this.mayConstant(name);
    return constant && floating(constant, name);
  }

  wire(name: string): Wire {
    const value = this.may(name);
    return value?.kind === 'wire' ? value : refuse('operand', `reads \`${name}\`, which is a constant`, 'what only constants decide is computed as the model is imported, but not by this operator');
  }

  /** An image of one sample, with its elements in order: `[channels, rows, columns]`. */
  image(name: string): Wire {
    const wire = this.wire(name);
    const [batch, ...sample] = wire.shape;
    if (batch !== 1 || sample.length !== 3) refuse('shape', `reads ${formatShape(wire.shape)}, expected an image: [1, channels, rows, columns]`);
    return this.inOrder(wire, sample);
  }

  /** Elements in order, whatever the shape, for what treats channels: `[1, channels, ...]`. */
  channels(name: string): Wire {
    const wire = this.wire(name);
    const [batch, ...sample] = wire.shape;
    if (batch !== 1 || sample.length === 0) refuse('shape', `reads ${formatShape(wire.shape)}, expected the channels of one sample: [1, channels, ...]`);
    // However the places of a channel are laid out.
    const isLaidOut = wire.source.kind === 'layer' && wire.source.sample[0] === sample[0] && isInOrder(wire);
    return isLaidOut ? wire : this.inOrder(wire, sample);
  }

  /** The value as a layer reads it: a source of this sample shape, its elements in order. */
  inOrder(wire: Wire, sample: Shape): Wire {
    const { source } = wire;
    if (source.kind === 'input' && !source.isSettled && isWhole(wire)) return this.#declared(wire, sample);
    if (!isInOrder(wire)) {
      const made = materialized(this.draft, wire, sample);
      return made ? { ...wireOf(made, wire.shape), isSole: wire.isSole } : refuse('shape', `reads what ${describe(source)} gives in another order of its elements, which no layer of the language does`, 'a Transpose before it has to be undone, or to stand at the input');
    }
    if (sameShape(source.sample, sample)) return wire;
    if (sample.length === 1) return { ...wireOf(this.draft.layer({ callee: 'flatten', operands: [source], sample }), wire.shape), isSole: wire.isSole };
    return refuse('shape', `reads what ${describe(source)} gives, ${formatShape(source.sample)}, as ${formatShape(sample)}, which no layer of the language does`);
  }

  /** The first layer that reads an input says how it is declared. */
  #declared(wire: Wire, sample: Shape): Wire {
    const { source, places } = wire;
    if (source.kind === 'input') {
      source.sample = sample;
      if (places && !isInOrder(wire)) source.order = places;
      source.isSettled = true;
    }
    const { places: _, ...plain } = wire;
    return plain;
  }

  /** What a layer is to be called. */
  nameAfter(...weights: readonly (Constant | undefined)[]): string | undefined {
    return this.#names.ofWeights(weights);
  }

  /** Known numbers as a layer: one number, or a tensor of the weights that is not trained. */
  constantLayer(constant: Constant, sample: Shape): DraftLayer {
    const number = onlyNumber(constant);
    if (number !== undefined) return this.draft.layer({ callee: 'constant', operands: [], sample: [1], args: { value: number } });
    const data = floating(constant, 'a constant').data;
    return this.draft.layer({ callee: 'constant', operands: [], sample, wanted: this.nameAfter(constant), args: { shape: sample }, weights: { value: { shape: sample, data } } });
  }

  /**
   * A layer on the elements of a value, one by one: it is seen as before.
   * @param constants `rounded` where those of the operation are in the model as f32 holds them.
   */
  pointwise(wire: Wire, callee: string, args: DraftArguments = {}, constants: 'exact' | 'rounded' = 'exact'): Wire {
    if (constants === 'rounded') this.draft.isExact = false;
    const part = this.#part(wire);
    if (part) return { ...wireOf(this.draft.layer({ callee, operands: [part], sample: part.sample, args }), wire.shape) };
    return { ...wire, source: this.draft.layer({ callee, operands: [wire.source], sample: wire.source.sample, args }), isSole: true };
  }

  /** Of a view of less than its source the layer that gives it, where there is one: what is not seen need not be computed. */
  #part(wire: Wire): DraftLayer | undefined {
    const { source, shape } = wire;
    return sizeOf(shape) < sizeOf(source.sample) && shape[0] === 1 ? materialized(this.draft, wire, shape.slice(1)) : undefined;
  }

  /** A layer that gives `[1, ...sample]`. */
  layer(callee: string, operands: readonly Wire[], sample: Shape, args: DraftArguments = {}, weights: Readonly<Record<string, Weight | undefined>> = {}, named: readonly (Constant | undefined)[] = []): Wire {
    return wireOf(this.draft.layer({ callee, operands: operands.map(({ source }) => source), sample, wanted: this.nameAfter(...named), args, weights }), [1, ...sample]);
  }
}

type DraftArguments = Readonly<Record<string, DraftLayer['args'] extends Map<string, infer Value> ? Value | undefined : never>>;

export function describe(source: Source): string {
  return source.kind === 'input' ? `the input ${JSON.stringify(source.name)}` : `${source.callee}${source.wanted === undefined ? '' : ` (${source.wanted})`}`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

function floating(constant: Constant, name: string): Constant & { readonly data: Float64Array } {
  const { data } = constant;
  if (!isFloatType(constant.type) || !(data instanceof Float64Array)) return refuse('operand', `has ${constant.type} for \`${name}\`, expected floats`);
  return { ...constant, data };
}

/** `count` numbers, one a channel, of a constant that is broadcast along `axis` of `shape`; undefined where it is not so. */
export function perChannel({ shape, data }: Constant & { readonly data: Float64Array }, whole: Shape, axis: number): Float64Array | undefined {
  const count = whole[axis] as number;
  if (sizeOf(shape) === 1) return new Float64Array(count).fill(data[0] as number);
  const own = axis - (whole.length - shape.length);
  const fits = shape.length <= whole.length && own >= 0 && shape[own] === count && shape.every((extent, d) => d === own || extent === 1);
  return fits ? data : undefined;
}
