// One case of a suite of peers: all candidates made ready, compared with a float64 value, and timed side by side.

import { invariant } from '../../src/base/invariant.ts';
import type { Program } from '../../src/ir/graph.ts';
import { defaultMeasureOptions, measure } from '../measure.ts';
import type { Peer, PreparedRun } from '../peers/peer.ts';
import { relativeDifference } from '../reference.ts';
import { formatTimes } from '../report.ts';
import type { Row } from '../report.ts';
import type { Suite, SuiteContext } from '../suite.ts';

/** A candidate of one case, and what it is given. */
export interface Entrant {
  readonly peer: Peer;
  /** As it is deployed: simplified, or compacted. */
  readonly program: Program;
  /** CHW. */
  readonly input: Float32Array;
  /** Operations of the network it is given, two a multiply-add. */
  readonly flops: number;
}

/** f32 sums of a few thousand products in any order agree far better than this. */
const AGREEMENT = 1e-3;

export const progressHeading = 'milliseconds; in brackets how many of the 20 turns taken ran undisturbed, and how many times as long as the first, by rounds';

/** The first of the entrants is what the others are told in times of. */
export async function compareEntrants(name: string, entrants: readonly Entrant[], reference: Float64Array, context: SuiteContext): Promise<readonly Row[]> {
  const ready: PreparedRun[] = [];
  try {
    for (const { peer, program, input } of entrants) {
      const prepared = await peer.prepare(program, input);
      ready.push(prepared);
      await prepared.run();
      const difference = relativeDifference(prepared.output(), reference);
      invariant(difference <= AGREEMENT, () => `${name}: ${peer.name} is off by ${difference} of the largest value`);
    }
    const candidates = entrants.map(({ peer }, index) => ({ name: peer.name, run: ready[index]?.run ?? (() => {}) }));
    const measured = await measure(candidates, { ...defaultMeasureOptions, sentinels: context.sentinels, quietMs: context.quietMs });
    const rows = measured.map(({ ms, clean, times }, index): Row => {
      const { peer, flops } = entrants[index] as Entrant;
      const { bytes, gzipBytes } = ready[index] as PreparedRun;
      return {
        case: name,
        candidate: peer.name,
        threads: 1,
        ms,
        gflops: flops / ms / 1e6,
        clean,
        ...(index > 0 && { times }),
        ...(bytes !== undefined && { bytes }),
        ...(gzipBytes !== undefined && { gzipBytes }),
      };
    });
    const summary = rows.map((row) => `${row.candidate} ${row.ms.toPrecision(3)} (${row.clean}) ${formatTimes(row)}`.trimEnd());
    context.progress(`${name}: ${summary.join(', ')}`);
    return rows;
  } finally {
    for (const { release } of ready) await release();
  }
}

/** npm packages of the candidates asked for. */
export function packagesOf(peers: readonly Peer[]): Suite['packages'] {
  return ({ wantsCandidate }) => peers.flatMap((peer) => (peer.packageName !== undefined && wantsCandidate(peer.name) ? [peer.packageName] : []));
}
