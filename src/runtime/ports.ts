// What goes into a network and comes out of it, where that may be several tensors: of one the caller gives or gets a list
// of numbers, of several an object of lists by name. Part of emitted modules.

import { addressesOf, placeNumbers, takeNumbers, viewOf } from './net.ts';
import type { Facts, TensorPlan } from './net.ts';
import { checkCount, checkPlaces, kindOf } from './numbers.ts';

/** By name. */
export type NamedPlans = readonly (readonly [name: string, plan: TensorPlan])[];

/** What callers give, or get: one list, or lists by name. */
export type Given = ArrayLike<number> | Readonly<Record<string, ArrayLike<number>>>;
export type Answer = Float32Array | Readonly<Record<string, Float32Array>>;
export type Into = Float32Array | Readonly<Partial<Record<string, Float32Array>>>;

/** A tensor that goes in or comes out. */
export interface Port {
  /** Empty where it is the only one. */
  readonly name: string;
  /** Of every number, in the caller's order. */
  readonly addresses: Int32Array;
  /** Names it in messages. */
  readonly what: string;
}

export function portsOf(plan: TensorPlan | NamedPlans, side: 'input' | 'output', network: string): readonly Port[] {
  const plans: NamedPlans = Array.isArray(plan) ? plan : [['', plan as TensorPlan]];
  return plans.map(([name, each]) => ({ name, addresses: addressesOf(each), what: `${side}${name && ` ${name}`} of ${network}` }));
}

/** What a caller gives of an object by the names of ports. Throws a TypeError where it is none, or has a name that no port has. */
function namedIn(ports: readonly Port[], given: unknown, what: string): readonly unknown[] {
  const names = ports.map(({ name }) => name).join(', ');
  if (kindOf(given) !== 'Object') throw new TypeError(`${what}: expected an object of ${names}, found ${kindOf(given)}`);
  for (const name of Object.keys(given as object)) if (!ports.some((port) => port.name === name)) throw new TypeError(`${what}: there is no ${name}, only ${names}`);
  return ports.map(({ name }) => (given as Readonly<Record<string, unknown>>)[name]);
}

/** The caller's lists, in the order of the ports. Throws a TypeError or a RangeError where they do not fit. */
export function listsOf(ports: readonly Port[], given: Given, network: string): readonly ArrayLike<number>[] {
  const lists = ports.length === 1 ? [given] : namedIn(ports, given, `inputs of ${network}`);
  for (const [i, { addresses, what }] of ports.entries()) checkCount(lists[i], addresses.length, what);
  return lists as readonly ArrayLike<number>[];
}

/** Where the answers go: what the caller gives, else new lists. Throws a TypeError or a RangeError where they do not fit. */
export function placesOf(ports: readonly Port[], into: Into | undefined, network: string): readonly Float32Array[] {
  const lists = ports.length === 1 ? [into] : namedIn(ports, into ?? {}, `outputs of ${network}`);
  return ports.map(({ addresses, what }, i) => {
    const place = (lists[i] ?? new Float32Array(addresses.length)) as Float32Array;
    checkPlaces(place, addresses.length, what);
    return place;
  });
}

/** Writes the caller's numbers. Throws a TypeError where one is no number. */
export function placeLists(heap: Float32Array, ports: readonly Port[], lists: readonly ArrayLike<number>[]): void {
  for (const [i, { addresses, what }] of ports.entries()) placeNumbers(heap, addresses, lists[i] as ArrayLike<number>, what);
}

/** Reads the numbers of the outputs into places, and answers them. */
export function takeLists(heap: Float32Array, ports: readonly Port[], places: readonly Float32Array[]): Answer {
  for (const [i, { addresses }] of ports.entries()) takeNumbers(heap, addresses, places[i] as Float32Array);
  return answerOf(ports, places);
}

/** Lists as the caller gets them. */
export function answerOf<List>(ports: readonly Port[], lists: readonly List[]): List | Readonly<Record<string, List>> {
  return ports.length === 1 ? (lists[0] as List) : Object.fromEntries(ports.map(({ name }, i) => [name, lists[i] as List]));
}

/** What a network with several inputs or outputs knows of itself. */
export type NamedFacts = Omit<Facts, 'inputShape' | 'outputShape' | 'normalization'>;

export interface NamedPlan {
  readonly input: TensorPlan | NamedPlans;
  readonly output: TensorPlan | NamedPlans;
}

export interface NamedNet extends NamedFacts {
  readonly compute: () => void;
  readonly run: (given: Given, into?: Into) => Answer;
}

/** The network over its heap, as `makeNet`; of several inputs it has `inputs`, views by name, of several outputs `outputs`. */
export function makeNamedNet(facts: NamedFacts, plan: NamedPlan, memory: ArrayBuffer, compute: () => void): NamedNet {
  const heap = new Float32Array(memory);
  const inputs = portsOf(plan.input, 'input', facts.name);
  const outputs = portsOf(plan.output, 'output', facts.name);
  const views = (ports: readonly Port[], name: string): object => ({ [ports.length === 1 ? name : `${name}s`]: answerOf(ports, ports.map(({ addresses }) => viewOf(heap, addresses))) });
  return Object.freeze({
    ...facts,
    ...views(inputs, 'input'),
    ...views(outputs, 'output'),
    compute,
    run(given: Given, into?: Into): Answer {
      const lists = listsOf(inputs, given, facts.name);
      const places = placesOf(outputs, into, facts.name);
      placeLists(heap, inputs, lists);
      compute();
      return takeLists(heap, outputs, places);
    },
  });
}
