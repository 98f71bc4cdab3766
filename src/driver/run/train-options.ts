// How a run is asked for, and what it answers.

import type { InitRequest } from '../weights/initial-weights.ts';
import type { TrainEvent } from './run-events.ts';
import type { RunSummary } from './run-summary.ts';
import type { Scan } from '../../sparsity/shares.ts';

/** Of what runs the steps (engines.ts). */
export type EngineName = 'wasm' | 'tfjs';

export interface TrainOptions {
  /** Folder of the run. It is made; it must be empty or not exist, except with `resume`. */
  readonly out: string;
  /**
   * Worker threads at most: 8 unless given, never more than the machine runs at once, and no more of them take part
   * than the work of a step is worth. Results do not depend on it.
   */
  readonly threads?: number | undefined;
  /** What runs the steps: emitted code unless given. A run goes on under the engine that it was begun with. */
  readonly engine?: EngineName | undefined;
  /** Go on with the run in `out`. */
  readonly resume?: boolean | undefined;
  /**
   * Weights to begin with: the folder of a run, or a .safetensors file; all that fits by name and shape is taken. A run
   * that goes on needs them no more; given again, they must be the same.
   */
  readonly init?: string | InitRequest | undefined;
  readonly onProgress?: ((event: TrainEvent) => void) | undefined;
  /** Called when much memory has just been let go, for a process that can collect it. */
  readonly tidy?: (() => void) | undefined;
  /** Stops the run at a step boundary, after a checkpoint. */
  readonly signal?: AbortSignal | undefined;
}

/** What other commands ask of a run beside that. */
export interface RunOptions extends TrainOptions {
  /**
   * The folder of a run of the program's dense part (dense-part.ts), begun at least: its phases are taken from there. Where it
   * has not come to the end of one, this run is interrupted there, and goes on with `resume`.
   */
  readonly dense?: string | undefined;
  /** What a scan of the same network, weights and data has found (scan-model.ts): the run makes none of its own. */
  readonly scan?: Scan | undefined;
}

export type TrainResult =
  | { readonly status: 'finished'; readonly summary: RunSummary }
  /** Stopped by `signal`; `step` of `totalSteps` are done. */
  | { readonly status: 'interrupted'; readonly step: number; readonly totalSteps: number };
