// The targets, the first unless told: the one list that builds, command lines and `verify` read.

import { gpujsTarget } from './gpujs/target.ts';
import { jsTarget } from './js/target.ts';
import { wasmTarget } from './wasm/target.ts';

export const targets: readonly [typeof wasmTarget, typeof jsTarget, typeof gpujsTarget] = [wasmTarget, jsTarget, gpujsTarget];

type Listed = (typeof targets)[number];

export type TargetName = Listed['name'];
/** Of those whose modules answer at once. */
export type TimedName = Extract<Listed, { readonly atOnce: true }>['name'];

/** Those whose kernels can be timed here. */
export const timedTargets: readonly Extract<Listed, { readonly atOnce: true }>[] = targets.filter((target) => target.atOnce);
