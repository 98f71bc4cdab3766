// Every tiling of a nest: each way to see it as a contraction, each register tile, each unrolling of its loop.

import type { TargetMachine } from '../../ir/kernel.ts';
import type { Domain } from '../accesses/domain.ts';
import type { Candidate } from '../schedule/schedule.ts';
import { contractionsOf, trimOf } from './contraction.ts';
import { isByTable } from './steps.ts';
import { cyclesOf, tilesOf } from './tile.ts';

/** Unrollings beside the machine's own. */
const unrollings = [1, 2, 4, 8];

/** The model does not know what unrolling gains: of equal cost, the machine's own comes first. */
export function tileCandidates(domain: Domain, machine: TargetMachine): readonly Candidate[] {
  return contractionsOf(domain, machine).flatMap((contraction) => {
    const { vectorAxis, vectors, tileAxis, points, steps } = contraction;
    const share = trimOf(domain, contraction, machine.unroll)?.share ?? 1;
    const unrolls = isByTable(steps) ? [machine.unroll, ...unrollings.filter((unroll) => unroll !== machine.unroll)] : [undefined];
    return tilesOf(points, vectors, machine).flatMap((tile) => {
      const cost = (cyclesOf(tile, points, vectors, steps.count, machine.costs) / (points * vectors)) * share;
      return unrolls.map((unroll): Candidate => ({ schedule: { kind: 'tile', vectorAxis, vectors: tile.vectors, tileAxis, points: tile.points, unroll }, cost, contraction }));
    });
  });
}
