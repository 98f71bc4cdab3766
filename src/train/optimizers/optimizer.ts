// The contract of an optimizer: what it is told, what each parameter has beside it, and how a step of descent is written
// as graph nodes. One file an optimizer; index.ts lists them.
//
// A step comes in two forms. Where nothing follows it, `step` answers the new value and buffers. Where a method maps
// the new value (the proximal map of penalties), `descend` answers what is to be mapped, and what the buffers become
// once that is done: momentum, for one, is a difference of values after the map.

import type { GraphBuilder } from '../../ir/builder.ts';
import type { Value } from '../../ir/graph.ts';
import type { OptimizerName, OptimizerSettings } from '../../ir/network.ts';

/** A setting as the language offers it. */
export interface OptimizerSetting {
  /** `share`: a number in [0, 1). `not_negative`: one from 0. `positive`: one above 0. `flag`: true or false. */
  readonly type: 'share' | 'not_negative' | 'positive' | 'flag';
  /** Of an optimizer that is written without it. */
  readonly default: number | boolean;
  /** The setting without which, where that is 0, this one would do nothing. */
  readonly needs?: string;
}

type Settings = Readonly<Record<string, OptimizerSetting>>;

/** What a step reads of settings: all of them are there. */
type SettingsOf<D extends Settings> = { readonly [K in keyof D]: D[K]['default'] extends boolean ? boolean : number };

/** By the names of `Optimizer.buffers`. */
export type Buffers = Readonly<Record<string, Value>>;

/** A parameter of a training graph, with its buffers. */
export interface HeldParameter {
  readonly name: string;
  readonly layer: string;
  readonly value: Value;
  readonly buffers: Buffers;
}

/** A parameter as it is stepped. */
export interface TrainedParameter extends HeldParameter {
  /** Weight decay applies. */
  readonly decay: boolean;
  readonly gradient: Value;
  /** Where the gradient was taken: the value, or what `lookahead` has answered. */
  readonly point: Value;
  /** 1 where the parameter may live, 0 where it stays zero. */
  readonly mask?: Value;
}

/** Run-time scalars `[]`. */
export interface UpdateScalars {
  readonly rate: Value;
  /** Multiplies every lambda. */
  readonly strength: Value;
  /** Those of the optimizer. */
  readonly own: Readonly<Record<string, Value>>;
}

/** What a step makes of a parameter. */
export interface Updated {
  readonly value: Value;
  readonly buffers: Buffers;
}

/** A step that a map follows. */
export interface Descent {
  /** What is to be mapped. */
  readonly iterate: Value;
  /** The new buffers, by what the map has made of it. */
  readonly buffersAfter: (mapped: Value) => Buffers;
}

export interface OptimizerRules<S = OptimizerSettings> {
  /** As the language writes it. */
  readonly name: OptimizerName;
  readonly example: string;
  /** What each parameter has beside it from step to step, in its shape, from zeros: `layer.suffix.momentum`. */
  readonly buffers: readonly string[];
  /** Numbers that a step reads beside the rate: by the settings, and the number of the step in its phase, from 1. */
  readonly scalars: Readonly<Record<string, (settings: S, step: number) => number>>;
  /** Where the gradient is taken, as nodes before the forward pass. Absent, or answers undefined: at the parameters themselves. */
  readonly lookahead?: (settings: S) => ((builder: GraphBuilder, parameter: HeldParameter) => Value) | undefined;
  readonly step: (builder: GraphBuilder, parameter: TrainedParameter, settings: S, scalars: UpdateScalars) => Updated;
  readonly descend: (builder: GraphBuilder, parameter: TrainedParameter, settings: S, scalars: UpdateScalars) => Descent;
}

export interface Optimizer extends OptimizerRules {
  /** In the order of their positions behind the rate, which every optimizer has first. */
  readonly settings: Settings;
}

/** An optimizer of these settings, as others see it: they know settings by name alone, its own rules by type. */
export function defineOptimizer<const D extends Settings>(settings: D): (rules: OptimizerRules<SettingsOf<D>>) => Optimizer {
  return (rules) => ({ ...rules, settings }) as unknown as Optimizer;
}

/** The name of what a trained parameter has beside it. */
export function bufferName(parameter: string, buffer: string): string {
  return `${parameter}.${buffer}`;
}
