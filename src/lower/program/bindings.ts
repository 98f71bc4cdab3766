// What code outside the kernels reads and writes: leaves that are fed, and outputs.

import { invariant } from '../../base/invariant.ts';
import { sameShape } from '../../base/tensor.ts';
import type { Binding, PaddedMemory } from '../../ir/kernel.ts';
import { paddedMemory } from '../layouts/padding.ts';
import { offsetsOf } from '../layouts/tensor-layout.ts';
import type { SlotName } from '../nests/placed-nest.ts';
import { isBaked, sharingOf, type PlannedProgram } from './planned-program.ts';

/** The first element of the memory of a home. */
type PlaceOf = (home: SlotName) => number;

/**
 * Of a deployed network `input`, `output` (the first) and outputs by name, of a training module leaves by name and
 * outputs as `program/name`.
 */
export function bindingsOf(planned: PlannedProgram, placeOf: PlaceOf): readonly Binding[] {
  const { request, nameOf, layoutOf, home, leaves } = planned;
  const isDeployed = request.baked !== undefined;
  const bind = (name: string, slot: SlotName): Binding => {
    const layout = layoutOf(slot);
    return { name, shape: layout.shape, offset: placeOf(home(slot)) + layout.origin, axes: offsetsOf(layout) };
  };
  const fed = [...leaves].filter(([slot]) => !isBaked(planned, slot));
  const inputs = fed.map(([slot, node]) => bind(isDeployed ? 'input' : String(node.attrs['name']), slot));
  const outputName = (name: string, i: number): string => (isDeployed ? (i === 0 ? 'output' : name) : `${request.program}/${name}`);
  return [...inputs, ...request.graph.outputs.map(({ name, value }, i) => bind(outputName(name, i), nameOf(value)))];
}

/** Each binding once: the graphs of a module share leaves. */
export function distinct(bindings: readonly Binding[]): readonly Binding[] {
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
  return [...written].flatMap((slot) => paddedMemory(slot, layoutOf(home(slot)), placeOf(home(slot)), plan, sharingOf(request)) ?? []);
}
