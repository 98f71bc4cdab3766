// What a worker is asked to train, and what it answers. All of it is data, which can go from process to process.

import type { Diagnostic, DiagnosticError } from '../../base/diagnostic.ts';
import type { Source } from '../../base/span.ts';
import type { TrainEvent } from '../run/run-events.ts';

export interface Job {
  /** Of what makes the run the run that it is (run-identity.ts). */
  readonly hash: string;
  /** What people call it: its values. */
  readonly what: string;
  /** The folder of the run. */
  readonly out: string;
  readonly main: Source;
  /** By path from the main source. */
  readonly imported: readonly (readonly [path: string, source: Source])[];
  readonly sparsity?: string | undefined;
  /** Of the data that it trains on (run-data.ts). */
  readonly fingerprint: string;
  /** Where data sets are looked for first. */
  readonly data?: string | undefined;
  /** Train the dense part of the program (dense-part.ts), and no more. */
  readonly part: 'whole' | 'dense';
  /** A run of the dense part, and its folder. */
  readonly dense?: { readonly hash: string; readonly out: string } | undefined;
}

/** A diagnostic without its place. */
export type Fault = Pick<Diagnostic, 'code' | 'message' | 'help'>;

export type JobEnd =
  | { readonly kind: 'finished' }
  /** It was asked to stop, and has a checkpoint. */
  | { readonly kind: 'stopped' }
  /** It goes on once the run of its dense part has ended. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'failed'; readonly faults: readonly Fault[] }
  /** Its worker ended without an answer. */
  | { readonly kind: 'lost'; readonly why: string };

/** Before the first step of a session a worker has nothing to tell that others need. */
export type JobEvent = Exclude<TrainEvent, { readonly kind: 'begin' }>;

/** Trains a job somewhere. It rejects for bugs alone. */
export type TrainJob = (job: Job, onEvent: (event: JobEvent) => void, stop: AbortSignal) => Promise<JobEnd>;

export function faultsOf({ diagnostics }: DiagnosticError): readonly Fault[] {
  return diagnostics.map(({ code, message, help }) => ({ code, message, ...(help !== undefined && { help }) }));
}
