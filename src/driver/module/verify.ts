// Whether a shipped module computes the network it was built from: its files against what this compiler
// builds from the same weights, its outputs and (on a probe build of the same kernels) every layer against
// the float64 reference, within the rounding bound; each version of its code that this engine has; and, where it runs on
// several threads, that these change no bit.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnostic } from '../../base/diagnostic.ts';
import { DiagnosticError, fail } from '../../base/diagnostic.ts';
import { present } from '../../base/invariant.ts';
import { sizeOf } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import { valueKey } from '../../ir/graph.ts';
import type { Program } from '../../ir/graph.ts';
import type { OpRegistry } from '../../ir/op.ts';
import type { RoundedParameter } from '../../passes/round-weights.ts';
import type { Bounded } from '../../ir/error-bound.ts';
import { unpinned, type SchedulePins } from '../../lower/schedule/pins.ts';
import { versionEverywhere } from '../../targets/target.ts';
import type { CodeVersion, Target } from '../../targets/target.ts';
import { buildModule } from '../build/build.ts';
import type { BuildInput, Built } from '../build/build.ts';
import { storedDiagnostics } from '../build/stored-diagnostics.ts';
import { moduleDiagnostics } from '../diagnostics.ts';
import { channelsFirst, channelsLast } from '../model/layout.ts';
import { tracker } from './comparison.ts';
import type { Comparison, Excess } from './comparison.ts';
import { onlyName, startModule } from './module-process.ts';
import type { AnswerLists, GivenLists, ModuleProcess } from './module-process.ts';
import { probeOf } from '../build/probe.ts';
import { randomInputs } from '../build/random-input.ts';
import { boundedValues } from '../build/rounding-bound.ts';
import { singlePrecision } from '../../ir/error-bound.ts';
import { buildRecord, findModule, readModuleFile } from './shipped-module.ts';
import type { BuildRecord, ShippedModule } from './shipped-module.ts';
import { givenFor } from '../build/user-package.ts';
import { isOfSameBuild } from '../tuning/pinned.ts';
import type { PinnedSchedules } from '../tuning/pinned.ts';
import { tuningDiagnostics } from '../tuning/tuning-diagnostics.ts';
import { readTuning, tuningFile, tuningHash } from '../tuning/tuning-record.ts';
import { hashOfSources } from '../model/source-hash.ts';
import { compilerVersion } from '../model/version.ts';

/** A version of the code: the probe build layer by layer, and the shipped module. */
export interface CheckedVersion {
  readonly name: string;
  readonly layers: readonly Comparison[];
  readonly outputs: Comparison;
}

export interface Verification {
  readonly ok: boolean;
  /** Of the version of the code that `load` runs here, on the probe build. */
  readonly layers: readonly Comparison[];
  /** Of the shipped module, which runs that version. */
  readonly outputs: Comparison;
  /** Every version that was checked, that one first. */
  readonly versions: readonly CheckedVersion[];
  /** Names of versions that the module carries and this engine does not have. */
  readonly unchecked: readonly string[];
  /** Random inputs that the shipped module was run on: of a large network, fewer. */
  readonly inputs: number;
  /** Of weights that are stored in fewer bits: how far each parameter is off the weights of the run, in steps of its type. */
  readonly rounding?: readonly RoundedParameter[];
  /** Files that are, byte for byte, what this compiler builds. Absent: another version has built them. */
  readonly files?: readonly { readonly name: string; readonly same: boolean }[];
  /** What is wrong, if anything. */
  readonly faults: readonly Diagnostic[];
}

/** Runs of the shipped module, each on an input of its own: of a large network fewer, at least one. */
const mostRounds = 4;
const macBudget = 4e8;

/** Of modules that run on several. */
const threadsTried = 2;

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
  const { dense, batch, layout, inline, threads, winograd, tuning, weightsAs, change } = record;
  const given = { ...(winograd !== undefined && { winograd }), ...(tuning && { tuning }), ...(weightsAs && { weightsAs }), ...(change && { change }) };
  const built = await buildModule(input, { target, dense, batch, layout, inline, threads, ...given }, ops);

  const sameVersion = record.compiler === `ssl-compile ${compilerVersion()}`;
  const files = sameVersion ? compareFiles(shipped, built) : undefined;
  const rounds = Math.max(1, Math.min(mostRounds, Math.floor(macBudget / (record.batch * Math.max(1, built.structure.macs.compacted)))));
  const questions = Array.from({ length: rounds }, (_, i) => questionOf(built.program, i + 1, record.layout, ops));
  const { carried, checked } = versionsOf(target, record);
  const versions: CheckedVersion[] = [];
  const faults = [...(await tuningFaults(shipped, record.tuning)), ...roundingFaults(built, record), ...(files?.faults ?? [])];
  for (const version of checked) {
    const what = carried.length === 1 ? '' : ` (${version.name})`;
    const ask = async (running: ModuleProcess): Promise<ComparedOutputs & { readonly runs: string }> => {
      const compared = await compareOutputs(running, path, questions, what).finally(running.close);
      return { ...compared, runs: buildRecord(running.claims.meta, path).runs ?? version.name };
    };
    // What `load` runs unless told otherwise is at hand. Another version that does not run is one fault among others.
    const outputs = versions.length === 0 ? await ask(net) : await orFaults(startModule(shipped, patience, version.load, what).then(ask));
    if ('stoppedBy' in outputs) {
      faults.push(...outputs.stoppedBy);
      continue;
    }
    if (record.threads) faults.push(...(await threadFaults(shipped, version, questions, outputs.answers, what)));
    if (outputs.runs !== version.name) faults.push(moduleDiagnostics.version({ args: [path, version.name, outputs.runs], help: 'build it again' }));
    const layers = await compareLayers(target, version, built.program, record.tuning ?? unpinned, ops, what);
    versions.push({ name: version.name, layers: layers.comparisons, outputs: outputs.comparison });
    faults.push(...outputs.faults, ...layers.faults);
  }
  const { layers, outputs } = present(versions[0], 'version that runs here');
  return {
    ok: faults.length === 0,
    layers,
    outputs,
    versions,
    unchecked: carried.filter((version) => !checked.includes(version)).map(({ name }) => name),
    inputs: rounds,
    ...(built.rounding && { rounding: built.rounding }),
    ...(files && { files: files.files }),
    faults,
  };
}

/** The versions that a module carries, and those that this engine can check. A module that does not say which one runs has only what every engine has. */
function versionsOf(target: Target, { runs }: BuildRecord): { readonly carried: readonly CodeVersion[]; readonly checked: readonly CodeVersion[] } {
  const carried = runs === undefined ? [versionEverywhere(target)] : target.versions;
  return { carried, checked: carried.filter(({ isHere }) => isHere()) };
}

/** The record beside a module is the one that it was built with, or is none of it. */
async function tuningFaults({ folder }: ShippedModule, tuning: PinnedSchedules | undefined): Promise<readonly Diagnostic[]> {
  const path = join(folder, tuningFile);
  if (!tuning || !existsSync(path)) return [];
  const beside = await orFaults(Promise.resolve(path).then(readTuning));
  if ('stoppedBy' in beside) return beside.stoppedBy;
  const found = `sha256:${tuningHash(beside)}`;
  if (found === tuning.record) return [];
  const help = isOfSameBuild(beside, tuning) ? `build with it: --tuning ${path}` : 'it is of another build: remove it, or build each module into a folder of its own';
  return [tuningDiagnostics.changed({ args: [path, found, tuning.record], help })];
}

/** Rounding takes a weight off by half a step at most. */
function roundingFaults({ rounding = [] }: Built, { weightsAs }: BuildRecord): readonly Diagnostic[] {
  // Written so that NaN is a fault.
  return rounding.filter(({ error }) => !(error <= 0.5)).map(({ name, error }) => storedDiagnostics.rounding({ args: [name, weightsAs?.name ?? '', error] }));
}

/** What comes of some work, or what stops it. */
async function orFaults<T>(work: Promise<T>): Promise<T | { readonly stoppedBy: readonly Diagnostic[] }> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof DiagnosticError) return { stoppedBy: error.diagnostics };
    throw error;
  }
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

/** Inputs for the shipped module, and what it should answer. */
interface Question {
  readonly given: GivenLists;
  /** By output. */
  readonly answers: ReadonlyMap<string, Bounded>;
  /** Of what the module answers, in the order of the answer. */
  readonly ordered: (found: Float32Array, shape: Shape) => Float32Array;
  /** Milliseconds within which the module has to answer. */
  readonly patience: number;
}

function questionOf(program: Program, seed: number, layout: 'chw' | 'hwc', ops: OpRegistry): Question {
  const feeds = randomInputs(program.graph, seed);
  const began = performance.now();
  const bounded = boundedValues(program, ops, feeds, singlePrecision);
  const answers = new Map(program.graph.outputs.map(({ name, value }) => [name, bounded(value)]));
  const hwc = layout === 'hwc';
  return {
    given: [...feeds].map(([name, input]) => [name, hwc ? channelsLast(input) : input.data]),
    answers,
    ordered: (found, shape) => (hwc ? channelsFirst(found, shape) : found),
    patience: patience + performance.now() - began,
  };
}

/** Threads change no bit. @param answers Of one thread. */
async function threadFaults(shipped: ShippedModule, version: CodeVersion, questions: readonly Question[], answers: readonly AnswerLists[], what: string): Promise<readonly Diagnostic[]> {
  const asked = `${what} on ${threadsTried} threads`;
  const found = await orFaults(
    startModule(shipped, patience, { ...version.load, threads: threadsTried }, asked).then(async (net) => {
      try {
        return await answersOf(net, questions);
      } finally {
        await net.close();
      }
    }),
  );
  if ('stoppedBy' in found) return found.stoppedBy;
  const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Buffer => Buffer.from(buffer, byteOffset, byteLength);
  const same = found.every((lists, i) => lists.every(([name, list]) => bytesOf(list).equals(bytesOf(present(present(answers[i], 'answer').find(([of]) => of === name), name)[1]))));
  return same ? [] : [moduleDiagnostics.threads({ args: [join(shipped.folder, `${shipped.name}.js`) + what, threadsTried], help: 'build it again' })];
}

async function answersOf(net: ModuleProcess, questions: readonly Question[]): Promise<readonly AnswerLists[]> {
  const answers: AnswerLists[] = [];
  for (const { given, patience: within } of questions) answers.push(await net.run(given, within));
  return answers;
}

interface ComparedOutputs {
  readonly comparison: Comparison;
  /** As the module gave them. */
  readonly answers: readonly AnswerLists[];
  readonly faults: readonly Diagnostic[];
}

async function compareOutputs(net: ModuleProcess, path: string, questions: readonly Question[], what: string): Promise<ComparedOutputs> {
  const outputs = tracker('output');
  const answers = await answersOf(net, questions);
  for (const [i, question] of questions.entries()) {
    const found = new Map(present(answers[i], 'answer'));
    for (const [name, answer] of question.answers) {
      const [list, expected] = [found.get(question.answers.size === 1 ? onlyName : name), sizeOf(answer.value.shape)];
      if (list?.length !== expected) fail(moduleDiagnostics.interface({ args: [path, list?.length ?? 0, expected] }));
      outputs.compare(answer, question.ordered(list, answer.value.shape));
    }
  }
  const { comparison, excess } = outputs.result();
  return { comparison, answers, faults: excess ? [moduleDiagnostics.outputs({ args: [path + what, ...figures(excess)] })] : [] };
}

async function compareLayers(target: Target, { name }: CodeVersion, program: Program, pins: SchedulePins, ops: OpRegistry, what: string): Promise<{ readonly comparisons: Comparison[]; readonly faults: Diagnostic[] }> {
  const probe = probeOf(program, ops);
  const feeds = randomInputs(program.graph, 1);
  const found = await (await target.start(probe.program, ops, await givenFor(target), name, pins)).run(feeds);
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
    faults: results.flatMap(({ comparison, excess }) => (excess ? [moduleDiagnostics.layer({ args: [comparison.name + what, ...figures(excess)] })] : [])),
  };
}

function figures({ difference, allowed }: Excess): readonly [difference: string, bound: string] {
  return [difference.toExponential(2), allowed.toExponential(2)];
}
