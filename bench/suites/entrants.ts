// One case of a suite of peers: who takes part, and the rows of what came of it.

import type { Program } from '../../src/ir/graph.ts';
import { contest } from '../contest.ts';
import type { Contested } from '../contest.ts';
import { defaultMeasureOptions } from '../measure.ts';
import type { Peer } from '../peers/peer.ts';
import { formatTimes } from '../report.ts';
import type { Row } from '../report.ts';
import type { Suite, SuiteContext } from '../suite.ts';

/** What a candidate is given of one case. */
export interface Given {
  /** As it is deployed: simplified, or compacted. */
  readonly program: Program;
  /** CHW. */
  readonly input: Float32Array;
  /** Operations of the network it is given, two a multiply-add. */
  readonly flops: number;
}

export interface Entrant extends Given {
  readonly peer: Peer;
  /** Its own output, where it computes another network than the others. */
  readonly reference?: Float64Array;
  /** One, unless it says otherwise. */
  readonly threads?: number;
}

export const progressHeading = 'milliseconds; in brackets how many of the 20 turns taken ran undisturbed, and how many times as long as the first, by rounds';

/** The first of the entrants is what the others are told in times of. */
export async function compareEntrants(name: string, entrants: readonly Entrant[], reference: Float64Array, context: SuiteContext): Promise<readonly Row[]> {
  const contestants = entrants.map(({ peer, program, input, reference: own }) => ({ name: peer.name, prepare: () => peer.prepare(program, input), ...(own && { reference: own }) }));
  const contested = await contest(name, contestants, reference, { ...defaultMeasureOptions, sentinels: context.sentinels, quietMs: context.quietMs });
  return rowsOf(name, contested, entrants.map(({ flops }) => flops), context).map((row, i) => ({ ...row, threads: entrants[i]?.threads ?? 1 }));
}

/** The rows of one case, told as progress. */
export function rowsOf(name: string, contested: readonly Contested[], flops: readonly number[], { progress }: Pick<SuiteContext, 'progress'>): readonly Row[] {
  const rows = contested.map(({ name: candidate, ms, clean, times, ...sizes }, index): Row => ({
    case: name,
    candidate,
    threads: 1,
    ms,
    gflops: (flops[index] ?? NaN) / ms / 1e6,
    clean,
    ...(index > 0 && { times }),
    ...sizes,
  }));
  const summary = rows.map((row) => `${row.candidate} ${row.ms.toPrecision(3)} (${row.clean}) ${formatTimes(row)}`.trimEnd());
  progress(`${name}: ${summary.join(', ')}`);
  return rows;
}

/** npm packages of the candidates asked for. */
export function packagesOf(peers: readonly Pick<Peer, 'name' | 'packageName'>[]): Suite['packages'] {
  return ({ wantsCandidate }) => peers.flatMap(({ name, packageName }) => (packageName !== undefined && wantsCandidate(name) ? [packageName] : []));
}
