// The targets that print the kernel IR, by name.

import { jsTarget } from './js/target.ts';
import type { KernelTarget } from './target.ts';
import { wasmTarget } from './wasm/target.ts';

export const kernelTargets: readonly KernelTarget[] = [wasmTarget, jsTarget];
