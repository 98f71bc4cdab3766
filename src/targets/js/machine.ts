// What schedules must know of plain JavaScript.

import type { TargetMachine } from '../../ir/kernel.ts';
import { usualCore } from '../costs.ts';

/**
 * A vec is one number, and addresses are indices into one heap of floats. Unrolled by four, CaffeNet's layers take
 * 1.1 to 1.4 times as long in V8.
 */
export const jsMachine: TargetMachine = { name: 'js', width: 1, unit: 1, registers: 16, unroll: 1, costs: usualCore };
