// What a report tells of a run: the numbers of its page, which stand in the page too, as JSON.

import type { Shape } from '../base/tensor.ts';
import type { BudgetMeasure } from '../ir/network.ts';
import type { BeforeAfter, Kept } from '../sparsity/structure-report.ts';
import type { LineCount } from '../sparsity/zero-lines.ts';
import type { OfTask } from '../train/tasks/index.ts';

export interface ReportData extends OfTask {
  /** Raised when a field changes its meaning or goes. */
  readonly format: 1;
  readonly network: string;
  readonly dataset: string;
  /** Absent: the run has come to its end. */
  readonly unfinished?: Unfinished;
  /** What is wrong with the result, the worst first. */
  readonly findings: readonly ReportFinding[];
  /** Whether the network answers at all; if not, nothing that it saves is an achievement. */
  readonly answers: boolean;
  /** What else a reader should know, such as settings that are not those of the source. */
  readonly notes: readonly string[];
  /** In the order in which they ran, or will. */
  readonly phases: readonly PhaseCourse[];
  /** What each `alive` of an epoch counts. */
  readonly groups: readonly PenalisedGroups[];
  /** Of a run whose penalties share a budget of the whole network. */
  readonly shared?: BudgetShares;
  /** Of a run that has searched strengths for a budget of the whole network, or still does. */
  readonly search?: StrengthSearch;
  /** Absent of a run that is unfinished, as all below but `origin`. */
  readonly result?: RunResult;
  /** Layers with windows that read the input itself. */
  readonly filters: readonly FilterPictures[];
  /** Absent where some reader of the input needs more than single numbers. */
  readonly inputs?: InputConnections;
  /** Those with weights, in the order of the graph. */
  readonly layers: readonly LayerCourse[];
  readonly evaluation?: TestAnswers | TestSquares;
  /** Absent: it was not measured. */
  readonly timing?: MeasuredTimes;
  readonly origin: Origin;
}

/** What each penalty was given of a budget, and what was tried for it. */
export interface BudgetShares {
  /** As the language writes it: `30% of macs`. */
  readonly budget: string;
  readonly of: BudgetMeasure;
  readonly whole: number;
  readonly reached: number;
  /** `tried`: the loss on the held-out samples with so many groups of the layer; null where it is no finite number. */
  readonly layers: readonly { readonly layer: string; readonly structure: string; readonly kept: number; readonly total: number; readonly tried: readonly { readonly kept: number; readonly loss: number | null }[] }[];
}

/** Factors of all strengths that were tried. */
export interface StrengthSearch {
  /** As the language writes it: `30% of macs`. */
  readonly budget: string;
  readonly of: BudgetMeasure;
  /** What the whole network has, and the most that may be left. */
  readonly whole: number;
  readonly limit: number;
  /** `heldOut`: the error on the held-out samples. */
  readonly attempts: readonly { readonly factor: number; readonly reached: number; readonly isAlive: boolean; readonly heldOut?: number }[];
  /** The position of the one that the run went on with; absent: it has not ended. */
  readonly chosen?: number;
}

/** Where a run stands. */
export interface Unfinished {
  readonly phase: string;
  /** The next step, of `totalSteps` where an epoch has ended. */
  readonly step: number;
  readonly totalSteps?: number;
}

export interface ReportFinding {
  readonly code: string;
  readonly message: string;
  readonly help: string;
}

export interface PhaseCourse {
  readonly name: string;
  /** It trains the dense network on, to compare with. */
  readonly compares: boolean;
  /** Epochs that its weights have had in it, to its end as planned where that has not come; and those behind its start. */
  readonly epochs: number;
  readonly behind: number;
  /** Where it has ended otherwise than after all its epochs with the weights of the last. */
  readonly ending?: PhaseEnding;
  /** At its end, where that has come. */
  readonly testError?: number;
  readonly heldOutError?: number;
  readonly course: readonly EpochPoint[];
}

export interface PhaseEnding {
  readonly planned: number;
  /** Epochs that it has trained. */
  readonly ran: number;
  /** It has ended with the weights of its best epoch. */
  readonly keptBest: boolean;
}

export interface EpochPoint {
  /** From 1. */
  readonly epoch: number;
  /** Mean over the epoch; null where it is no finite number. */
  readonly loss: number | null;
  /** Of the training samples, as the weights went by. */
  readonly error: number;
  readonly heldOut?: { readonly loss: number | null; readonly error: number };
  /** Groups that are not zero, in the order of `ReportData.groups`. */
  readonly alive: readonly number[];
  /** Of a method that has any, by layer: distances of its weights from what they are split into. */
  readonly residuals?: readonly { readonly layer: string; readonly primal: number; readonly dual: number }[];
}

export interface PenalisedGroups {
  readonly layer: string;
  readonly structure: string;
  readonly total: number;
  readonly strength?: number;
}

export interface RunResult {
  /** Phases: whose weights the run has, and that of the comparison. */
  readonly product: string;
  readonly control?: string;
  /** The test error of always answering the same: the most frequent class, or the mean. */
  readonly chance: number;
  readonly seconds: number;
  /** Multiply-accumulates of one sample, of all layers and of convolutions alone. */
  readonly macs: BeforeAfter;
  readonly convMacs: BeforeAfter;
  /** Without biases. */
  readonly weights: BeforeAfter;
  /** Of all parameters as f32. */
  readonly bytes: BeforeAfter;
}

export interface FilterPictures {
  readonly layer: string;
  /** Of a picture. Channels: 1 grey, 3 colour; of any other number the norm over the channels is shown. */
  readonly rows: number;
  readonly columns: number;
  readonly channels: 1 | 3;
  readonly normed: boolean;
  /** Filters there are; no more than 256 are shown. */
  readonly total: number;
  /** Absent: there is no earlier phase to compare with. */
  readonly before?: FilterBank;
  readonly after: FilterBank;
}

export interface FilterBank {
  /** When the weights were these: `after baseline`. */
  readonly when: string;
  /** The weight that a level of 127 stands for. */
  readonly largest: number;
  /** One list a filter, [row, column, channel] row-major, from -127 to 127; null: it is zero. */
  readonly levels: readonly (readonly number[] | null)[];
}

export interface InputConnections {
  /** CHW, or features. */
  readonly shape: Shape;
  readonly used: number;
  /** Weights that are not zero and read each number of the input, row-major. */
  readonly connections: readonly number[];
}

export interface LayerCourse {
  readonly name: string;
  readonly op: string;
  /** Of the result for one sample; absent: nothing of the layer is left. */
  readonly shape: { readonly dense: Shape; readonly compacted?: Shape };
  /** Rows and columns of the weight as a matrix, and how many of them are zero at the end of training. */
  readonly rows: LineCount;
  readonly columns: LineCount;
  readonly weights: Kept;
  readonly macs: Kept;
  /** Of the layer's own parameters as f32. */
  readonly bytes: BeforeAfter;
}

/** Of the compacted module, on the test set. */
export interface TestAnswers {
  readonly samples: number;
  readonly wrong: number;
  readonly error: number;
  readonly unanswered: number;
  readonly classes: readonly ClassAnswers[];
  /** `[class, answer, samples]`, by their positions, where there is a sample. */
  readonly confusion: readonly (readonly [truth: number, answer: number, samples: number])[];
}

/** The same of a network that answers with numbers. */
export interface TestSquares {
  readonly samples: number;
  /** Mean squared error, and its root. */
  readonly error: number;
  readonly root: number;
  readonly unanswered: number;
  /** Of a short list of numbers, each. */
  readonly outputs?: readonly { readonly name: string; readonly error: number }[];
}

export interface ClassAnswers {
  readonly name: string;
  readonly samples: number;
  readonly wrong: number;
}

/** In microseconds a sample. */
export interface MeasuredTimes {
  readonly processor: string;
  readonly runtime: string;
  /** ISO 8601, day alone. */
  readonly date: string;
  readonly target: string;
  readonly layers: readonly LayerTimes[];
  readonly whole: BeforeAfter;
}

export interface LayerTimes {
  readonly name: string;
  readonly dense: number;
  /** Absent where nothing of the layer is left. */
  readonly compacted?: number;
}

export interface Origin {
  readonly compiler: string;
  /** The main one first; paths from its folder. */
  readonly sources: readonly { readonly path: string; readonly text: string }[];
  /** SHA-256 in hex. */
  readonly sourceHash: string;
  readonly weightsHash?: string;
  readonly dataHash?: string;
  readonly seed?: number;
  /** Of the source, where the run has another. */
  readonly writtenSeed?: number;
  /** The name of the `sparsity` block that counted, where it has one. */
  readonly sparsity?: string;
  /** What was done with the samples before they were trained on, in words. */
  readonly samples: readonly (readonly [name: string, value: string])[];
  /** What the run began with, where not all was drawn from the seed. */
  readonly initial?: { readonly from: string; readonly sha256: string };
}
