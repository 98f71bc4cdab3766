// All schedules that fit a nest, and the one that is chosen where nobody says otherwise.

import { invariant } from '../../base/invariant.ts';
import type { TargetMachine } from '../../ir/kernel.ts';
import type { Domain } from '../accesses/domain.ts';
import { tileCandidates } from '../contraction/tile-candidates.ts';
import { sparseCandidates } from '../sparse/sparse-candidates.ts';
import { isScatter, sweepCandidates } from '../sweep/sweep-candidates.ts';
import type { Candidate } from './schedule.ts';

export function candidatesOf(domain: Domain, machine: TargetMachine): readonly Candidate[] {
  const { nest } = domain;
  invariant(!isScatter(nest) || ((nest.combine === 'store' || nest.initial === 'keep') && !nest.finish), 'a scatter adds to what is there');
  return [...tileCandidates(domain, machine), ...sparseCandidates(domain, machine), ...sweepCandidates(domain, machine)];
}

export function tilesAmong(candidates: readonly Candidate[]): readonly Candidate[] {
  return candidates.filter(({ schedule }) => schedule.kind !== 'sweep');
}

/** The one of least cost, of several the first; tiles first: sums of products gain by them wherever they can have them. */
export function cheapest(candidates: readonly Candidate[]): Candidate | undefined {
  const tilings = tilesAmong(candidates);
  const [first, ...others] = tilings.length > 0 ? tilings : candidates;
  return first && others.reduce((best, each) => (each.cost < best.cost ? each : best), first);
}
