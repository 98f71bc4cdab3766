// What an emitted module says of its network: taken from the kernels' bindings and from the caller.

import { present } from '../base/invariant.ts';
import type { Binding, KernelModule } from '../ir/kernel.ts';
import type { TensorPlan } from '../runtime/net.ts';
import type { Json } from './literal.ts';
import { planOf, sampleShape } from './tensor-plan.ts';
import type { Layout } from './tensor-plan.ts';

/** (x - mean) / deviation: a number a channel, or one for all. A mean `per_pixel` lies with the weights. */
export type Normalization = { readonly mean: readonly number[] | 'per_pixel'; readonly deviation: readonly number[] };

export interface FactSources {
  /** Their program `run` computes the outputs, `[batch, ...]`, from the inputs, `[batch, ...]`. */
  readonly kernels: Pick<KernelModule, 'bindings'>;
  /** What the network is called; any text. */
  readonly name: string;
  readonly labels?: readonly string[];
  /** These name numbers, and no classes. */
  readonly numbers?: boolean;
  /** The least and largest number expected of an input. */
  readonly range?: readonly [least: number, most: number];
  /** What the kernels do to their inputs first, by input. */
  readonly normalizations?: ReadonlyMap<string, Normalization>;
  /** Order of the numbers of an image, in and out. */
  readonly layout: Layout;
  /** Compiler version, hashes, figures: becomes `net.meta`. */
  readonly meta: Json;
}

/** A tensor that goes in or comes out. */
export interface PortFacts {
  readonly name: string;
  /** Of one sample, in the order of `layout`. */
  readonly shape: readonly number[];
  readonly plan: TensorPlan;
  readonly normalization?: Normalization;
}

/** What the text of a module is made of. */
export interface ModuleFacts {
  readonly name: string;
  /** The id that all files of the build carry (build-id.ts). */
  readonly build: string;
  readonly batch: number;
  readonly inputs: readonly PortFacts[];
  readonly outputs: readonly PortFacts[];
  readonly layout: Layout;
  readonly labels?: readonly string[];
  readonly numbers?: boolean;
  readonly range?: readonly [least: number, most: number];
  readonly meta: Json;
}

export function factsOf({ kernels: { bindings }, name, labels, numbers, range, normalizations, layout, meta }: FactSources): Omit<ModuleFacts, 'build'> {
  const port = (binding: Binding): PortFacts => ({ name: binding.name, shape: sampleShape(binding, layout), plan: planOf(binding, layout) });
  return {
    name,
    batch: present(bindings.inputs[0]?.shape[0], 'batch'),
    inputs: bindings.inputs.map((binding) => {
      const normalization = normalizations?.get(binding.name);
      return { ...port(binding), ...(normalization && { normalization: shortened(normalization) }) };
    }),
    outputs: bindings.outputs.map(port),
    layout,
    ...(labels && { labels }),
    ...(numbers && { numbers }),
    ...(range && { range }),
    meta,
  };
}

type Fields = Readonly<Record<string, Json>>;

/** What a module tells of its network. What is of its one input is so called; of several it is by name: `inputShapes`. */
export function toldOf({ name, batch, inputs, outputs, layout, labels, meta }: Omit<ModuleFacts, 'build'>): Fields {
  const normalized = inputs.filter(({ normalization }) => normalization !== undefined);
  const normalization = inputs.length === 1 ? normalized[0]?.normalization : undefined;
  return {
    name,
    batch,
    ...ofPorts('inputShape', inputs, ({ shape }) => shape),
    ...ofPorts('outputShape', outputs, ({ shape }) => shape),
    layout,
    ...(labels && { labels }),
    ...(normalization && { normalization }),
    ...(inputs.length > 1 && normalized.length > 0 && { normalizations: Object.fromEntries(normalized.map((input) => [input.name, present(input.normalization, 'normalization')])) }),
    meta,
  };
}

function ofPorts(field: string, ports: readonly PortFacts[], value: (port: PortFacts) => Json): Fields {
  const [first] = ports;
  return first && ports.length === 1 ? { [field]: value(first) } : { [`${field}s`]: Object.fromEntries(ports.map((port) => [port.name, value(port)])) };
}

/** Where the numbers of inputs and outputs lie: of one its plan, of several pairs of name and plan. */
export function plansOf({ inputs, outputs }: Pick<ModuleFacts, 'inputs' | 'outputs'>): { readonly input: Json; readonly output: Json } {
  const plans = (ports: readonly PortFacts[]): Json => (ports.length === 1 ? present(ports[0], 'port').plan : ports.map(({ name, plan }) => [name, plan]));
  return { input: plans(inputs), output: plans(outputs) };
}

/** All that a module says of itself, for the id of its build. */
export function identityOfFacts(facts: Omit<ModuleFacts, 'build'>): Json {
  const { meta, normalization, ...told } = toldOf(facts);
  return { ...told, ...(facts.range && { range: facts.range }), ...(normalization !== undefined && { normalization }), meta: meta ?? null, ...plansOf(facts) };
}

function shortened({ mean, deviation }: Normalization): Normalization {
  return { mean: mean === 'per_pixel' ? mean : oneForAll(mean), deviation: oneForAll(deviation) };
}

/** A list of equal numbers, shortened. */
function oneForAll(list: readonly number[]): readonly number[] {
  return list.every((value) => value === list[0]) ? list.slice(0, 1) : list;
}
