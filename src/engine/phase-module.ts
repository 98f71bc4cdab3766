// A phase of training as emitted code: its step and its evaluation in one WebAssembly module.

import { fail } from '../base/diagnostic.ts';
import { invariant, present } from '../base/invariant.ts';
import { sizeOf } from '../base/tensor.ts';
import { nodeMap, type Batch, type Graph, type Node } from '../ir/graph.ts';
import type { GroupSet } from '../ir/group.ts';
import type { Binding, KernelModule, Segment } from '../ir/kernel.ts';
import { fedName, isLeaf, isParameter } from '../ir/leaf.ts';
import type { Model, PhaseSpec } from '../ir/network.ts';
import { isEpilogue, type OpRegistry } from '../ir/op.ts';
import { lowerTraining } from '../lower/lower.ts';
import { wasmMachine } from '../targets/wasm/machine.ts';
import { printWasm, wasmPages } from '../targets/wasm/print.ts';
import { evaluationGraph } from '../train/evaluation-graph.ts';
import { scalarNames } from '../train/step-scalars.ts';
import { taskOf } from '../train/tasks/index.ts';
import { trainingGraph } from '../train/training-graph.ts';
import { trainingDiagnostics } from './diagnostics.ts';
import { sampleOffsets } from '../ir/tensor-binding.ts';
import { importName } from './thread.ts';
import type { PhaseCode, ProgramCode, ProgramName } from './thread.ts';

export interface PhaseRequest {
  readonly spec: PhaseSpec;
  /** What the phase penalises. */
  readonly groups: readonly GroupSet[];
  /** Parameters with a mask. */
  readonly masked: ReadonlySet<string>;
}

/** A phase as its threads and the main thread need it. */
export interface PhaseModule {
  readonly code: PhaseCode;
  /** Pages of memory it needs. */
  readonly pages: number;
  readonly segments: readonly Segment[];
  /** What lives from step to step, by name: parameters, buffers of the optimizer, running statistics, masks. */
  readonly persistent: ReadonlyMap<string, Binding>;
  /** Multiplies every lambda; absent where nothing is penalised. */
  readonly strength: Binding | undefined;
}

/** Convolutions keep a buffer of weight gradients for every shard, so there are few. */
const mostShards = 8;

/** Threads that shards should divide among; results depend on none of these numbers. */
const usualThreads = [2, 4, 8];

/**
 * Shards are fixed by the batch alone, so that results do not depend on the number of threads. Of the equal divisions
 * it is the one at which threads wait least for each other, and of equally good ones the finest: 64 is 8 shards,
 * 100 is 4, since of 5 two threads would take 3 and 2.
 */
export function batchOf(samples: number): Batch {
  const divisors = Array.from({ length: mostShards }, (_, i) => i + 1).filter((shards) => samples % shards === 0);
  const best = divisors.reduce((a, b) => (shareAtWork(b) >= shareAtWork(a) ? b : a));
  return { samples, shards: best };
}

/** The share of their time that threads work while so many equal tasks are done. */
function shareAtWork(tasks: number): number {
  return usualThreads.reduce((sum, threads) => sum + tasks / (threads * Math.ceil(tasks / threads)), 0) / usualThreads.length;
}

/** The step and the evaluation as graphs, over one batch. */
export function phaseGraphs({ network, method, crossing, train }: Model, { spec, groups, masked }: PhaseRequest, ops: OpRegistry): Record<ProgramName, Graph> {
  const batch = batchOf(spec.batch);
  const { name: task } = taskOf(train);
  return {
    step: trainingGraph(network, { ...spec, task, batch, method, crossing, penalties: groups, masked }, ops),
    evaluate: evaluationGraph(network, batch, ops, task),
  };
}

/** What a 32-bit address reaches, in pages of 64 KiB. */
export const mostPages = 65536;
const mostBytes = mostPages * 65536;

/**
 * Refuses, before anything is lowered or allocated, what surely cannot fit: what lives from step to step beside all that
 * a single node reads and writes. Fails with `train/too-much-memory`.
 */
export function checkSize(model: Model, request: PhaseRequest, ops: OpRegistry): void {
  const { step } = phaseGraphs(model, request, ops);
  const bytesOf = ({ results }: Node): number => results.reduce((total, shape) => total + 4 * sizeOf(shape), 0);
  const byId = nodeMap(step);
  /** What it needs beside what lives between steps. An epilogue may be part of what it reads, and a view is. */
  const needOf = (node: Node): number => {
    const op = present(ops.get(node.op), node.op);
    if (isLeaf(node) || op.lowering.kind === 'view') return 0;
    const read = isEpilogue(op) ? [] : [...new Set(node.inputs.map((value) => value.node))].map((id) => present(byId.get(id), 'operand'));
    return [node, ...read.filter((operand) => !isLeaf(operand))].reduce((total, each) => total + bytesOf(each), 0);
  };
  const lasting = step.nodes.filter(isLeaf).reduce((total, node) => total + bytesOf(node), 0);
  const bytes = lasting + Math.max(...step.nodes.map(needOf));
  if (bytes > mostBytes) failSize(model.network.name, bytes);
}

function failSize(network: string, bytes: number): never {
  fail(trainingDiagnostics['too-much-memory']({ args: [network, bytes, mostBytes], help: 'use a smaller batch or smaller layers' }));
}

/** Fails with `train/too-much-memory`. */
export async function emitPhase(model: Model, request: PhaseRequest, ops: OpRegistry): Promise<PhaseModule> {
  const graphs = phaseGraphs(model, request, ops);
  const kernel = lowerTraining(graphs, ops, wasmMachine);
  const pages = wasmPages(kernel);
  if (pages > mostPages) failSize(model.network.name, pages * 65536);
  const bytes = printWasm(kernel, { memory: { import: importName, shared: true, pages, maximum: mostPages }, weights: 'separate', stages: true });
  const { batch } = graphs.step;
  const names = new Set([graphs.step, graphs.evaluate].flatMap((graph) => graph.nodes.flatMap((node) => (isParameter(node) ? (fedName(node) ?? []) : []))));
  return {
    code: {
      module: await WebAssembly.compile(bytes),
      programs: { step: programCode(kernel, 'step', batch, scalarNames(request.spec)), evaluate: programCode(kernel, 'evaluate', batch, []) },
    },
    pages,
    segments: kernel.segments,
    persistent: new Map(kernel.bindings.inputs.flatMap((binding) => (names.has(binding.name) ? [[binding.name, binding]] : []))),
    strength: kernel.bindings.inputs.find(({ name }) => name === 'strength'),
  };
}

type BindingsByName = ReadonlyMap<string, Binding>;

function byName(bindings: readonly Binding[]): BindingsByName {
  return new Map(bindings.map((binding) => [binding.name, binding]));
}

/** @param names Of scalars that differ from batch to batch. */
function programCode(kernel: KernelModule, program: ProgramName, { samples, shards }: Batch, names: readonly string[]): ProgramCode {
  const inputs = byName(kernel.bindings.inputs);
  const outputs = byName(kernel.bindings.outputs);
  const find = (bindings: BindingsByName, name: string): Binding => present(bindings.get(name), `binding ${name}`);
  const bySample = (binding: Binding): Int32Array => {
    const { starts, elements } = sampleOffsets(binding);
    invariant(starts.length === samples && elements.length === 1, () => `${binding.name} is not one number a sample`);
    return starts;
  };
  const correct = outputs.get(`${program}/correct`);
  const scalar = (name: 'step' | 'seed'): { readonly [name]?: number } => {
    const binding = inputs.get(name);
    return program === 'step' && binding ? { [name]: binding.offset } : {};
  };
  return {
    stages: present(kernel.programs.get(program), `program ${program}`).map(({ items, points }) => ({ tasks: items.reduce((sum, { tasks }) => sum + tasks, 0), points })),
    samples,
    shards,
    sample: sampleOffsets(find(inputs, 'sample')),
    label: sampleOffsets(find(inputs, 'label')),
    weight: bySample(find(inputs, 'sample-weight')),
    loss: bySample(find(outputs, `${program}/loss`)),
    ...(correct && { correct: bySample(correct) }),
    scalars: names.flatMap((name) => {
      const offset = inputs.get(name)?.offset;
      return offset === undefined ? [] : [{ name, offset }];
    }),
    ...scalar('step'),
    ...scalar('seed'),
  };
}
