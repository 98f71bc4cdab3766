// What a target that prints the kernel IR is: a machine to schedule for and a printer.

import type { KernelModule, TargetMachine } from '../ir/kernel.ts';

/** Code that runs the programs of a kernel module over its memory. */
export type Code =
  /** A WebAssembly module that exports its memory and a function a program. */
  | { readonly kind: 'wasm'; readonly bytes: Uint8Array<ArrayBuffer> }
  /** A JavaScript function `createKernels(heap)` that answers a function a program. */
  | { readonly kind: 'js'; readonly text: string };

export interface KernelTarget {
  readonly name: string;
  readonly machine: TargetMachine;
  /** Whether the segments may be part of the code; otherwise they are always given beside it. */
  readonly holdsWeights: boolean;
  /** Code with the segments inside (where `weights` says so), or without them. */
  readonly print: (module: KernelModule, weights: 'inside' | 'separate') => Code;
}
