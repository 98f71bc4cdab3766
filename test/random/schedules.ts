// Schedules drawn at random: for each nest of a network any that fits it.

import type { Program } from '../../src/ir/graph.ts';
import type { TargetMachine } from '../../src/ir/kernel.ts';
import type { OpRegistry } from '../../src/ir/op.ts';
import { planDeployed } from '../../src/lower/lower.ts';
import type { SchedulePins } from '../../src/lower/schedule/pins.ts';
import { printSchedule } from '../../src/lower/schedule/schedule-text.ts';
import { draws } from './draw.ts';

export function randomPins(program: Program, seed: number, ops: OpRegistry, machine: TargetMachine): SchedulePins {
  const draw = draws(seed, 'schedules');
  const nests = planDeployed(program, ops, machine).programs.flatMap((planned) => planned.nests);
  return { schedules: new Map(nests.map(({ name, candidates, domain }) => [name, printSchedule(draw.pick(candidates).schedule, domain.nest.axes)])) };
}
