// What schedules must know of plain JavaScript.

import type { TargetMachine } from '../../ir/kernel.ts';

/** A vec is one number, and addresses are indices into one heap of floats. */
export const jsMachine: TargetMachine = { name: 'js', width: 1, unit: 1, registers: 16 };
