// How long a run of the module takes that came of pruning: loaded as its users load it, in a process of its own.

import type { Network } from '../../ir/network.ts';
import { randomInputs } from '../build/random-input.ts';
import { startModule } from '../module/module-process.ts';
import { findModule } from '../module/shipped-module.ts';
import { leastTime } from './least-time.ts';

/** In milliseconds, of one that may take so long: loading it, and all runs that it is timed by. */
const patience = 600_000;

/** What a budget of time has led to. */
export interface TimedModule {
  /** Milliseconds that a run may take. */
  readonly milliseconds: number;
  /** The share of the MACs that has been found for it. */
  readonly percent: number;
  /** Milliseconds that a run takes. */
  readonly measured: number;
  readonly met: boolean;
}

/**
 * @param folder Of a module of one sample a run.
 * @param network That it is of.
 * @throws DiagnosticError `module/*`, `file/*`
 */
export async function timeModule(folder: string, { graph }: Network, { milliseconds, percent }: Pick<TimedModule, 'milliseconds' | 'percent'>): Promise<TimedModule> {
  const given = [...randomInputs(graph, 1)].map(([name, { data }]) => [name, Float32Array.from(data)] as const);
  const net = await startModule(findModule(folder), patience);
  try {
    const measured = await leastTime(async () => (await net.time(given, patience)) / 1000, milliseconds);
    return { milliseconds, percent, measured, met: measured <= milliseconds };
  } finally {
    await net.close();
  }
}
