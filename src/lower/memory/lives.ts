// How long the values of programs are in use, so that those that never are at once can share memory.

import { slotsRead, type SlotName } from '../nests/placed-nest.ts';
import { isBaked, sharingOf, type PlannedProgram } from '../program/planned-program.ts';
import type { Life } from './memory-plan.ts';

/** Homes that hold something between runs of their program: leaves, state, outputs. */
function alwaysAlive({ request, nameOf, home, leaves }: PlannedProgram): ReadonlySet<SlotName> {
  return new Set([...leaves.keys(), ...request.graph.outputs.map(({ value }) => nameOf(value))].map(home));
}

/**
 * Programs never run at once, so a temporary of one may lie where an earlier one's does, if their layouts are
 * the very same: what lies between and behind the elements must stay zero for both. For the same reason a slot
 * whose halo is scattered to takes no part.
 */
export function shareTemporaries(programs: readonly PlannedProgram[]): readonly ((home: SlotName) => SlotName)[] {
  const homes: { readonly name: SlotName; readonly layout: string }[] = [];
  return programs.map((planned) => {
    const { home, layoutOf } = planned;
    const apart = new Set([...alwaysAlive(planned), ...[...planned.plan.scattered].map(home)]);
    const own = new Set(planned.nests.map(({ nest }) => home(nest.write.tensor)).filter((name) => !apart.has(name)));
    // Copies of leaves have the same name in every program, and so one place already.
    const shared = new Set(homes.map(({ name }) => name).filter((name) => own.has(name)));
    const left = homes.filter(({ name }) => !shared.has(name));
    const shares = new Map<SlotName, SlotName>();
    for (const name of own) {
      if (shared.has(name)) continue;
      const layout = JSON.stringify(layoutOf(name));
      const at = left.findIndex((each) => each.layout === layout);
      const [found] = at < 0 ? [] : left.splice(at, 1);
      if (found) shares.set(name, found.name);
      else homes.push({ name, layout });
    }
    return (name) => shares.get(name) ?? name;
  });
}

/** When each home is in use; a slot with a halo always is, since its zeros must last. */
export function livesOf(planned: PlannedProgram, sharedHome: (home: SlotName) => SlotName): readonly Life[] {
  const { request, nests, plan, home, layoutOf, leaves } = planned;
  const always = new Set([...alwaysAlive(planned), ...[...plan.haloed].map(home)]);
  const lives = new Map<SlotName, Life>();
  const touch = (slot: SlotName, at: number): void => {
    if (isBaked(planned, slot)) return;
    const name = sharedHome(home(slot));
    const { size } = layoutOf(home(slot));
    const eternal = always.has(home(slot)) || sharingOf(request) === 'own';
    const [first, last] = eternal ? [-Infinity, Infinity] : [at, at];
    const before = lives.get(name);
    lives.set(name, before ? { ...before, first: Math.min(before.first, first), last: Math.max(before.last, last) } : { name, size, first, last });
  };
  for (const slot of leaves.keys()) touch(slot, 0);
  for (const [at, { nest }] of nests.entries()) for (const slot of [nest.write.tensor, ...slotsRead(nest)]) touch(slot, at);
  return [...lives.values()];
}
