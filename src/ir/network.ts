// What a checked `.ssl` file means: a network, the structure it may lose, and how it is trained.

import { invariant } from '../base/invariant.ts';
import { sizeOf } from '../base/tensor.ts';
import type { Shape } from '../base/tensor.ts';
import type { SourceSet } from '../base/source-set.ts';
import type { Span } from '../base/span.ts';
import type { Graph } from './graph.ts';
import type { ParameterSpec } from './parameter-spec.ts';
import type { StructureArguments, StructureKind } from './structure.ts';

export type { StructureKind } from './structure.ts';

/** A parameter tensor of a network. Its name is `layer.suffix`. */
export interface Parameter extends ParameterSpec {
  readonly name: string;
  readonly layer: string;
}

/** One entry a channel; or the name of the parameter that a run measures. */
export type InputStatistic = readonly number[] | { readonly measured: string };

export interface Normalization {
  readonly mean: InputStatistic;
  readonly deviation: InputStatistic;
}

export interface Network {
  readonly name: string;
  /** The forward graph for one sample: inputs `[1, ...]`, inference semantics. */
  readonly graph: Graph;
  readonly parameters: readonly Parameter[];
  readonly inputs: readonly NetworkInput[];
  readonly outputs: readonly NetworkOutput[];
  /** What the numbers of its output stand for, where it has one of rank 1. */
  readonly labels?: readonly string[];
}

export interface NetworkInput {
  /** That of its leaf in the graph. */
  readonly name: string;
  /** One sample, without the batch axis: CHW, or features. */
  readonly shape: Shape;
  /** `(x - mean[c]) / deviation[c]` applied to every sample; absent: as it comes. */
  readonly normalization?: Normalization;
}

export interface NetworkOutput {
  /** That of the graph's output. */
  readonly name: string;
  /** Of one sample, without the batch axis. */
  readonly shape: Shape;
}

/** The input of a network that has one: what a data set is fed to. */
export function onlyInput({ name, inputs }: Network): NetworkInput {
  return only(inputs, `inputs of ${name}`);
}

/** The output of a network that has one: what a loss is of. */
export function onlyOutput({ name, outputs }: Network): NetworkOutput {
  return only(outputs, `outputs of ${name}`);
}

function only<T>([first, ...others]: readonly T[], what: string): T {
  invariant(first !== undefined && others.length === 0, () => `${others.length + 1} ${what}`);
  return first;
}

/** A network as data sees it: what a sample is, and what it is answered with. */
export interface DataInterface {
  readonly inputShape: Shape;
  /** 0 where it answers with numbers, `targetShape` of them. */
  readonly classes: number;
  readonly targetShape?: Shape;
  readonly labels?: readonly string[];
  readonly normalization?: Normalization;
}

/** Whether it has one output, of a score a class. */
export function isClassifier({ outputs: [output, ...others] }: Pick<Network, 'outputs'>): boolean {
  return output?.shape.length === 1 && others.length === 0;
}

/** As a task says it (train/tasks). */
interface Answering {
  /** With a class, else with numbers. */
  readonly classes: boolean;
}

/** What a network is answered with, by the shape of its output. */
export function answeredBy(output: Shape, { classes }: Answering): Pick<DataInterface, 'classes' | 'targetShape'> {
  return classes ? { classes: sizeOf(output) } : { classes: 0, targetShape: output };
}

/** Of a network with one input and one output. */
export function dataInterfaceOf(network: Network, task: Answering = { classes: true }): DataInterface {
  const { shape, normalization } = onlyInput(network);
  const { labels } = network;
  return { inputShape: shape, ...answeredBy(onlyOutput(network).shape, task), ...(labels && { labels }), ...(normalization && { normalization }) };
}

/** Which groups a penalty is of: one structure of one layer. */
interface PenaltyPlace {
  readonly structure: StructureKind;
  /** Those that the structure wants; absent: none. */
  readonly arguments?: StructureArguments;
  readonly layer: string;
  readonly span: Span;
}

/** Group Lasso: the norms of the groups, each times lambda * weight(g). */
export interface LassoPenalty extends PenaltyPlace {
  readonly kind: 'lasso';
  /** lambda */
  readonly strength: number;
  /** weight(g): 1, or sqrt(|g|). */
  readonly weighting: 'one' | 'sqrt_size';
}

/** A budget of groups: 0 where no more than these are not zero, and infinite beyond. */
export interface BudgetPenalty extends PenaltyPlace {
  readonly kind: 'budget';
  /** `shared`: what the sensitivity of its layer gives it of `Model.total`. */
  readonly keep: KeptGroups | 'shared';
}

/** So many groups, or per cent of all (sparsity/kept-count.ts). */
export type KeptGroups = { readonly groups: number } | { readonly percent: number };

export type Penalty = LassoPenalty | BudgetPenalty;

/** What is to be left of a whole network, at most: per cent of what it has dense, or so many bytes. */
export type NetworkBudget = { readonly percent: number; readonly of: Exclude<BudgetMeasure, 'bytes'> } | { readonly bytes: number; readonly of: 'bytes' };

/**
 * Of weights those that are not zero count; `conv_*`: of the convolutions alone. Bytes are those of all parameters as f32,
 * zeros and biases included.
 */
export type BudgetMeasure = 'macs' | 'weights' | 'conv_macs' | 'conv_weights' | 'bytes';

/** How penalties bring groups to zero (train/methods). */
export type MethodName = 'proximal' | 'subgradient' | 'admm' | 'magnitude';

/** By name, all that the record of the method has. */
export type MethodSettings = Readonly<Record<string, number>>;

/** How groups that cross are treated together: one set after the other, or in rounds that converge (train/methods/proximal-map.ts). */
export type CrossingScheme = 'sequential' | 'converged';

/** What a network is trained to answer (train/tasks): a class of each sample, or numbers in the shape of its output. */
export type TaskName = 'classify' | 'regress';

/** How a step is taken along a gradient (train/optimizers). */
export type OptimizerName = 'sgd' | 'adam';

export type OptimizerSettings = Readonly<Record<string, number | boolean>>;

export interface OptimizerSpec {
  readonly name: OptimizerName;
  /** All that its record has. */
  readonly settings: OptimizerSettings;
}

/** A rate over the steps of a phase, `t` in [0, 1): the share of the phase that is done. */
export type RateSchedule =
  | { readonly kind: 'constant'; readonly rate: number }
  /** `rate * factor` from share `at` on. */
  | { readonly kind: 'step'; readonly rate: number; readonly at: readonly number[]; readonly factor: number }
  /** Half a cosine from `rate` to `rate * to`. */
  | { readonly kind: 'cosine'; readonly rate: number; readonly to: number };

/** What a phase does; `ir/phase.ts` says how the kinds differ. */
export type PhaseKind = 'baseline' | 'sparsify' | 'finetune' | 'control';

/** What a phase does beside its steps. Each is absent where there is none. */
export interface PhaseOptions {
  /** Epochs, or a part of one, in which the rate rises to its schedule. */
  readonly warmup?: number;
  /** Share of each label that is spread over all classes. */
  readonly labelSmoothing?: number;
  /** The largest norm of the gradient by all parameters together. */
  readonly clipGradients?: number;
  /** It ends with the weights of its epoch with the least held-out error. Absent: with those of its last. */
  readonly keep?: 'best';
  /** It ends after so many epochs without a lower held-out error. */
  readonly patience?: number;
}

/** An entry of the list of phases. */
export interface PhaseSpec extends PhaseOptions {
  readonly kind: PhaseKind;
  /** What messages and reports call it; no other phase of the list has it. */
  readonly name: string;
  readonly epochs: number;
  readonly batch: number;
  readonly schedule: RateSchedule;
  readonly optimizer: OptimizerSpec;
}

/** How images are changed at random each time that they are trained on (train/augment.ts). */
export interface Augmentation {
  /** Zeros around an image, of which a part of its own size is taken: rows above and below, columns left and right. */
  readonly pad: readonly [rows: number, columns: number];
  /** Half of the images are mirrored, left to right. */
  readonly mirror: boolean;
}

/** What the loss of a sample is multiplied by in training, by its class (train/class-weights.ts). */
export type ClassWeights = 'balanced' | readonly number[];

/** Which data set a file trains on. */
export type DatasetReference =
  /** One that the program knows: `train on digits`. */
  | { readonly kind: 'named'; readonly name: string }
  /** A folder, written in quotes: `train on "digits"`. */
  | { readonly kind: 'folder'; readonly path: string };

export interface TrainSpec {
  /** Absent: `classify`. */
  readonly task?: TaskName;
  readonly dataset: DatasetReference;
  readonly span: Span;
  readonly phases: readonly PhaseSpec[];
  /** By the name of a phase, where its batch is written; it has the default where there is none. */
  readonly batchSpans: ReadonlyMap<string, Span>;
  readonly seed: number;
  /** Share of the training set held out, where the data does not say itself what is. */
  readonly heldOut: number;
  /** Where that is written; absent: nowhere. */
  readonly heldOutSpan?: Span;
  /** Images of folders are scaled to what the network reads. */
  readonly resize?: boolean;
  /** Absent: samples are trained on as they are. */
  readonly augment?: Augmentation;
  /** Absent: all classes weigh 1. */
  readonly classWeights?: ClassWeights;
}

export interface Model {
  /** What it was read from. */
  readonly sources: SourceSet;
  readonly network: Network;
  /** All of the kind that the method takes. */
  readonly penalties: readonly Penalty[];
  readonly method: MethodName;
  readonly methodSettings: MethodSettings;
  /** What the penalties that share are to leave together; absent: none shares. */
  readonly total?: NetworkBudget;
  /** Where that is written. */
  readonly totalSpan?: Span;
  readonly crossing: CrossingScheme;
  /** The name of the `sparsity` block that these are of; absent: it has none, or there is no block. */
  readonly sparsity?: string;
  readonly train?: TrainSpec;
}
