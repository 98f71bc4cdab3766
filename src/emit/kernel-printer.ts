// What a target that prints the kernel IR gives to the assembly of an ES module, and to who runs kernels here.

import type { KernelModule } from '../ir/kernel.ts';
import type { LoadOption } from './declarations.ts';
import type { Part } from './part.ts';
import type { RuntimeFunction } from './runtime-functions.ts';

export interface KernelPrinter {
  /** Whether the segments may be part of the code; otherwise they are always given beside it. */
  readonly holdsWeights: boolean;
  /** Code with the segments inside (where `weights` says so), or without them. */
  readonly print: (module: KernelModule, weights: 'inside' | 'separate') => Promise<PrintedKernels>;
}

export interface PrintedKernels {
  /** All of it, for the id of the build. */
  readonly content: string | Uint8Array<ArrayBuffer>;
  /**
   * @param place Puts bytes inside the ES module or into a file with this extension, as the build wants it.
   * @param aboard Bytes to go into the file of the code, if it has one.
   */
  readonly carry: (build: string, place: (bytes: Uint8Array<ArrayBuffer>, extension: string) => Part, runtime: readonly RuntimeFunction[], aboard?: Uint8Array) => CarriedKernels;
  /** Starts a version of them in this process. Segments that are not inside are not yet in memory. */
  readonly start: (version: string) => Promise<StartedCode>;
}

/** Kernels as an ES module holds them. */
export interface CarriedKernels {
  /** What `load` may be given. */
  readonly options: readonly LoadOption[];
  /** Lines of `load`, after which `memory` is what the kernels compute in. */
  readonly statements: readonly string[];
  /** The function that computes, as an expression behind those lines. */
  readonly compute: string;
  /** Names of its versions, where it has several: then those lines leave the name of the one that runs as `runs`. */
  readonly versions?: readonly string[];
  /** They may run in workers: those lines leave the number of threads as `threads`; where it is more than one, `compute` answers a promise, and `close` ends the workers. */
  readonly inThreads?: true;
  /** Functions of the runtime that these lines call. */
  readonly roots: readonly string[];
  /** What stands at the module's end. */
  readonly rest: readonly string[];
  /** The bytes that went aboard, as an expression behind those lines, and the function of the runtime in it. */
  readonly aboard?: { readonly bytes: string; readonly root: string };
}

export interface StartedCode {
  readonly memory: ArrayBuffer;
  /** Runs the program `run` once. */
  readonly run: () => void;
}
