// What schedules must know of WebAssembly with 128-bit SIMD.

import type { TargetMachine } from '../../ir/kernel.ts';
import { usualCore } from '../costs.ts';

/**
 * Bytes are the address unit; x86 has 16 vector registers, and one is needed for the product. The V8 of Node 24 takes 8 steps
 * a turn 1% faster than 4 at most, that of Node 20 a quarter slower (means over the contractions of CaffeNet and LeNet 1, Zen 5).
 */
export const wasmMachine: TargetMachine = { name: 'wasm', width: 4, unit: 4, registers: 15, unroll: 4, costs: usualCore };
