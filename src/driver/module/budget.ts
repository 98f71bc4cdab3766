// Whether a run keeps to a budget of time on this machine, and which layers spend it.

import type { BenchReport } from './bench.ts';

export interface Budget {
  readonly milliseconds: number;
  /** One call of `net.run` takes no longer. */
  readonly met: boolean;
  /** Layers of the compacted network, the longest first. */
  readonly layers: readonly { readonly name: string; readonly microseconds: number }[];
  /**
   * What is left of the call: layers without weights, and copies in and out. 0 where the layers, each timed alone, come to
   * more than the whole.
   */
  readonly others: number;
}

export function budgetOf({ layers, call }: BenchReport, milliseconds: number): Budget {
  const spent = layers.flatMap(({ name, compacted }) => (compacted ? [{ name, microseconds: compacted.microseconds }] : []));
  return {
    milliseconds,
    met: call <= 1000 * milliseconds,
    layers: spent.toSorted((a, b) => b.microseconds - a.microseconds),
    others: Math.max(0, spent.reduce((rest, { microseconds }) => rest - microseconds, call)),
  };
}
