// What every candidate looks like to a suite.

import type { Program } from '../../src/ir/graph.ts';

/** One network made ready on one candidate. */
export interface PreparedRun {
  /**
   * One inference: the input copied in, the output copied out. This is what is timed. Where the network is a
   * layer alone, both are in the candidate's own layout, since inside a network nothing would be transposed.
   */
  readonly run: () => void | Promise<void>;
  /** What the last run gave, CHW. Not timed. */
  readonly output: () => Float32Array;
  /** Size of the emitted code and weights, where the candidate emits any. */
  readonly bytes?: number;
  readonly gzipBytes?: number;
  readonly release: () => void | Promise<void>;
}

export interface Peer {
  readonly name: string;
  /** The npm package it comes from; absent for our own. */
  readonly packageName?: string;
  /**
   * @param program As it is deployed: simplified, or compacted.
   * @param input CHW.
   */
  readonly prepare: (program: Program, input: Float32Array) => Promise<PreparedRun>;
}
