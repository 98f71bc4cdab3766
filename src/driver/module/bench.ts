// Own dense against compacted, per layer and whole, as the target's kernels run here.

import { present } from '../../base/invariant.ts';
import { sizeOf } from '../../base/tensor.ts';
import { graphBuilder } from '../../ir/builder.ts';
import { nodeMap, usesOf, valueKey } from '../../ir/graph.ts';
import type { Node, Program, Value } from '../../ir/graph.ts';
import { isParameter } from '../../ir/leaf.ts';
import { isEpilogue } from '../../ir/op.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { versionHere } from '../../targets/target.ts';
import type { Target } from '../../targets/target.ts';
import { forBatch } from '../build/build.ts';
import { compact, simplify } from '../build/compact.ts';
import type { Finding } from '../evaluation/finding.ts';
import { findingsOf } from '../evaluation/findings.ts';
import type { WeightedModel } from '../model/model.ts';
import { randomInputs } from '../build/random-input.ts';
import { givenFor } from '../build/user-package.ts';
import { processorHere } from './processor.ts';
import type { Processor } from './processor.ts';
import { timeInterleaved } from './timing.ts';
import type { Timed } from './timing.ts';

/** Of one sample, or of a batch: `macs` counts the run. */
export interface Timing {
  readonly microseconds: number;
  readonly macs: number;
}

export interface LayerTiming {
  readonly name: string;
  readonly dense: Timing;
  /** Absent where nothing of the layer is left. */
  readonly compacted?: Timing;
}

export interface BenchReport {
  /** What is wrong with the network, if anything: then its ratios say little. */
  readonly findings: readonly Finding[];
  readonly processor: Processor;
  readonly target: string;
  /** The version of the code: what `load` of a module runs here. */
  readonly version: string;
  readonly batch: number;
  /** Each alone, its input at hand in the layout that suits it. */
  readonly layers: readonly LayerTiming[];
  readonly whole: { readonly dense: Timing; readonly compacted: Timing };
  /** Microseconds of `net.run` of the compacted network: its kernels, the input copied in and the output copied out. */
  readonly call: number;
}

export async function benchModel({ model, weights: { parameters }, errors }: WeightedModel, target: Target<string, true>, batch: number, ops: OpRegistry, onLayer: (name: string) => void): Promise<BenchReport> {
  const trained: Program = { graph: model.network.graph, parameters };
  const [dense, compacted] = [simplify(trained, ops), compact(trained, ops)];
  const start = (program: Program): Promise<Started> => startProgram(program, target, batch, ops);
  const compactedLayers = new Map(singleLayers(compacted, ops).map((layer) => [layer.name, layer]));
  const layers: LayerTiming[] = [];
  for (const layer of singleLayers(dense, ops)) {
    onLayer(layer.name);
    const other = compactedLayers.get(layer.name);
    const [first = NaN, second = NaN] = await timeInterleaved(await Promise.all([layer, ...(other ? [other] : [])].map(({ program }) => start(program))));
    layers.push({
      name: layer.name,
      dense: { microseconds: first, macs: batch * layer.macs },
      ...(other && { compacted: { microseconds: second, macs: batch * other.macs } }),
    });
  }
  onLayer('whole');
  const shipped = await start(compacted);
  const [first = NaN, second = NaN, call = NaN] = await timeInterleaved([await start(dense), shipped, { run: shipped.call }]);
  const total = (program: Program): number => batch * singleLayers(program, ops).reduce((sum, { macs }) => sum + macs, 0);
  return {
    findings: findingsOf(model, parameters, errors, ops),
    processor: processorHere(),
    target: target.name,
    version: versionHere(target).name,
    batch,
    layers,
    whole: { dense: { microseconds: first, macs: total(dense) }, compacted: { microseconds: second, macs: total(compacted) } },
    call,
  };
}

/** Microseconds of `net.run` of a trained network, compacted, as {@link BenchReport.call}; nothing else is timed. */
export async function timeCall(trained: Program, target: Target<string, true>, ops: OpRegistry): Promise<number> {
  const { call } = await startProgram(compact(trained, ops), target, 1, ops);
  const [microseconds = NaN] = await timeInterleaved([{ run: call }]);
  return microseconds;
}

interface Started extends Timed {
  /** As a caller of the emitted module runs it. */
  readonly call: () => void;
}

async function startProgram(program: Program, target: Target<string, true>, batch: number, ops: OpRegistry): Promise<Started> {
  const batched = forBatch(program, batch, ops);
  const { net } = await target.start(batched, ops, await givenFor(target), versionHere(target).name);
  const { run, compute } = present(net, 'net of what answers at once');
  const lists = [...randomInputs(batched.graph, 1)].map(([name, { data }]) => [name, Float32Array.from(data)] as const);
  const given = lists.length === 1 ? present(lists[0], 'input')[1] : Object.fromEntries(lists);
  run(given);
  return { run: compute, call: () => void run(given) };
}

interface SingleLayer {
  readonly name: string;
  readonly program: Program;
  readonly macs: number;
}

/** Every layer with weights as a network of its own, with what is fused into it. */
function singleLayers({ graph, parameters }: Program, ops: OpRegistry): readonly SingleLayer[] {
  const nodes = nodeMap(graph);
  const uses = usesOf(graph);
  const record = (node: Node) => present(ops.get(node.op), `op ${node.op}`);
  const shapeOf = (value: Value): readonly number[] => present(nodes.get(value.node)?.results[value.result], 'shape of an operand');
  return graph.nodes.flatMap((node): SingleLayer[] => {
    const shapes = node.inputs.map(shapeOf);
    if (record(node).pruning.kind !== 'weights' || sizeOf(shapes.flat()) === 0) return [];
    const builder = graphBuilder(graph.name, graph.batch, ops);
    const feed = (value: Value): Value => {
      const source = present(nodes.get(value.node), `node %${value.node}`);
      const { name } = source.attrs;
      return isParameter(source) ? builder.parameter(String(name), shapeOf(value), source) : builder.input('input', 'sample', shapeOf(value));
    };
    let last = builder.one(node.op, node.inputs.map(feed), node.attrs, node);
    for (let value: Value = { node: node.id, result: 0 }; ; ) {
      const [reader, ...others] = (uses.get(valueKey(value)) ?? []).map((use) => use.node);
      // Epilogues that read a second activation are left to the whole network.
      if (!reader || others.length > 0 || !isEpilogue(record(reader)) || reader.inputs.length > 1) break;
      last = builder.one(reader.op, [last], reader.attrs, reader);
      value = { node: reader.id, result: 0 };
    }
    builder.output('output', last);
    return [{ name: node.layer ?? node.op, program: { graph: builder.finish(), parameters }, macs: record(node).macs?.(node.attrs, shapes) ?? 0 }];
  });
}
