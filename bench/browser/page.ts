// The page's side of suite `browser`: the same contest and the same statistics as in Node, beside sentinels of its own.

import { contest } from '../contest.ts';
import type { Contested } from '../contest.ts';
import { systemClock } from '../measure.ts';
import type { Sentinel } from '../measure.ts';
import { bestRate, compileLoops, instantiatePeakLoop, pagePeakRounds, peakSpans, sentinelsOf } from '../peak-loop.ts';
import type { CompiledLoops, LoopBytes } from '../peak-loop.ts';
import type { ThreadPeaks } from '../report.ts';
import { unpack } from './packed.ts';
import { prepareEntrant } from './page-peers.ts';
import type { PageCase } from './parts.ts';

/** Of the whole suite: a case measured on a busy core must not set its own standard. */
let sentinels: readonly Sentinel[] = [];
let loops: CompiledLoops;

export async function start(address: string): Promise<void> {
  loops = compileLoops((await fetchPacked(address)) as LoopBytes);
  sentinels = sentinelsOf(loops.strict);
}

export function peaks(): ThreadPeaks {
  const { strict, relaxed } = loops;
  return { strict: peakOf(strict), ...(relaxed && { relaxed: peakOf(relaxed) }) };
}

function peakOf(module: WebAssembly.Module): number {
  return bestRate([peakSpans(instantiatePeakLoop(module), pagePeakRounds)], pagePeakRounds);
}

export async function runCase(address: string): Promise<readonly Contested[]> {
  const { name, entrants, reference, effort } = (await fetchPacked(address)) as PageCase;
  const contestants = entrants.map((entrant) => ({ name: entrant.name, prepare: () => prepareEntrant(entrant) }));
  return contest(name, contestants, reference, { ...effort, clock: systemClock, sentinels });
}

async function fetchPacked(address: string): Promise<unknown> {
  const response = await fetch(address);
  return unpack(new Uint8Array(await response.arrayBuffer()));
}
