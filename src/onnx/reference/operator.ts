// How an operator is written: a function of the values and attributes of a node, one for each version since which it
// means something else.

import { formatShape } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import type { Attributes } from '../signatures/attributes.ts';
import type { NodeCall } from '../signatures/node-call.ts';
import { fault, toNumber } from './value.ts';
import type { FloatValue, IntegerValue, Value } from './value.ts';

export type Run = (operands: Operands) => Value | readonly Value[];

/** By the version since which it holds. */
export type Operator = Readonly<Record<number, Run>>;

/** The operands of a node, by the names of its signature. */
export class Operands {
  readonly call: NodeCall;
  /** In their order; undefined where one is left out. */
  readonly all: readonly (Value | undefined)[];
  readonly #values: ReadonlyMap<string, Value>;

  /** @param values By the names of the graph. */
  constructor(call: NodeCall, values: ReadonlyMap<string, Value>) {
    this.call = call;
    this.#values = values;
    this.all = call.node.inputs.map((name) => values.get(name));
  }

  get attributes(): Attributes {
    return this.call.attributes;
  }

  may(name: string): Value | undefined {
    const value = this.call.input(name);
    return value === undefined ? undefined : this.#values.get(value);
  }

  value(name: string): Value {
    return this.may(name) ?? fault(`has no value for \`${name}\``);
  }

  mayFloats(name: string): FloatValue | undefined {
    const value = this.may(name);
    return value?.kind === 'integer' ? fault(`has ${value.type} for \`${name}\`, expected floats`) : value;
  }

  floats(name: string): FloatValue {
    return this.mayFloats(name) ?? fault(`has no value for \`${name}\``);
  }

  mayIntegers(name: string): IntegerValue | undefined {
    const value = this.may(name);
    return value?.kind === 'float' ? fault(`has ${value.type} for \`${name}\`, expected integers`) : value;
  }

  /** Whole numbers, for axes and sizes. */
  mayNumbers(name: string): readonly number[] | undefined {
    const value = this.mayIntegers(name);
    return value && Array.from(value.data, toNumber);
  }

  numbers(name: string): readonly number[] {
    return this.mayNumbers(name) ?? fault(`has no value for \`${name}\``);
  }

  /** An input, or before it became one, the attribute of the same name. */
  mayNumbersOrInts(name: string): readonly number[] | undefined {
    return this.attributes.knows(name) ? this.attributes.mayInts(name) : this.mayNumbers(name);
  }
}

export function expectRank(value: Value, least: number, what: string): Shape {
  return value.shape.length >= least ? value.shape : fault(`has ${what} of shape ${formatShape(value.shape)}, expected at least ${least} dimensions`);
}
