// What code outside the kernels reads and writes: leaves that are fed, and outputs.

import { invariant, present } from '../../base/invariant.ts';
import { sameShape } from '../../base/tensor.ts';
import type { Binding, Bindings, PaddedMemory } from '../../ir/kernel.ts';
import { fedName } from '../../ir/leaf.ts';
import { paddedMemory } from '../layouts/padding.ts';
import { offsetsOf, type TensorLayout } from '../layouts/tensor-layout.ts';
import type { Place } from '../memory/module-memory.ts';
import type { SlotName } from '../nests/placed-nest.ts';
import { isBaked, sharingOf, type PlannedProgram } from './planned-program.ts';

type PlaceOf = (slot: SlotName) => Place;

/** Leaves and outputs by name; outputs of a training module, which has several programs, as `program/name`. */
export function bindingsOf(planned: PlannedProgram, placeOf: PlaceOf): Bindings {
  const { request, nameOf, layoutOf, leaves } = planned;
  const isDeployed = request.baked !== undefined;
  const bind = (name: string, slot: SlotName): Binding => {
    const layout = layoutOf(slot);
    return { name, shape: layout.shape, offset: placeOf(slot).first + layout.origin, axes: offsetsOf(layout) };
  };
  const fed = [...leaves].filter(([slot]) => !isBaked(planned, slot));
  return {
    inputs: fed.map(([slot, node]) => bind(present(fedName(node), 'name of a leaf'), slot)),
    outputs: request.graph.outputs.map(({ name, value }) => bind(isDeployed ? name : `${request.program}/${name}`, nameOf(value))),
  };
}

/** Of all programs of a module: their graphs share leaves, each of which is bound once. */
export function joined(bindings: readonly Bindings[]): Bindings {
  return { inputs: distinct(bindings.flatMap(({ inputs }) => inputs)), outputs: distinct(bindings.flatMap(({ outputs }) => outputs)) };
}

function distinct(bindings: readonly Binding[]): readonly Binding[] {
  const byName = new Map<string, Binding>();
  for (const binding of bindings) {
    const known = byName.get(binding.name);
    invariant(!known || (known.offset === binding.offset && sameShape(known.shape, binding.shape)), () => `two tensors are named "${binding.name}"`);
    byName.set(binding.name, binding);
  }
  return [...byName.values()];
}

/** Padding of everything that a program writes. */
export function paddedOf({ request, nests, plan, home, layoutOf }: PlannedProgram, placeOf: PlaceOf): readonly PaddedMemory[] {
  const written = new Set(nests.map(({ nest }) => plan.base(nest.write.tensor)));
  const sharing = sharingOf(request);
  return [...written].flatMap((slot) => {
    const layout = layoutOf(home(slot));
    const { first, partStride } = placeOf(slot);
    if (partStride === undefined || request.division.kind === 'whole') return paddedMemory(slot, layout, first, plan, sharing) ?? [];
    const { shards } = request.division;
    return Array.from({ length: shards }, (_, shard) => shard).flatMap((shard) => paddedMemory(slot, partOf(layout, shards), first + shard * partStride, plan, sharing) ?? []);
  });
}

/** What one of the shards holds of a tensor, whose samples they divide. */
function partOf(layout: TensorLayout, shards: number): TensorLayout {
  const ofSamples = ([samples, ...others]: readonly number[]): readonly number[] => [present(samples, 'samples') / shards, ...others];
  return { ...layout, shape: ofSamples(layout.shape), padded: ofSamples(layout.padded), size: layout.size / shards };
}
