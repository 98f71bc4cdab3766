// A suite, measured: its rows, and the machine that they are of.

import { availableParallelism } from 'node:os';
import { matchesGlob } from 'node:path';
import { processorHere } from '../src/driver/module/processor.ts';
import { installLocked, installedVersions } from './install.ts';
import { compileLoops, sentinelsOf } from './peak-loop.ts';
import { largerPeaks, measurePeaks, peakLoopBytes } from './peak.ts';
import type { Result } from './report.ts';
import type { Suite, SuiteContext } from './suite.ts';

export interface SuiteRequest {
  readonly suite: Suite;
  readonly candidates: readonly string[];
  /** A glob; undefined: all. */
  readonly cases: string | undefined;
  readonly quietMs: number;
}

export async function runSuite({ suite, candidates, cases, quietMs }: SuiteRequest, progress: SuiteContext['progress']): Promise<Result> {
  const { brand, core } = processorHere();
  const loops = compileLoops(await peakLoopBytes());
  const context: SuiteContext = {
    wantsCase: (name) => cases === undefined || matchesGlob(name, cases),
    wantsCandidate: (name) => candidates.includes(name),
    sentinels: sentinelsOf(loops.strict),
    quietMs,
    progress,
  };
  const packages = suite.packages(context);
  if (packages.length > 0) installLocked(import.meta.dirname, () => progress('installing the peers (about 500 MB)'));
  const before = await measurePeaks(loops);
  const { rows, engine } = await suite.run(context);
  const { strict, relaxed } = largerPeaks(before, await measurePeaks(loops));
  return {
    suite: suite.name,
    machine: {
      cpu: brand,
      core,
      threads: availableParallelism(),
      node: process.versions.node,
      peakGflops: strict,
      ...(relaxed !== undefined && { relaxedPeakGflops: relaxed }),
    },
    ...(engine && { engine }),
    peers: installedVersions(packages),
    rows,
  };
}
