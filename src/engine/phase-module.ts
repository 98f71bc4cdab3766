// A phase of training as emitted code: its step and its evaluation in one WebAssembly module.

import { fail } from '../base/diagnostic.ts';
import { invariant, present } from '../base/invariant.ts';
import { sizeOf } from '../base/tensor.ts';
import type { Batch, Graph } from '../ir/graph.ts';
import type { GroupSet } from '../ir/group.ts';
import type { Binding, KernelModule } from '../ir/kernel.ts';
import { fedName } from '../ir/leaf.ts';
import type { Model, PhaseSpec } from '../ir/network.ts';
import type { OpRegistry } from '../ir/op.ts';
import { lowerTraining } from '../lower/lower.ts';
import { wasmMachine } from '../targets/wasm/machine.ts';
import { printWasm, wasmPages } from '../targets/wasm/print.ts';
import { evaluationGraph } from '../train/evaluation-graph.ts';
import { trainingGraph } from '../train/training-graph.ts';
import { trainingDiagnostics } from './diagnostics.ts';
import { sampleOffsets } from './tensor-binding.ts';
import { importName } from './thread.ts';
import type { PhaseCode, ProgramCode, ProgramName } from './thread.ts';

export interface PhaseRequest {
  readonly spec: PhaseSpec;
  /** What the phase penalises. */
  readonly groups: readonly GroupSet[];
  /** Parameters with a mask. */
  readonly masked: ReadonlySet<string>;
}

export interface PhaseModule {
  readonly batch: Batch;
  readonly kernel: KernelModule;
  /** What lives from step to step, by name: parameters, momentum, running statistics, masks. */
  readonly persistent: ReadonlyMap<string, Binding>;
}

/** Convolutions keep a buffer of weight gradients for every shard, so there are few. */
const mostShards = 8;

/** Shards are fixed by the batch alone, so that results do not depend on the number of threads. */
export function batchOf(samples: number): Batch {
  let shards = Math.min(mostShards, samples);
  while (samples % shards !== 0) shards--;
  return { samples, shards };
}

/** The step and the evaluation as graphs, over one batch. */
export function phaseGraphs({ network, method }: Model, { spec, groups, masked }: PhaseRequest, ops: OpRegistry): Record<ProgramName, Graph> {
  const batch = batchOf(spec.batch);
  const { momentum, decay } = spec;
  return {
    step: trainingGraph(network, { batch, momentum, decay, method, penalties: groups, masked }, ops),
    evaluate: evaluationGraph(network, batch, ops),
  };
}

export function lowerPhase(model: Model, request: PhaseRequest, ops: OpRegistry): PhaseModule {
  const graphs = phaseGraphs(model, request, ops);
  checkSize(model, graphs);
  const kernel = lowerTraining(graphs, ops, wasmMachine);
  const names = new Set([graphs.step, graphs.evaluate].flatMap((graph) => graph.nodes.flatMap((node) => (node.op === 'parameter' ? (fedName(node) ?? []) : []))));
  return {
    batch: graphs.step.batch,
    kernel,
    persistent: new Map(kernel.bindings.flatMap((binding) => (names.has(binding.name) ? [[binding.name, binding]] : []))),
  };
}

/** What a 32-bit address reaches. */
const mostBytes = 2 ** 32;

/** Refuses before anything is allocated what cannot fit: every value of the step has a place of its own. */
function checkSize({ network }: Model, { step }: Record<ProgramName, Graph>): void {
  const bytes = step.nodes.reduce((total, node) => total + 4 * node.results.reduce((elements, shape) => elements + sizeOf(shape), 0), 0);
  if (bytes > mostBytes) failSize(network.name, bytes);
}

function failSize(network: string, bytes: number): never {
  fail(trainingDiagnostics['too-much-memory']({ args: [network, bytes, mostBytes], help: 'use a smaller batch' }));
}

/** Pages of 64 KiB that the largest of the phases needs. Fails with `train/too-much-memory`. */
export function pagesFor(network: string, phases: readonly PhaseModule[]): number {
  const bytes = Math.max(...phases.map(({ kernel }) => 4 * kernel.elements));
  if (bytes > mostBytes) failSize(network, bytes);
  return Math.max(...phases.map(({ kernel }) => wasmPages(kernel)));
}

/** @param pages Of the memory, which all phases of a run share one after another. */
export async function emitPhase({ batch, kernel }: PhaseModule, pages: number): Promise<PhaseCode> {
  const bytes = printWasm(kernel, { memory: { import: importName, shared: true, pages }, weights: 'separate', stages: true });
  return {
    module: await WebAssembly.compile(bytes),
    programs: { step: programCode(kernel, 'step', batch), evaluate: programCode(kernel, 'evaluate', batch) },
  };
}

function programCode(kernel: KernelModule, program: ProgramName, { samples, shards }: Batch): ProgramCode {
  const bindings = new Map(kernel.bindings.map((binding) => [binding.name, binding]));
  const find = (name: string): Binding => present(bindings.get(name), `binding ${name}`);
  const bySample = (name: string): Int32Array => {
    const { starts, elements } = sampleOffsets(find(name));
    invariant(starts.length === samples && elements.length === 1, () => `${name} is not one number a sample`);
    return starts;
  };
  const scalar = (name: 'rate' | 'step' | 'seed'): { readonly [name]?: number } => {
    const binding = bindings.get(name);
    return program === 'step' && binding ? { [name]: binding.offset } : {};
  };
  return {
    tasks: present(kernel.programs.get(program), `program ${program}`).map(({ items }) => items.reduce((sum, { tasks }) => sum + tasks, 0)),
    samples,
    shards,
    sample: sampleOffsets(find('sample')),
    label: bySample('label'),
    weight: bySample('sample-weight'),
    loss: bySample(`${program}/loss`),
    correct: bySample(`${program}/correct`),
    ...scalar('rate'),
    ...scalar('step'),
    ...scalar('seed'),
  };
}
