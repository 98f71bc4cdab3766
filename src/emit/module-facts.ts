// What an emitted module says of its network: taken from the kernels' bindings and from the caller.

import { present } from '../base/invariant.ts';
import type { KernelModule } from '../ir/kernel.ts';
import type { TensorPlan } from '../runtime/net.ts';
import type { Json } from './literal.ts';
import { planOf, sampleShape } from './tensor-plan.ts';
import type { Layout } from './tensor-plan.ts';

/** (x - mean) / deviation: a number a channel, or one for all. A mean `per_pixel` lies with the weights. */
export type Normalization = { readonly mean: readonly number[] | 'per_pixel'; readonly deviation: readonly number[] };

export interface FactSources {
  /** Its program `run` computes the outputs, `[batch, ...]`, from the inputs, `[batch, ...]`. */
  readonly kernels: Pick<KernelModule, 'bindings'>;
  /** What the network is called; any text. */
  readonly name: string;
  readonly labels?: readonly string[];
  /** The least and largest number expected of an input. */
  readonly range?: readonly [least: number, most: number];
  /** What the kernels do to their input first. */
  readonly normalization?: Normalization;
  /** Order of the numbers of an image, in and out. */
  readonly layout: Layout;
  /** Compiler version, hashes, figures: becomes `net.meta`. */
  readonly meta: Json;
}

/** What the text of a module is made of. */
export interface ModuleFacts {
  readonly name: string;
  /** The id that all files of the build carry (build-id.ts). */
  readonly build: string;
  readonly batch: number;
  /** Of one sample, in the order of `layout`. */
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
  readonly layout: Layout;
  readonly labels?: readonly string[];
  readonly range?: readonly [least: number, most: number];
  readonly normalization?: Normalization;
  readonly meta: Json;
  readonly input: TensorPlan;
  readonly output: TensorPlan;
}

export function factsOf({ kernels, name, labels, range, normalization, layout, meta }: FactSources): Omit<ModuleFacts, 'build'> {
  const { inputs, outputs } = kernels.bindings;
  const [from, to] = [present(inputs[0], 'input'), present(outputs[0], 'output')];
  return {
    name,
    batch: present(from.shape[0], 'batch'),
    inputShape: sampleShape(from, layout),
    outputShape: sampleShape(to, layout),
    layout,
    ...(labels && { labels }),
    ...(range && { range }),
    ...(normalization && { normalization: { mean: normalization.mean === 'per_pixel' ? normalization.mean : oneForAll(normalization.mean), deviation: oneForAll(normalization.deviation) } }),
    meta,
    input: planOf(from, layout),
    output: planOf(to, layout),
  };
}

/** A list of equal numbers, shortened. */
function oneForAll(list: readonly number[]): readonly number[] {
  return list.every((value) => value === list[0]) ? list.slice(0, 1) : list;
}
