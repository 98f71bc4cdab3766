// What a target is: how networks are lowered for it, become the files of a module, and run in this process. The
// records are light, since command lines read them for their help: what schedules, prints and assembles is loaded
// by the functions that need it.

import { present } from '../base/invariant.ts';
import type { Shape, Tensor } from '../base/tensor.ts';
import type { EmittedModule, ModuleRequest } from '../emit/emit-module.ts';
import type { Program } from '../ir/graph.ts';
import type { OpRegistry } from '../ir/op.ts';
import type { NestAlone, NestSchedule } from '../lower/nests-alone.ts';
import type { SchedulePins } from '../lower/schedule/pins.ts';
import type { NamedNet } from '../runtime/ports.ts';

export interface Target<Name extends string = string, AtOnce extends boolean = boolean> {
  readonly name: Name;
  /** What its modules are, in a few words. */
  readonly doc: string;
  /** Whether its modules answer at once; others answer promises. */
  readonly atOnce: AtOnce;
  /** Whether it makes modules that run on several threads. */
  readonly hasThreads: boolean;
  /** What its modules run in, where that is a package of the user's. */
  readonly needs?: UserPackage;
  /** Names of what can be seen of kernels on their way. */
  readonly dumps: readonly string[];
  /**
   * The versions of its code that a module carries, which differ in how they round: the first one that the engine has
   * runs, unless `load` is told otherwise. Every engine has the last, which gives the same bits on all.
   */
  readonly versions: readonly CodeVersion[];
  /**
   * @param program A deployed network: parameters are constants.
   * @param pins Schedules of its nests; for a target that has none, nothing.
   * @param inThreads For a module that runs on several threads, where the target has such.
   * @throws DiagnosticError for pins that fit nothing
   */
  readonly lower: (program: Program, ops: OpRegistry, pins?: SchedulePins, inThreads?: boolean) => Promise<LoweredNetwork>;
  /**
   * Starts a version of the kernels of a network, whose graph may have several outputs, in this process.
   * @param given What the package that it needs gives.
   */
  readonly start: (program: Program, ops: OpRegistry, given: object, version: string, pins?: SchedulePins) => Promise<StartedNetwork>;
  /** The nests of a deployed network one by one; absent where their schedules are no choice. */
  readonly nests?: (program: Program, ops: OpRegistry, pins?: SchedulePins) => Promise<readonly NestOnTrial[]>;
}

/** A nest whose schedules can be timed in this process. */
export interface NestOnTrial extends Omit<NestAlone, 'moduleWith'> {
  /** Starts it alone, on random numbers, in the version that `load` runs here. @param schedule One of its own. */
  readonly start: (schedule: NestSchedule) => Promise<{ readonly run: () => void }>;
}

export interface CodeVersion {
  readonly name: string;
  /** What `load` is told so that this version runs, where the engine has it. */
  readonly load: object;
  /** Whether this engine has it. */
  readonly isHere: () => boolean;
}

export interface UserPackage {
  /** As npm knows it. */
  readonly name: string;
  /** What `load` takes to run in it on any machine, by what importing the package answers. */
  readonly options: (imported: object) => object;
}

/** Of targets whose modules carry one version of their code. */
export function onlyVersion(target: string): readonly CodeVersion[] {
  return [{ name: target, load: {}, isHere: () => true }];
}

/** What `load` runs here unless told otherwise. */
export function versionHere({ name, versions }: Pick<Target, 'name' | 'versions'>): CodeVersion {
  return present(versions.find(({ isHere }) => isHere()), `version of ${name}`);
}

/** What every engine has, and gives the same bits on all. */
export function versionEverywhere({ name, versions }: Pick<Target, 'name' | 'versions'>): CodeVersion {
  return present(versions.at(-1), `version of ${name}`);
}

export interface LoweredNetwork {
  /** Of the one memory that its kernels share, if they do. */
  readonly bytes?: number;
  /** By name. */
  readonly dumps: ReadonlyMap<string, () => string>;
  readonly emit: (request: ModuleRequest) => Promise<EmittedModule>;
}

/** By the names of the leaves. */
export type Feeds = ReadonlyMap<string, { readonly shape: Shape; readonly data: ArrayLike<number> }>;

export interface StartedNetwork {
  /** The outputs by name. @param feeds Inputs by name. */
  readonly run: (feeds: Feeds) => Promise<ReadonlyMap<string, Tensor<Float32Array>>>;
  /** The same as a module has it; absent where that does not answer at once. */
  readonly net?: Pick<NamedNet, 'compute' | 'run'>;
}
