// One program of a module as it is before memory is planned: nests with schedules, layouts of slots, stages.

import { present } from '../../base/invariant.ts';
import type { TargetMachine } from '../../ir/kernel.ts';
import type { Graph, Node, Program, Value } from '../../ir/graph.ts';
import { isParameter } from '../../ir/leaf.ts';
import type { OpRegistry } from '../../ir/op.ts';
import type { Division } from '../accesses/divide.ts';
import type { SlotMemory } from '../accesses/resolve.ts';
import { holdsZeros, type Sharing } from '../layouts/padding.ts';
import { separateHalos } from '../layouts/halos.ts';
import { planLayouts, type LayoutPlan } from '../layouts/plan-layouts.ts';
import { orderedLayout, planarLayout, type TensorLayout } from '../layouts/tensor-layout.ts';
import { fuseEpilogues } from '../nests/fuse-epilogues.ts';
import { placeNests, type SlotName } from '../nests/placed-nest.ts';
import type { SchedulePins } from '../schedule/pins.ts';
import { nestScheduler, type ScheduledNest } from '../schedule/schedule-nests.ts';
import { leavesOf, slotNames } from './graph-slots.ts';
import { stageLevels } from './stages.ts';
import { planState } from './state.ts';

export interface ProgramRequest {
  readonly program: string;
  readonly graph: Graph;
  /** Compile-time data by parameter name; absent: parameters are memory that outlives a run. */
  readonly baked: Program['parameters'] | undefined;
  readonly division: Division;
}

export interface PlannedProgram {
  readonly request: ProgramRequest;
  readonly plan: LayoutPlan;
  readonly leaves: ReadonlyMap<SlotName, Node>;
  readonly nameOf: (value: Value) => SlotName;
  /** Nests in order; those that move state come last. */
  readonly nests: readonly ScheduledNest[];
  readonly layoutOf: (slot: SlotName) => TensorLayout;
  /** The slot whose memory a slot is in: aliases and views followed. */
  readonly home: (slot: SlotName) => SlotName;
  /** Homes that hold something between runs: leaves, state, outputs. */
  readonly kept: ReadonlySet<SlotName>;
  /** By nest, the number of its stage. */
  readonly levels: readonly number[];
}

/** @param shared Layouts of leaves of the programs before this one; those of its own are added. */
export function planProgram(request: ProgramRequest, ops: OpRegistry, machine: TargetMachine, shared: Map<SlotName, TensorLayout>, pins: SchedulePins): PlannedProgram {
  const { graph, program, baked, division } = request;
  const nameOf = slotNames(graph, program);
  const leaves = leavesOf(graph, shared);
  const named = new Set([...graph.outputs.map((output) => nameOf(output.value)), ...graph.state.map((pair) => nameOf(pair.output)), ...leaves.keys()]);
  // Nodes are numbered by graph; two graphs of a module keep their slots apart.
  const placed = separateHalos(fuseEpilogues(placeNests(graph, ops, nameOf, `${program}:`), named), `${program}:`);
  const plan = planLayouts({
    placed,
    leaves: new Map([...leaves].map(([slot, node]) => [slot, isParameter(node) || node.attrs['role'] === 'scalar' ? 'weight' : 'planar'])),
    width: machine.width,
    fixed: baked ? new Map([...leaves].filter(([, node]) => isParameter(node)).map(([slot, node]) => [slot, bakedLayout(node.results[0] ?? [], machine.width)])) : shared,
  });
  const scheduler = nestScheduler({
    plan,
    division,
    machine,
    factsOf: factsOf(request, plan, leaves),
    copiesWeights: baked === undefined,
    prefix: baked ? '' : `${program}/`,
    pins,
  });
  const scheduled = placed.nests.flatMap(scheduler.schedule);
  const { aliases, copies } = planState(graph, scheduled.map(({ nest }) => nest), nameOf, (slot) => present(placed.slots.get(slot), 'slot').shape);
  const nests = [...scheduled, ...copies.flatMap(scheduler.schedule)];
  const layoutOf = (slot: SlotName): TensorLayout => present(scheduler.layouts.get(slot), `layout of ${slot}`);
  if (!baked) for (const slot of leaves.keys()) shared.set(slot, layoutOf(slot));
  const home = (slot: SlotName): SlotName => {
    const viewed = plan.base(slot);
    const alias = aliases.get(viewed);
    return alias === undefined ? viewed : home(alias);
  };
  const kept = new Set([...leaves.keys(), ...graph.outputs.map(({ value }) => nameOf(value))].map(home));
  return { request, plan: { ...plan, haloed: new Set([...plan.haloed, ...scheduler.haloed]) }, leaves, nameOf, nests, layoutOf, home, kept, levels: stageLevels({ nests, division, home, kept }) };
}

/** Compile-time data lies row by row; zeros fill up the last vector of all. */
function bakedLayout(shape: readonly number[], width: number): TensorLayout {
  return shape.length === 1 ? orderedLayout(shape, [0], width) : planarLayout(shape);
}

export function sharingOf({ division }: ProgramRequest): Sharing {
  return division.kind === 'whole' ? 'freely' : 'keeping zeros';
}

export function isBaked({ request, leaves }: Pick<PlannedProgram, 'request' | 'leaves'>, slot: SlotName): boolean {
  const leaf = leaves.get(slot);
  return request.baked !== undefined && leaf !== undefined && isParameter(leaf);
}

function factsOf(request: ProgramRequest, plan: LayoutPlan, leaves: PlannedProgram['leaves']): (slot: SlotName) => Omit<SlotMemory, 'layout'> {
  return (slot) => {
    if (!isBaked({ request, leaves }, slot)) return { zeros: holdsZeros(slot, plan, sharingOf(request)) };
    const { name } = present(leaves.get(slot), 'leaf').attrs;
    const { data, sparse } = present(request.baked?.get(String(name)), `parameter ${String(name)}`);
    return { zeros: false, data, ...(sparse && { sparse }) };
  };
}
