// What sweeps and workers share, and nothing else: what is asked for, who trains what, and what has come of it. Its one
// implementation lies in Redis (redis-board.ts); tests have one in memory.

import type { Job, JobEnd } from '../job.ts';
import type { FileRecord } from '../../run/run-files.ts';

/** What is to be trained, wherever that may be. */
export interface JobRequest extends Pick<Job, 'hash' | 'what' | 'part' | 'main' | 'imported' | 'sparsity' | 'fingerprint'> {
  /** The hash of a run of its dense part. */
  readonly dense?: string | undefined;
}

/** What is there of a run. */
export interface RunState {
  /** That its files go to. */
  readonly step: number;
  /** By name. Their bytes are kept by checksum, with the run or with that of its dense part. */
  readonly files: Readonly<Record<string, FileRecord>>;
  /** Absent: it goes on. */
  readonly end?: Exclude<JobEnd, { readonly kind: 'stopped' }>;
}

export interface Progress {
  /** The last event of its training (`JobEvent`). */
  readonly event: unknown;
  readonly worker: string;
}

export interface WorkerFacts {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  /** Hashes of what it trains. */
  readonly training: readonly string[];
  /** Fingerprints of data that it lacks, and of data that it has. */
  readonly lacks: readonly string[];
  readonly has: readonly string[];
}

export interface SweepFacts {
  readonly id: string;
  readonly host: string;
  readonly file: string;
  readonly done: number;
  readonly total: number;
}

/** A job that is ours as long as its lock is. */
export interface TakenJob {
  readonly request: JobRequest;
  /** Proves that the lock is ours. */
  readonly token: string;
  /** Why nobody is to try it again. */
  readonly givenUp?: string | undefined;
  /** Whether the lock is ours still. */
  readonly renew: () => Promise<boolean>;
  /** It is done with. */
  readonly complete: () => Promise<void>;
  /** To be taken by the next who is free. */
  readonly putBack: () => Promise<void>;
}

export interface Commit {
  readonly hash: string;
  /** Of the job, which has to be ours. Absent: only where nothing is there of the run yet. */
  readonly taken?: TakenJob | undefined;
  readonly state: RunState;
  /** Checksums whose pieces have been written for it, and how many these are. */
  readonly written: ReadonlyMap<string, number>;
  /** Checksums that the run had, and needs no more. */
  readonly dropped: readonly string[];
}

export type Committed = 'done' | 'lost' | 'incomplete' | 'unwanted';

export interface Board {
  /** For messages. */
  readonly shown: string;
  /** What has gone wrong for good, if anything has: everybody stops. */
  readonly fatal: AbortSignal;
  /** Whether anybody has asked for anything. Fails with `queue/version`. @param begin Begin a queue where there is none. */
  readonly admit: (begin: boolean) => Promise<boolean>;
  readonly close: () => Promise<void>;

  /** Keeps what is there of a run, and what comes of it. @param sweep For whom. */
  readonly want: (request: JobRequest, sweep: string) => Promise<void>;
  /** Wants it, and puts it into its queue, where it is not there. */
  readonly ask: (request: JobRequest, sweep: string) => Promise<void>;
  readonly hasJob: (request: JobRequest) => Promise<boolean>;
  readonly stateOf: (hash: string) => Promise<RunState | undefined>;
  /** So that it can be asked for again. */
  readonly forgetEnd: (hash: string) => Promise<void>;
  /** Where nobody else has asked for it, all that is there of a run goes. */
  readonly release: (request: JobRequest, sweep: string) => Promise<void>;
  /** A sweep has ended; with the last one the queue goes. */
  readonly leave: (sweep: string) => Promise<void>;
  /** Hashes of what has ended since, oldest first. @param after What an earlier call has answered; undefined: from now on. */
  readonly news: (after: string | undefined) => Promise<{ readonly after: string; readonly hashes: readonly string[] }>;
  readonly progress: () => Promise<ReadonlyMap<string, Progress>>;

  /** One request for each data that jobs have asked for. */
  readonly dataAsked: () => Promise<readonly JobRequest[]>;
  /** @param fingerprints Of the data that is asked for and here. */
  readonly take: (fingerprints: readonly string[]) => Promise<TakenJob | undefined>;
  readonly tellProgress: (taken: TakenJob, progress: Progress) => Promise<void>;
  /** Writes a piece of a file for a later commit under the same owner. */
  readonly writePiece: (owner: string, sha256: string, index: number, piece: Uint8Array) => Promise<void>;
  /** @param hash Of the run that the file is kept with. */
  readonly readPiece: (hash: string, sha256: string, index: number) => Promise<Uint8Array | undefined>;
  readonly commit: (owner: string, commit: Commit) => Promise<Committed>;

  readonly tellWorker: (facts: WorkerFacts) => Promise<void>;
  readonly forgetWorker: (id: string) => Promise<void>;
  readonly tellSweep: (facts: SweepFacts) => Promise<void>;
  readonly workers: () => Promise<readonly WorkerFacts[]>;
  readonly sweeps: () => Promise<readonly SweepFacts[]>;
  /** How many jobs wait for a worker, and how many have one, by fingerprint of their data. */
  readonly counts: () => Promise<ReadonlyMap<string, { readonly waiting: number; readonly taken: number }>>;
}
