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
import { groupOfElements } from '../group-of-elements.ts';

/**
 * @param sets In the order of {@link groupSets}.
 * @param rate The step's learning rate, eta.
 * @returns All parameters, those of the sets replaced.
 */
export function proximalMap(sets: readonly GroupSet[], parameters: ReadonlyMap<string, ParameterData>, rate: number): ReadonlyMap<string, ParameterData> {
  const shrunk = new Map(parameters);
  for (const set of sets) {
    const threshold = rate * set.penalty.strength * set.factor;
    const scales = norms(set, shrunk).map((norm) => (norm > threshold ? 1 - threshold / norm : 0));
    for (const member of set.members) {
      const { shape, data } = present(shrunk.get(member.parameter), `parameter ${member.parameter}`);
      const groups = groupOfElements(member);
      shrunk.set(member.parameter, { shape, data: data.map((w, element) => w * (scales[groups[element] as number] as number)) });
    }
  }
  return shrunk;
}
