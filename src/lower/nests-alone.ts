// The nests of a deployed network one by one, to be timed: each can be had with any of its schedules as a module of its
// own, in which its tensors lie as they do in the whole.

import type { KernelModule } from '../ir/kernel.ts';
import type { Access } from './accesses/resolve.ts';
import { applyPlan, type KernelPlan } from './lower.ts';
import type { SlotName } from './nests/placed-nest.ts';
import type { PlannedProgram } from './program/planned-program.ts';
import type { ScheduledNest } from './schedule/schedule-nests.ts';
import type { Schedule } from './schedule/schedule.ts';
import { printSchedule } from './schedule/schedule-text.ts';

/** A schedule that fits a nest. */
export interface NestSchedule {
  /** As pins take it. */
  readonly text: string;
  readonly schedule: Schedule;
  /** By the model of the machine: to compare tiles, sparse ones too, or sweeps. */
  readonly cost: number;
}

export interface NestAlone {
  readonly name: string;
  /** Nests with one text take the same steps through memory, wherever they begin: one can be timed for all. */
  readonly likeness: string;
  readonly chosen: NestSchedule;
  /** What would be chosen if no zeros were left out, where they are, and the other way round: the text to pin it by in a plan of its own. */
  readonly counterpart?: NestSchedule;
  /** The chosen one among them. */
  readonly schedules: readonly NestSchedule[];
  /** Its program `run` computes the nest, with the constants of the network. @param schedule Of `schedules`. */
  readonly moduleWith: (schedule: NestSchedule) => KernelModule;
}

export function nestsAlone(plan: KernelPlan): readonly NestAlone[] {
  return plan.programs.flatMap((program) =>
    program.nests.map((nest): NestAlone => {
      const { axes } = nest.domain.nest;
      const candidates = new Map(nest.candidates.map((candidate) => [printSchedule(candidate.schedule, axes), candidate]));
      const schedules = [...candidates].map(([text, { schedule, cost }]): NestSchedule => ({ text, schedule, cost }));
      const chosen: NestSchedule = { text: printSchedule(nest.choice.schedule, axes), ...nest.choice };
      return {
        name: nest.name,
        ...(nest.counterpart && { counterpart: { text: printSchedule(nest.counterpart.schedule, axes), schedule: nest.counterpart.schedule, cost: nest.counterpart.cost } }),
        likeness: likenessOf(nest),
        chosen,
        schedules,
        moduleWith: ({ text }) => applyPlan({ ...plan, programs: [alone(program, { ...nest, choice: candidates.get(text) ?? nest.choice })] }),
      };
    }),
  );
}

/** The program of one nest, which nobody gives an input or asks for an output. */
function alone({ request, ...program }: PlannedProgram, nest: ScheduledNest): PlannedProgram {
  return { ...program, request: { ...request, graph: { ...request.graph, outputs: [], state: [] } }, nests: [nest], levels: [0] };
}

/**
 * All that schedules are made of but for where accesses begin, and the numbers that are read. Which weights are zero is part
 * of it where zeros are left out: such a nest is like no other.
 */
function likenessOf({ name, domain: { nest: { axes, write, loads, combine, initial, value, finish } } }: ScheduledNest): string {
  const own = loads.some(({ sparse }) => sparse) ? [name] : [];
  const numbers = new Map<SlotName, number>();
  const numberOf = (slot: SlotName): number => {
    const number = numbers.get(slot) ?? numbers.size;
    numbers.set(slot, number);
    return number;
  };
  const walk = ({ slot, along, room, gaps }: Access): unknown => [numberOf(slot), [...along], [...room], [...gaps]];
  return JSON.stringify([...own, axes, combine, initial, value, finish, walk(write), loads.map(({ access, data, ...conditions }) => [walk(access), data !== undefined, conditions])]);
}
