// Graphs to one kernel module:
//
//   nodes -> nests on slots -> fused epilogues -> layouts (-> transposed weights) -> one plan of memory
//         -> each nest divided into tasks and scheduled as kernel functions -> stages between barriers

import { invariant, present } from '../base/invariant.ts';
import { sameShape, type Shape } from '../base/tensor.ts';
import { fedName, isParameter } from '../ir/leaf.ts';
import type { Binding, KernelFunction, KernelModule, PaddedMemory, Stage, TargetMachine } from '../ir/kernel.ts';
import { nodeMap, valueKey, type Graph, type Node, type Program, type Value } from '../ir/graph.ts';
import type { OpRegistry } from '../ir/op.ts';
import type { TensorRef } from '../ir/nest.ts';
import { constantPool } from './memory/constant-pool.ts';
import { copyNest } from './nests/copy-nest.ts';
import type { Constants } from './code/emit-expr.ts';
import { fuseEpilogues } from './nests/fuse-epilogues.ts';
import { offsetsOf, orderedLayout, planarLayout, type TensorLayout } from './layouts/tensor-layout.ts';
import { planLayouts, type LayoutPlan } from './layouts/plan-layouts.ts';
import { planMemory, placeOf, type Life, type MemoryPlan } from './memory/memory-plan.ts';
import { nestLoads } from './nests/nest-loads.ts';
import { holdsZeros, paddedMemory, type Sharing } from './layouts/padding.ts';
import { placeNests, slotOf, slotsRead, type PlacedGraph, type PlacedNest, type SlotName } from './nests/placed-nest.ts';
import { resolveNest, type Placed } from './accesses/resolve.ts';
import { divideNest, scheduleNest, shardAxisOf, type Division } from './schedule/schedule-nest.ts';
import { formStages, type ScheduledNest } from './stages.ts';
import { transposeWeights } from './layouts/transpose.ts';

/** Tasks that work without samples (parameters) is cut into, whatever the number of threads. */
const parameterTasks = 16;

/** Elements of memory after the last tensor: rows of vectors may be read past its end, eight vectors of four lanes at most. */
const readPast = 64;

interface GraphRequest {
  readonly program: string;
  readonly graph: Graph;
  /** Compile-time data by parameter name; absent: parameters are memory that outlives a run. */
  readonly baked: Program['parameters'] | undefined;
  readonly division: Division;
}

/** The deployed network: parameters baked in, program `run`, bindings `input` and `output`. */
export function lowerDeployed(program: Program, ops: OpRegistry, machine: TargetMachine): KernelModule {
  return lowerAll([{ program: 'run', graph: program.graph, baked: program.parameters, division: { kind: 'whole' } }], ops, machine);
}

/** The training step and the batched evaluation over the same parameters: programs `step` and `evaluate`. */
export function lowerTraining(graphs: { readonly step?: Graph; readonly evaluate?: Graph }, ops: OpRegistry, machine: TargetMachine): KernelModule {
  const requests = (['step', 'evaluate'] as const).flatMap((name): GraphRequest[] => {
    const graph = graphs[name];
    return graph ? [{ program: name, graph, baked: undefined, division: { kind: 'shards', shards: graph.batch.shards, tasks: parameterTasks } }] : [];
  });
  return lowerAll(requests, ops, machine);
}

/** Compile-time data lies row by row; zeros fill up the last vector of all. */
function bakedLayout(shape: Shape, width: number): TensorLayout {
  return shape.length === 1 ? orderedLayout(shape, [0], width) : planarLayout(shape);
}

interface Lowered {
  readonly request: GraphRequest;
  readonly placed: PlacedGraph;
  readonly plan: LayoutPlan;
  readonly nameOf: (value: Value) => SlotName;
  /** Where each slot's memory is: aliases and views followed, and the places of earlier programs that it shares. */
  readonly home: (slot: SlotName) => SlotName;
  /** Layout of the memory that a slot is in. */
  readonly layoutAtHome: (slot: SlotName) => TensorLayout;
  readonly leaves: ReadonlyMap<SlotName, Node>;
  /** State that cannot be replaced in place, moved at the end. */
  readonly copies: readonly PlacedNest[];
}

/** The name of a leaf's memory: shared between the graphs of a module. */
function leafName(node: Node): string | undefined {
  const name = fedName(node);
  return name === undefined ? undefined : `@${name}`;
}

/** All graphs share one memory: leaves by name, temporaries by layout. */
function lowerAll(requests: readonly GraphRequest[], ops: OpRegistry, machine: TargetMachine): KernelModule {
  const shared = new Map<SlotName, TensorLayout>();
  const graphs = shareTemporaries(requests.map((request) => prepare(request, ops, machine, shared)));
  const lives: Life[] = graphs.flatMap((lowered) => livesOf(lowered));
  const memory = planMemory([...new Map(lives.map((life) => [life.name, life])).values()], 0);
  const pool = constantPool(memory.elements, machine.unit);
  const functions: KernelFunction[] = [];
  const programs = new Map<string, readonly Stage[]>();
  for (const lowered of graphs) programs.set(lowered.request.program, scheduleGraph(lowered, machine, memory, pool, functions));
  const bindings = distinct(graphs.flatMap((lowered) => bindingsOf(lowered, memory)));
  const padded = (): readonly PaddedMemory[] => graphs.flatMap((lowered) => paddedOf(lowered, memory));
  return { functions, programs, elements: pool.end() + readPast, segments: pool.segments(), bindings, padded };
}

/** @param shared Layouts of leaves of the graphs before this one; those of its own are added. */
function prepare(request: GraphRequest, ops: OpRegistry, machine: TargetMachine, shared: Map<SlotName, TensorLayout>): Lowered {
  const { graph, program } = request;
  const byId = nodeMap(graph);
  const nameOf = (value: Value): SlotName => leafName(present(byId.get(value.node), 'node')) ?? `${program}:${valueKey(value)}`;
  const leaves = leavesOf(graph, shared);
  const kept = new Set([...graph.outputs.map((output) => nameOf(output.value)), ...graph.state.map((pair) => nameOf(pair.output)), ...leaves.keys()]);
  // Nodes are numbered by graph; two graphs of a module keep their slots apart.
  const fused = fuseEpilogues(placeNests(graph, ops, nameOf, `${program}:`), kept);
  const firstPlan = planLayouts({
    placed: fused,
    leaves: new Map([...leaves].map(([slot, node]) => [slot, isParameter(node) || node.attrs['role'] === 'scalar' ? 'weight' : 'planar'])),
    width: machine.width,
    fixed: request.baked ? new Map([...leaves].filter(([, node]) => isParameter(node)).map(([slot, node]) => [slot, bakedLayout(node.results[0] ?? [], machine.width)])) : shared,
  });
  const { placed, plan } = request.baked ? { placed: fused, plan: firstPlan } : transposeWeights(fused, firstPlan, request.division, machine);
  if (!request.baked) for (const [slot] of leaves) shared.set(slot, present(plan.layouts.get(slot), 'layout'));

  const aliases = new Map<SlotName, SlotName>();
  const copies: PlacedNest[] = [];
  const uses = usesOf(placed);
  for (const pair of graph.state) {
    const [from, to] = [nameOf(pair.output), nameOf(pair.input)];
    if (mayReplace(placed, uses, from, to)) aliases.set(from, to);
    else copies.push(copyNest(from, to, present(placed.slots.get(to), 'slot').shape));
  }
  const home = (slot: SlotName): SlotName => {
    const viewed = plan.base(slot);
    const alias = aliases.get(viewed);
    return alias === undefined ? viewed : home(alias);
  };
  const layoutAtHome = (slot: SlotName): TensorLayout => present(plan.layouts.get(home(slot)), `layout of ${home(slot)}`);
  return { request, placed, plan, nameOf, home, layoutAtHome, leaves, copies };
}

/**
 * Programs never run at once, so a temporary of one may lie where an earlier one's does, if their layouts are
 * the very same: what lies between and behind the elements must stay zero for both. For the same reason a slot
 * whose halo is scattered to takes no part.
 */
function shareTemporaries(graphs: readonly Lowered[]): readonly Lowered[] {
  const homes: { readonly name: SlotName; readonly layout: string }[] = [];
  return graphs.map((lowered) => {
    const { home, layoutAtHome } = lowered;
    const apart = new Set([...alwaysAlive(lowered), ...[...lowered.plan.scattered].map(home)]);
    const own = new Set(lowered.placed.nests.map(({ writes }) => home(writes)).filter((name) => !apart.has(name)));
    // Copies of leaves have the same name in every program, and so one place already.
    const shared = new Set(homes.map(({ name }) => name).filter((name) => own.has(name)));
    const left = homes.filter(({ name }) => !shared.has(name));
    const shares = new Map<SlotName, SlotName>();
    for (const name of own) {
      if (shared.has(name)) continue;
      const layout = JSON.stringify(layoutAtHome(name));
      const at = left.findIndex((each) => each.layout === layout);
      const [found] = at < 0 ? [] : left.splice(at, 1);
      if (found) shares.set(name, found.name);
      else homes.push({ name, layout });
    }
    return { ...lowered, home: (slot) => shares.get(home(slot)) ?? home(slot) };
  });
}

/** Leaves by slot. Those that another graph of the module has too are the same memory, so of the same shape. */
function leavesOf(graph: Graph, shared: ReadonlyMap<SlotName, TensorLayout>): ReadonlyMap<SlotName, Node> {
  const leaves = new Map<SlotName, Node>();
  for (const node of graph.nodes) {
    const name = leafName(node);
    if (name === undefined) continue;
    const known = shared.get(name);
    invariant(!known || sameShape(known.shape, node.results[0] ?? []), () => `"${String(node.attrs['name'])}" has two shapes in one module`);
    leaves.set(name, node);
  }
  return leaves;
}

/** Where in the order of nests each slot is read and written. */
interface Uses {
  readonly reads: ReadonlyMap<SlotName, readonly number[]>;
  readonly writes: ReadonlyMap<SlotName, readonly number[]>;
}

function usesOf({ nests }: PlacedGraph): Uses {
  const [reads, writes] = [new Map<SlotName, number[]>(), new Map<SlotName, number[]>()];
  const note = (places: Map<SlotName, number[]>, slot: SlotName, at: number): void => {
    const known = places.get(slot);
    if (known) known.push(at);
    else places.set(slot, [at]);
  };
  for (const [at, each] of nests.entries()) {
    for (const slot of new Set(slotsRead(each))) note(reads, slot, at);
    note(writes, each.writes, at);
  }
  return { reads, writes };
}

/** Whether `from` may be written where `to` is: nobody reads the old value later, and its writer reads it in place. */
function mayReplace({ nests }: PlacedGraph, { reads, writes }: Uses, from: SlotName, to: SlotName): boolean {
  const [writer, ...others] = writes.get(from) ?? [];
  if (writer === undefined || others.length > 0) return false;
  return (reads.get(to) ?? []).every((at) => at < writer || (at === writer && readsInPlace(present(nests[at], 'nest'), to)));
}

function readsInPlace(each: PlacedNest, slot: SlotName): boolean {
  return nestLoads(each.nest)
    .filter((expr) => slotOf(each, expr.tensor) === slot)
    .every((expr) => JSON.stringify(expr.index) === JSON.stringify(each.nest.write.index));
}

/** Homes that hold something between runs of their program: leaves, state, outputs. */
function alwaysAlive({ request, nameOf, home, leaves }: Lowered): ReadonlySet<SlotName> {
  return new Set([...leaves.keys(), ...request.graph.outputs.map(({ value }) => nameOf(value))].map(home));
}

/** When each home is in use; a slot with a halo always is, since its zeros must last. */
function livesOf(lowered: Lowered): readonly Life[] {
  const { request, placed, plan, home, layoutAtHome, leaves, copies } = lowered;
  const always = new Set([...alwaysAlive(lowered), ...[...plan.haloed].map(home)]);
  const lives = new Map<SlotName, Life>();
  const touch = (slot: SlotName, at: number): void => {
    const name = home(slot);
    const { size } = layoutAtHome(slot);
    const eternal = always.has(name) || sharingOf(request) === 'own';
    const [first, last] = eternal ? [-Infinity, Infinity] : [at, at];
    const before = lives.get(name);
    lives.set(name, before ? { ...before, first: Math.min(before.first, first), last: Math.max(before.last, last) } : { name, size, first, last });
  };
  for (const slot of leaves.keys()) if (!isBaked(request, leaves, slot)) touch(slot, 0);
  for (const [at, each] of [...placed.nests, ...copies].entries()) {
    for (const slot of [each.writes, ...slotsRead(each)]) if (!isBaked(request, leaves, slot)) touch(slot, at);
  }
  return [...lives.values()];
}

function sharingOf({ division }: GraphRequest): Sharing {
  return division.kind === 'whole' ? 'shared' : 'own';
}

/** Padding of everything that a program writes. */
function paddedOf({ request, placed, plan, home, layoutAtHome }: Lowered, memory: MemoryPlan): readonly PaddedMemory[] {
  return [...new Set(placed.nests.map(({ writes }) => plan.base(writes)))].flatMap((slot) => paddedMemory(slot, layoutAtHome(slot), placeOf(memory, home(slot)), plan, sharingOf(request)) ?? []);
}

function isBaked(request: GraphRequest, leaves: ReadonlyMap<SlotName, Node>, slot: SlotName): boolean {
  const leaf = leaves.get(slot);
  return request.baked !== undefined && leaf !== undefined && isParameter(leaf);
}

function placeFor({ request, plan, home, leaves }: Lowered, memory: MemoryPlan, each: PlacedNest): (ref: TensorRef) => Placed {
  return (ref) => {
    const slot = slotOf(each, ref);
    const layout = present(plan.layouts.get(slot), `layout of ${slot}`);
    if (!isBaked(request, leaves, slot)) return { layout, base: placeOf(memory, home(slot)), zeros: holdsZeros(slot, plan, sharingOf(request)) };
    const { name } = present(leaves.get(slot), 'leaf').attrs;
    return { layout, base: 0, zeros: false, data: present(request.baked?.get(String(name)), `parameter ${String(name)}`).data };
  };
}

/** The stages of a graph; its functions are appended to `functions`, callees first. */
function scheduleGraph(lowered: Lowered, machine: TargetMachine, memory: MemoryPlan, constants: Constants, functions: KernelFunction[]): readonly Stage[] {
  const { request, placed, copies, home } = lowered;
  const scheduled = [...placed.nests, ...copies].map((each, at): ScheduledNest => {
    const { domain, tasks } = divideNest(resolveNest(each.nest, placeFor(lowered, memory, each)), request.division);
    const made = scheduleNest(`${request.program}${at}_${each.op}`, domain, machine, constants);
    functions.push(...made);
    return {
      entry: present(made.at(-1), 'entry'),
      tasks,
      points: each.nest.axes.reduce((product, { extent }) => product * extent, 1),
      sharded: request.division.kind === 'shards' && shardAxisOf(each.nest.axes) !== undefined && tasks === request.division.shards,
      reads: slotsRead(each).map(home),
      writes: home(each.writes),
    };
  });
  return formStages(scheduled, functions, request.program, request.division.kind === 'whole');
}

/**
 * Leaves that are fed, and outputs: of a deployed network `input`, `output` (the first) and outputs by name,
 * of a training module leaves by name and outputs as `program/name`.
 */
function bindingsOf({ request, plan, nameOf, home, leaves }: Lowered, memory: MemoryPlan): readonly Binding[] {
  const isDeployed = request.baked !== undefined;
  const bind = (name: string, slot: SlotName): Binding => {
    const layout = present(plan.layouts.get(slot), `layout of ${slot}`);
    return { name, shape: layout.shape, offset: placeOf(memory, home(slot)) + layout.origin, axes: offsetsOf(layout) };
  };
  const fed = [...leaves].filter(([slot]) => !isBaked(request, leaves, slot));
  const inputs = fed.map(([slot, node]) => bind(isDeployed ? 'input' : String(node.attrs['name']), slot));
  const outputName = (name: string, i: number): string => (isDeployed ? (i === 0 ? 'output' : name) : `${request.program}/${name}`);
  return [...inputs, ...request.graph.outputs.map(({ name, value }, i) => bind(outputName(name, i), nameOf(value)))];
}

/** Each binding once: the graphs of a module share leaves. */
function distinct(bindings: readonly Binding[]): readonly Binding[] {
  const byName = new Map<string, Binding>();
  for (const binding of bindings) {
    const known = byName.get(binding.name);
    invariant(!known || (known.offset === binding.offset && sameShape(known.shape, binding.shape)), () => `two tensors are named "${binding.name}"`);
    byName.set(binding.name, binding);
  }
  return [...byName.values()];
}
