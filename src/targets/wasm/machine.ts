// What schedules must know of WebAssembly with 128-bit SIMD.

import type { TargetMachine } from '../../ir/kernel.ts';
import { zen5 } from '../costs.ts';

/** Bytes are the address unit; x86 has 16 vector registers, and one is needed for the product. */
export const wasmMachine: TargetMachine = { name: 'wasm', width: 4, unit: 4, registers: 15, unroll: 8, costs: zen5 };
