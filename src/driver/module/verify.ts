// Whether a shipped module computes the network it was built from: its files against what this compiler
// builds from the same weights, its outputs and (on a probe build of the same kernels) every layer against
// the float64 reference, within the rounding bound.

import { join } from 'node:path';
import type { Diagnostic } from '../../base/diagnostic.ts';
import { fail } from '../../base/diagnostic.ts';
import { present } from '../../base/invariant.ts';
import { formatShape, sizeOf } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import { valueKey } from '../../ir/graph.ts';
import type { Program } from '../../ir/graph.ts';
import { fedName, isInput } from '../../ir/leaf.ts';
import type { F64Tensor, OpRegistry } from '../../ir/op.ts';
import type { Bounded } from '../../ir/error-bound.ts';
import type { Target } from '../../targets/target.ts';
import { buildModule } from '../build/build.ts';
import type { BuildInput, Built } from '../build/build.ts';
import { moduleDiagnostics } from '../diagnostics.ts';
import { channelsFirst, channelsLast } from '../model/layout.ts';
import { startModule } from './module-process.ts';
import type { ModuleProcess } from './module-process.ts';
import { probeOf } from '../build/probe.ts';
import { randomInput } from '../build/random-input.ts';
import { boundedValues, singlePrecision } from '../build/rounding-bound.ts';
import { buildRecord, findModule, readModuleFile } from './shipped-module.ts';
import type { ShippedModule } from './shipped-module.ts';
import { givenFor } from '../build/user-package.ts';
import { hashOfSources } from '../model/source-hash.ts';
import { compilerVersion } from '../model/version.ts';

/** f32 kernels against the float64 reference: a layer on what it has read, the module from its input on. */
export interface Comparison {
  readonly name: string;
  readonly maxAbsDifference: number;
  readonly maxAbsReference: number;
  /** The largest rounding bound of an element; every element is held to its own. */
  readonly bound: number;
}

export interface Verification {
  readonly ok: boolean;
  /** Of the probe build. */
  readonly layers: readonly Comparison[];
  /** Of the shipped module; absent where it does not load. */
  readonly outputs?: Comparison;
  /** Random inputs that the shipped module was run on: of a large network, fewer. */
  readonly inputs: number;
  /** Files that are, byte for byte, what this compiler builds. Absent: another version has built them. */
  readonly files?: readonly { readonly name: string; readonly same: boolean }[];
  /** What is wrong, if anything. */
  readonly faults: readonly Diagnostic[];
}

/** Runs of the shipped module, each on an input of its own: of a large network fewer, at least one. */
const mostRounds = 4;
const macBudget = 4e8;

/** Milliseconds that a module may take to load, and to run beyond what the reference has taken. */
const patience = 60_000;

/** @throws DiagnosticError where there is no module to verify */
export async function verifyModule(place: string, input: BuildInput, targets: readonly Target[], ops: OpRegistry): Promise<Verification> {
  const shipped = findModule(place);
  const net = await startModule(shipped, patience);
  try {
    return await verifyNet(shipped, net, input, targets, ops);
  } finally {
    await net.close();
  }
}

async function verifyNet(shipped: ShippedModule, net: ModuleProcess, input: BuildInput, targets: readonly Target[], ops: OpRegistry): Promise<Verification> {
  const path = join(shipped.folder, `${shipped.name}.js`);
  const record = buildRecord(net.claims.meta, path);
  if (record.weights !== `sha256:${input.weights.hash}`) fail(moduleDiagnostics['other-weights']({ args: [path, input.weights.file] }));
  if (record.source !== `sha256:${hashOfSources(input.model.sources)}`) fail(moduleDiagnostics['other-source']({ args: [path, input.model.sources.main.name], help: 'name the file that `build` was given: --source FILE' }));
  const target = targets.find(({ name }) => name === record.target) ?? fail(moduleDiagnostics.target({ args: [path, record.target] }));
  const built = await buildModule(input, { target, dense: record.dense, batch: record.batch, layout: record.layout, inline: record.inline }, ops);

  const sameVersion = record.compiler === `ssl-compile ${compilerVersion()}`;
  const files = sameVersion ? compareFiles(shipped, built) : undefined;
  const rounds = Math.max(1, Math.min(mostRounds, Math.floor(macBudget / (record.batch * Math.max(1, built.structure.macs.compacted)))));
  const outputs = await compareOutputs(net, path, record.layout, built.program, rounds, ops);
  const layers = await compareLayers(target, built.program, ops);
  const faults = [...(files?.faults ?? []), ...outputs.faults, ...layers.faults];
  return {
    ok: faults.length === 0,
    layers: layers.comparisons,
    outputs: outputs.comparison,
    inputs: rounds,
    ...(files && { files: files.files }),
    faults,
  };
}

function compareFiles(shipped: ShippedModule, built: Built): { readonly files: { name: string; same: boolean }[]; readonly faults: Diagnostic[] } {
  const faults: Diagnostic[] = [];
  const files = built.files.map(({ name, bytes }) => {
    const found = readModuleFile(shipped, name);
    const length = Math.max(found.length, bytes.length);
    let at = 0;
    while (at < length && found[at] === bytes[at]) at++;
    if (at < length) faults.push(moduleDiagnostics.changed({ args: [join(shipped.folder, name), at], help: 'build it again' }));
    return { name, same: at === length };
  });
  return { files, faults };
}

async function compareOutputs(net: ModuleProcess, path: string, layout: 'chw' | 'hwc', program: Program, rounds: number, ops: OpRegistry): Promise<{ readonly comparison: Comparison; readonly faults: Diagnostic[] }> {
  const output = present(program.graph.outputs[0], 'output').value;
  const outputs = tracker('output');
  for (let seed = 1; seed <= rounds; seed++) {
    const { feeds, input } = feedsFor(program, seed);
    const began = performance.now();
    const reference = boundedValues(program, ops, feeds, singlePrecision)(output);
    const given = layout === 'hwc' ? channelsLast(input) : input.data;
    const found = await net.run(given, patience + performance.now() - began);
    const expected = sizeOf(reference.value.shape);
    if (found.length !== expected) fail(moduleDiagnostics.interface({ args: [path, found.length, expected] }));
    outputs.compare(reference, layout === 'hwc' ? channelsFirst(found, reference.value.shape) : found);
  }
  const { comparison, excess } = outputs.result();
  return { comparison, faults: excess ? [moduleDiagnostics.outputs({ args: [path, ...figures(excess)] })] : [] };
}

async function compareLayers(target: Target, program: Program, ops: OpRegistry): Promise<{ readonly comparisons: Comparison[]; readonly faults: Diagnostic[] }> {
  const probe = probeOf(program, ops);
  const { feeds, input } = feedsFor(program, 1);
  const found = await (await target.start(probe.program, ops, await givenFor(target))).run(input);
  // Each layer on the very numbers that its kernels have read, so that no error hides behind earlier ones.
  const values = probe.values.map(({ layer, value, binding }) => ({ layer, value, found: present(found.get(binding), layer) }));
  const observed = new Map(values.map(({ value, found: { shape, data } }) => [valueKey(value), { shape, data: Float64Array.from(data) }]));
  const reference = boundedValues(program, ops, feeds, singlePrecision, observed);
  const results = values.map(({ layer, value, found }) => {
    const layers = tracker(layer);
    layers.compare(reference(value), found.data);
    return layers.result();
  });
  return {
    comparisons: results.map(({ comparison }) => comparison),
    faults: results.flatMap(({ comparison, excess }) => (excess ? [moduleDiagnostics.layer({ args: [comparison.name, ...figures(excess)] })] : [])),
  };
}

function figures({ difference, allowed }: Excess): readonly [difference: string, bound: string] {
  return [difference.toExponential(2), allowed.toExponential(2)];
}

function feedsFor({ graph }: Program, seed: number): { readonly feeds: ReadonlyMap<string, F64Tensor>; readonly input: F64Tensor } {
  const leaf = present(graph.nodes.find(isInput), 'input');
  const shape: Shape = present(leaf.results[0], 'shape of the input');
  const input = randomInput(seed, shape);
  return { feeds: new Map([[present(fedName(leaf), `name of the input ${formatShape(shape)}`), input]]), input };
}

/** The first element that is further from the reference than rounding explains. */
interface Excess {
  readonly difference: number;
  readonly allowed: number;
}

interface Tracker {
  readonly compare: (reference: Bounded, found: Float32Array) => void;
  readonly result: () => { readonly comparison: Comparison; readonly excess?: Excess };
}

function tracker(name: string): Tracker {
  let [maxAbsDifference, maxAbsReference, bound] = [0, 0, 0];
  let excess: Excess | undefined;
  return {
    compare: ({ value, error }, found) => {
      for (const [i, expected] of value.data.entries()) {
        const difference = Math.abs((found[i] ?? NaN) - expected);
        const allowed = error.data[i] as number;
        // NaN is not within anything, and a bound without end would hold nobody to anything.
        if (!(difference <= allowed && allowed < Infinity)) excess ??= { difference, allowed };
        maxAbsDifference = Number.isNaN(difference) ? Infinity : Math.max(maxAbsDifference, difference);
        maxAbsReference = Math.max(maxAbsReference, Math.abs(expected));
        bound = Math.max(bound, allowed);
      }
    },
    result: () => ({ comparison: { name, maxAbsDifference, maxAbsReference, bound }, ...(excess && { excess }) }),
  };
}
