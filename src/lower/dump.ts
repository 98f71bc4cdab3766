// What a plan of kernels looks like as text, stage by stage.

import { printNest } from '../ir/print-nest.ts';
import type { KernelPlan } from './lower.ts';
import { printSchedule } from './schedule/schedule-text.ts';
import type { ScheduledNest } from './schedule/schedule-nests.ts';

function nestsOf({ programs }: KernelPlan): readonly ScheduledNest[] {
  return programs.flatMap(({ nests }) => nests);
}

/** Every nest over slots: `@name` is a leaf, `program:value` what a program computes. */
export function dumpNests(plan: KernelPlan): string {
  return nestsOf(plan).map(({ name, nest }) => `${printNest({ ...nest, name }, (slot) => slot)}\n`).join('\n');
}

/** A line a nest, as pins take them. */
export function dumpSchedules(plan: KernelPlan): string {
  return nestsOf(plan).map((each) => `${each.name}: ${scheduleOf(each)}\n`).join('');
}

function scheduleOf({ choice, domain }: ScheduledNest): string {
  return printSchedule(choice.schedule, domain.nest.axes);
}
