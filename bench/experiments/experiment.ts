// What an experiment is: rows that the papers have published beside rows of ours, each a mean over seeds.

/** What is trained, once a seed. */
export interface Setting {
  /** A file of the folder of programs, without `.ssl`. */
  readonly program: string;
  /** Its `sparsity` block, where it has several. */
  readonly sparsity?: string;
  /** Of its constants. */
  readonly values?: Readonly<Record<string, number>>;
}

/** What a network may have left, at most. */
export interface Limit {
  readonly of: Size;
  readonly most: number;
}

/** Multiply-accumulates of one sample, all and those of convolutions; weights without biases. */
export type Size = 'macs' | 'convMacs' | 'weights';

/** Of pictures: each has the same colour and mark in all of them. The dense network is a line across. */
export const curves = { lasso: 'group lasso', admm: 'ADMM', magnitude: 'magnitude at once', thin: 'thin from scratch', published: 'published', dense: 'dense, trained as long' } as const;

export type CurveName = (typeof curves)[keyof typeof curves];

export const sizeNames: Readonly<Record<Size, string>> = { macs: 'MACs', convMacs: 'MACs of convolutions', weights: 'weights' };

/** A row of ours. */
export interface Entry {
  readonly label: string;
  /**
   * Several are candidates. Of those that are within the limit, the one with the smallest held-out error counts; the test
   * errors of the others are looked at by nobody.
   */
  readonly settings: readonly [Setting, ...Setting[]];
  readonly limit?: Limit;
  /** The phase that the row is of; that of the run's result unless given. */
  readonly phase?: string;
  /** Of the picture, where the row is in it. */
  readonly curve?: CurveName;
}

export interface Mean {
  readonly mean: number;
  /** Standard deviation of one run, by n - 1; absent of one run, and where a paper has none. */
  readonly sd?: number;
}

export interface LayerRow {
  readonly name: string;
  /** What is left, by structure, and of how many: means over seeds. */
  readonly kept: Readonly<Record<string, readonly [kept: number, of: number]>>;
  readonly macs?: number;
  /** Of the compacted layer alone, one thread, from the run of the first seed. */
  readonly ms?: number;
  /** How many times as long the dense layer takes. */
  readonly speedup?: number;
}

export interface Row {
  readonly label: string;
  /** How many runs it is the mean of; 0 of a paper that does not say. */
  readonly seeds: number;
  /** Share of the test set. */
  readonly error?: Mean;
  readonly macs?: number;
  readonly convMacs?: number;
  readonly weights?: number;
  readonly layers: readonly LayerRow[];
  /** Of the picture, where the row is in it. */
  readonly curve?: CurveName;
  /** What else a reader has to know. */
  readonly note?: string;
}

/** A candidate of an entry that was chosen by held-out error. */
export interface CandidateRow {
  readonly entry: string;
  readonly setting: string;
  readonly heldOut: Mean;
  readonly size: number;
  readonly fits: boolean;
  readonly chosen: boolean;
}

export interface Outcome {
  readonly published: readonly Row[];
  readonly ours: readonly Row[];
  readonly candidates: readonly CandidateRow[];
  /** What the rows say, in sentences. */
  readonly findings?: readonly string[];
  /** Files beside the result, by name. */
  readonly pictures?: Readonly<Record<string, string>>;
}

/** @returns undefined where it was stopped; the same command goes on. */
export type Measure = (context: ExperimentContext) => Promise<Outcome | undefined>;

export interface ExperimentContext {
  /** The folder of the programs that settings name. */
  readonly programs: string;
  /** The folder of results, with what is known of earlier runs. */
  readonly results: string;
  readonly seeds: readonly number[];
  /** Where runs are kept. */
  readonly out: string;
  readonly data: string | undefined;
  readonly workers: number | undefined;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

export interface Experiment {
  readonly name: string;
  /** It times networks of random weights: seeds say nothing. */
  readonly trainsNothing?: true;
  readonly doc: string;
  readonly measure: Measure;
}
