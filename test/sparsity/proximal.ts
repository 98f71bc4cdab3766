// The proximal map of group Lasso in float64, the reference that training's emitted step is tested against:
//
//   w_g <- w_g * max(0, 1 - threshold * weight(g) / ||w_g||_2),   threshold = rate * strength
//
// Sets are applied one after another. For nested groups from leaf to root this is the proximal map of their
// sum; for groups that cross it always gives exact zeros but is not that map.

import { present } from '../../src/base/invariant.ts';
import type { GroupSet } from '../../src/ir/group.ts';
import type { ParameterData } from '../../src/ir/graph.ts';
import { norms } from '../../src/sparsity/norms.ts';
import { lassoOf } from '../../src/train/methods/steps.ts';
import { groupOfElements } from '../group-of-elements.ts';

/**
 * @param sets In the order of {@link groupSets}.
 * @param rate The step's learning rate, eta.
 * @returns All parameters, those of the sets replaced.
 */
export function proximalMap(sets: readonly GroupSet[], parameters: ReadonlyMap<string, ParameterData>, rate: number): ReadonlyMap<string, ParameterData> {
  const shrunk = new Map(parameters);
  for (const set of sets) {
    const threshold = rate * lassoOf(set).strength * set.factor;
    const scales = norms(set, shrunk).map((norm) => (norm > threshold ? 1 - threshold / norm : 0));
    for (const member of set.members) {
      const { shape, data } = present(shrunk.get(member.parameter), `parameter ${member.parameter}`);
      const groups = groupOfElements(member);
      shrunk.set(member.parameter, { shape, data: data.map((w, element) => w * (scales[groups[element] as number] ?? 1)) });
    }
  }
  return shrunk;
}

/**
 * The proximal map of the sum of all sets, whether they nest or cross, by coordinate descent on its dual: slow, and as
 * exact as the rounds allow. Groups whose dual lies inside its ball are zero.
 */
export function exactProximalMap(sets: readonly GroupSet[], parameters: ReadonlyMap<string, ParameterData>, rate: number, rounds: number): ReadonlyMap<string, ParameterData> {
  const places = sets.map(({ members }) => members.map((member) => ({ member, groups: groupOfElements(member) })));
  const duals = sets.map(({ members }) => new Map(members.map(({ parameter }) => [parameter, new Float64Array(dataOf(parameters, parameter).length)])));
  const left = new Map([...parameters].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]));
  const dead = sets.map(({ count }) => new Uint8Array(count));
  for (let round = 0; round < rounds; round++) {
    for (const [s, set] of sets.entries()) {
      const threshold = rate * lassoOf(set).strength * set.factor;
      for (const { member } of present(places[s], 'places')) {
        const dual = present(duals[s]?.get(member.parameter), 'dual');
        const data = dataOf(left, member.parameter);
        for (const [i, u] of dual.entries()) data[i] = (data[i] as number) + u;
      }
      const all = norms(set, left);
      for (const [group, norm] of all.entries()) (dead[s] as Uint8Array)[group] = norm <= threshold ? 1 : 0;
      for (const { member, groups } of present(places[s], 'places')) {
        const dual = present(duals[s]?.get(member.parameter), 'dual');
        const data = dataOf(left, member.parameter);
        for (const [i, r] of data.entries()) {
          const norm = all[groups[i] as number] as number;
          const kept = norm > threshold ? r * (1 - threshold / norm) : 0;
          dual[i] = r - kept;
          data[i] = kept;
        }
      }
    }
  }
  for (const [s] of sets.entries()) {
    for (const { member, groups } of present(places[s], 'places')) {
      const data = dataOf(left, member.parameter);
      for (const [i, group] of groups.entries()) if (dead[s]?.[group] === 1) data[i] = 0;
    }
  }
  return left;
}

function dataOf(parameters: ReadonlyMap<string, ParameterData>, name: string): Float64Array {
  return present(parameters.get(name), `parameter ${name}`).data;
}
