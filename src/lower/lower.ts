// Graphs to one kernel module:
//
//   nodes -> nests on slots -> fused epilogues -> layouts and schedules (-> transposed weights) -> stages between barriers
//         -> one plan of memory -> kernel functions
//
// Up to the stages all is a value that can be looked at (KernelPlan): nothing of it knows where memory is.

import { present } from '../base/invariant.ts';
import type { KernelFunction, KernelModule, PaddedMemory, Stage, TargetMachine } from '../ir/kernel.ts';
import type { Graph, Program } from '../ir/graph.ts';
import type { OpRegistry } from '../ir/op.ts';
import type { TensorLayout } from './layouts/tensor-layout.ts';
import { constantPool } from './memory/constant-pool.ts';
import { planModuleMemory, type Place } from './memory/module-memory.ts';
import type { SlotName } from './nests/placed-nest.ts';
import { bindingsOf, joined, paddedOf } from './program/bindings.ts';
import { planProgram, type PlannedProgram, type ProgramRequest } from './program/planned-program.ts';
import { formStages, type NestCode } from './program/stages.ts';
import { applySchedule, type Surroundings } from './schedule/apply-schedule.ts';
import { checkPins, unpinned, type SchedulePins } from './schedule/pins.ts';

/** Tasks that work without samples (parameters) is cut into, whatever the number of threads. */
const parameterTasks = 16;

/** Elements of memory after the last tensor: rows of vectors may be read past its end, eight vectors of four lanes at most. */
const readPast = 64;

/** A module whose layouts, schedules and stages are chosen. */
export interface KernelPlan {
  readonly machine: TargetMachine;
  readonly programs: readonly PlannedProgram[];
}

/** Points of a nest of a deployed network below which it is one task: a thread does them while another wakes up. */
export const smallestCut = 16_384;

/**
 * The deployed network: parameters baked in, program `run`.
 * @param cutFrom Points from which on a nest is cut into tasks, for modules that run on several threads: changes no bit of what it computes.
 * @throws DiagnosticError for pins that fit nothing
 */
export function planDeployed(program: Program, ops: OpRegistry, machine: TargetMachine, pins: SchedulePins = unpinned, cutFrom?: number): KernelPlan {
  return planAll([{ program: 'run', graph: program.graph, baked: program.parameters, division: { kind: 'whole', ...(cutFrom !== undefined && { cutFrom }) } }], ops, machine, pins);
}

export function lowerDeployed(program: Program, ops: OpRegistry, machine: TargetMachine, pins: SchedulePins = unpinned, cutFrom?: number): KernelModule {
  return applyPlan(planDeployed(program, ops, machine, pins, cutFrom));
}

/** The graphs of a training module: both over the same parameters. */
export interface TrainingGraphs {
  readonly step?: Graph;
  readonly evaluate?: Graph;
}

/** The training step and the batched evaluation: programs `step` and `evaluate`. @throws DiagnosticError for pins that fit nothing */
export function planTraining(graphs: TrainingGraphs, ops: OpRegistry, machine: TargetMachine, pins: SchedulePins = unpinned): KernelPlan {
  const requests = (['step', 'evaluate'] as const).flatMap((name): ProgramRequest[] => {
    const graph = graphs[name];
    return graph ? [{ program: name, graph, baked: undefined, division: { kind: 'shards', shards: graph.batch.shards, tasks: parameterTasks } }] : [];
  });
  return planAll(requests, ops, machine, pins);
}

export function lowerTraining(graphs: TrainingGraphs, ops: OpRegistry, machine: TargetMachine, pins: SchedulePins = unpinned): KernelModule {
  return applyPlan(planTraining(graphs, ops, machine, pins));
}

function planAll(requests: readonly ProgramRequest[], ops: OpRegistry, machine: TargetMachine, pins: SchedulePins): KernelPlan {
  const shared = new Map<SlotName, TensorLayout>();
  const programs = requests.map((request) => planProgram(request, ops, machine, shared, pins));
  checkPins(pins, programs.flatMap(({ nests }) => nests.map(({ name }) => name)));
  return { machine, programs };
}

export function applyPlan({ machine, programs }: KernelPlan): KernelModule {
  const memory = planModuleMemory(programs);
  const pool = constantPool(memory.elements, machine.unit);
  const functions: KernelFunction[] = [];
  const placesOf = ({ request, home }: PlannedProgram) => (slot: SlotName): Place => memory.placeOf(request.program, home(slot));
  const stages = programs.map((planned): [string, readonly Stage[]] => [planned.request.program, applyProgram(planned, { machine, constants: pool, placeOf: placesOf(planned), cutFrom: cutFrom(planned) }, functions)]);
  const bindings = joined(programs.map((planned) => bindingsOf(planned, placesOf(planned))));
  const padded = (): readonly PaddedMemory[] => programs.flatMap((planned) => paddedOf(planned, placesOf(planned)));
  return { functions, programs: new Map(stages), elements: pool.end() + readPast, segments: pool.segments(), bindings, padded };
}

function cutFrom({ request: { division } }: PlannedProgram): number {
  return (division.kind === 'whole' ? division.cutFrom : undefined) ?? Infinity;
}

/** The stages of a program; its functions are appended to `functions`, callees first. */
function applyProgram({ request, nests, levels }: PlannedProgram, surroundings: Surroundings, functions: KernelFunction[]): readonly Stage[] {
  const code = nests.map(({ nest, domain, sharded, choice }, at): NestCode => {
    const made = applySchedule(`${request.program}${at}_${nest.op}`, domain, choice, surroundings);
    functions.push(...made.functions);
    return { nest, sharded, items: made.items, level: present(levels[at], 'stage') };
  });
  return formStages(code, functions, request.program);
}
