// What schedules must know of WebAssembly with 128-bit SIMD.

import type { TargetMachine } from '../../ir/kernel.ts';
import { zen5 } from '../costs.ts';

/**
 * Bytes are the address unit; x86 has 16 vector registers, and one is needed for the product. The V8 of Node 24 takes 8 steps
 * a turn at most 1% faster than 4, that of Node 20 takes them a fifth slower (convolutions of CaffeNet and LeNet, Zen 5).
 */
export const wasmMachine: TargetMachine = { name: 'wasm', width: 4, unit: 4, registers: 15, unroll: 4, costs: zen5 };
