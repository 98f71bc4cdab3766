// Steps of a phase by an exported program, by the engine, and by the step graph in the float64 interpreter, from one state.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { present } from '../../src/base/invariant.ts';
import type { MemorySamples } from '../../src/base/samples.ts';
import { sizeOf, tensor } from '../../src/base/tensor.ts';
import type { Tensor } from '../../src/base/tensor.ts';
import { fitDataset } from '../../src/data/fit-dataset.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { cropsOf, epochPass, samplesOf } from '../../src/driver/run/epoch.ts';
import { phaseRequests } from '../../src/driver/run/run-context.ts';
import type { Run } from '../../src/driver/run/run-context.ts';
import { runData } from '../../src/driver/run/run-data.ts';
import { checkedPlan } from '../../src/driver/run/run-plan.ts';
import { measureInput } from '../../src/driver/run/run-statistics.ts';
import { startEngine } from '../../src/engine/engine.ts';
import { phaseGraphs } from '../../src/engine/phase-module.ts';
import { encodeSafetensors } from '../../src/engine/safetensors.ts';
import { withSamples } from '../../src/engine/sample-reader.ts';
import { evaluate } from '../../src/ir/evaluate.ts';
import { fedName, isParameter } from '../../src/ir/leaf.ts';
import { dataInterfaceOf, onlyInput } from '../../src/ir/network.ts';
import type { Model } from '../../src/ir/network.ts';
import type { F64Tensor } from '../../src/ir/op.ts';
import { ops } from '../../src/ops/index.ts';
import { groupSets } from '../../src/sparsity/groups.ts';
import { cropAt, cropImage } from '../../src/train/augment.ts';
import { optimizers } from '../../src/train/optimizers/index.ts';
import { initialParameters } from '../../src/train/initialize.ts';
import { positionOf } from '../../src/train/plan.ts';
import { taskOf } from '../../src/train/tasks/index.ts';
import { importsBeside, checkSource, loadSource } from '../../src/driver/model/source.ts';
import { runPython, tensorsIn, waves, writeData, writeProgramOf } from './program.ts';

type State = ReadonlyMap<string, Tensor>;

/** Before each step, and behind the last. */
export interface Stepped {
  readonly losses: readonly number[];
  readonly states: readonly State[];
}

/** A model, its data, and what they come to in one phase. */
export interface Course {
  readonly model: Model;
  readonly dataset: Dataset;
  readonly run: Pick<Run, 'model' | 'spec' | 'plan' | 'data' | 'phases'>;
  readonly phase: number;
  /** Parameters, as they are drawn and measured. */
  readonly start: State;
}

export function courseOf(model: Model, dataset: Dataset, phase: number): Course {
  const spec = present(model.train, 'train');
  const data = runData(fitDataset(dataset, dataInterfaceOf(model.network, taskOf(spec))), spec);
  const groups = groupSets(model.network, ops, model.penalties);
  const run = { model, spec, plan: checkedPlan(spec, model, data.division), data, phases: phaseRequests(spec, groups) };
  const start = new Map<string, Tensor>();
  for (const [name, { shape, data: values }] of [...initialParameters(model.network, spec.seed), ...measureInput(model.network, data).parameters]) start.set(name, tensor(shape, Float32Array.from(values)));
  return { model, dataset, run, phase, start };
}

/** Steps of a course, asked of its exported program. */
interface Job {
  readonly program: string;
  readonly data: string;
  readonly phase: number;
  readonly steps: number;
  readonly start: string;
  readonly out: string;
  readonly float64: boolean;
}

function writeJob({ model, dataset, phase, start }: Course, steps: number, folder: string, float64: boolean): Job {
  const [data, program, from, out] = ['data', 'program', 'start', 'out'].map((name) => join(folder, name)) as [string, string, string, string];
  writeData(dataset, data);
  writeProgramOf({ ...model, train: { ...present(model.train, 'train'), dataset: { kind: 'folder', path: data } } }, program);
  writeFileSync(from, Buffer.concat(encodeSafetensors(start)));
  return { program, data, phase, steps, start: from, out, float64 };
}

function readJob({ out, steps }: Job): Stepped {
  if (existsSync(`${out}.error`)) throw new Error(readFileSync(`${out}.error`, 'utf8'));
  const found = tensorsIn(out);
  const states = Array.from({ length: steps + 1 }, (_, step) => new Map([...found].flatMap(([name, value]) => (name.startsWith(`${step}/`) ? [[name.slice(`${step}/`.length), value] as const] : []))));
  return { losses: [...present(found.get('loss'), 'losses').data], states };
}

/** @param folder Made, for the programs and their data. */
export async function byPrograms(courses: readonly Course[], steps: number, folder: string, float64: boolean): Promise<readonly Stepped[]> {
  const jobs = courses.map((course, i) => writeJob(course, steps, join(folder, String(i)), float64));
  const list = join(folder, 'jobs.json');
  writeFileSync(list, JSON.stringify(jobs));
  const ran = await runPython([join(import.meta.dirname, 'steps.py'), list]);
  if (ran.code !== 0) throw new Error(ran.err);
  return jobs.map(readJob);
}

export async function byProgram(course: Course, steps: number, folder: string, float64: boolean): Promise<Stepped> {
  return present((await byPrograms([course], steps, folder, float64))[0], 'steps');
}

/** @param states Taken on before each step, where they are given: else it goes on from its own. */
export async function byEngine({ model, run, phase, start }: Course, steps: number, states?: readonly State[]): Promise<Stepped> {
  const engine = startEngine({ model, phases: run.phases, data: run.data.shared, threads: 1 }, ops);
  try {
    await engine.enter(phase, run.phases[phase]?.groups);
    engine.write(withMasks(start, [...engine.read().keys()]));
    const pass = epochPass(run as Run, phase, 0);
    const losses: number[] = [];
    const reached: State[] = [new Map(engine.read())];
    for (let step = 0; step < steps; step++) {
      const given = states?.[step];
      if (given) engine.write(given);
      const { batchLoss } = await engine.run({ ...pass, from: step, to: step + 1 });
      losses.push(batchLoss);
      reached.push(new Map(engine.read()));
    }
    return { losses, states: reached };
  } finally {
    await engine.close();
  }
}

/** Everything may live. */
function withMasks(start: State, names: readonly string[]): State {
  const masks = names.filter((name) => name.endsWith('.mask')).map((name) => {
    const { shape, data } = present(start.get(name.slice(0, -'.mask'.length)), name);
    return [name, tensor(shape, new Float32Array(data.length).fill(1))] as const;
  });
  return new Map<string, Tensor>([...start, ...masks]);
}

/** The step graph, interpreted in float64. */
export function byReference({ model, run, phase, start }: Course, steps: number): Stepped {
  const { spec, firstStep } = present(run.plan.phases[phase], 'phase');
  const request = present(run.phases[phase], 'request');
  const { step: graph } = phaseGraphs(model, request, ops);
  const pass = epochPass(run as Run, phase, 0);
  const leaves = graph.nodes.flatMap((node) => (isParameter(node) ? [[present(fedName(node), 'name'), present(node.results[0], 'shape')] as const] : []));
  const given = withMasks(start, leaves.map(([name]) => name));
  const state = new Map<string, F64Tensor>(leaves.map(([name, shape]) => [name, tensor(shape, Float64Array.from(given.get(name)?.data ?? new Float64Array(sizeOf(shape))))]));
  const losses: number[] = [];
  const states: State[] = [new Map(state)];
  const scalar = (value: number): F64Tensor => tensor([], Float64Array.of(value));
  for (let at = 0; at < steps; at++) {
    const numbers = samplesOf(pass, spec, at);
    const { rate } = positionOf(run.plan, firstStep + at);
    const own = Object.entries(optimizers[spec.optimizer.name].scalars).map(([name, of]) => [name, scalar(of(spec.optimizer.settings, at + 1))] as const);
    const labels = Float64Array.from(numbers, (number) => run.data.shared.training.labels[number] as number);
    const weights = labels.map((label) => run.data.lossWeights?.[label] ?? 1);
    const feeds = new Map<string, F64Tensor>([
      ...state,
      ['sample', samplesIn(model, run.data.shared.training.samples as MemorySamples, numbers, cropsOf(pass, spec, at))],
      ['label', tensor([numbers.length], labels)],
      ['sample-weight', tensor([numbers.length], weights)],
      ['rate', scalar(rate)],
      ['strength', scalar(1)],
      ['step', scalar(firstStep + at)],
      ['seed', scalar(run.spec.seed)],
      ...own,
    ]);
    const { outputs, state: next } = evaluate(graph, ops, feeds);
    losses.push(present(outputs.get('loss'), 'loss').data.reduce((a, b) => a + b, 0) / numbers.length);
    for (const [name, value] of next) state.set(name, value);
    states.push(new Map(state));
  }
  return { losses, states };
}

function samplesIn(model: Model, samples: MemorySamples, numbers: Uint32Array, crops: Int32Array | undefined): F64Tensor {
  const { shape } = onlyInput(model.network);
  const size = sizeOf(shape);
  const [rows = 1, columns = 1] = shape.slice(-2);
  return withSamples(samples, size, 'any', ({ held, locate }) => {
    const data = new Float64Array(numbers.length * size);
    const shown = new Uint8Array(size);
    const unit = samples instanceof Uint8Array ? 255 : 1;
    for (const [i, number] of numbers.entries()) {
      const image = held.slice(locate(number), locate(number) + size) as MemorySamples;
      if (crops) cropImage(image, shown, rows, columns, cropAt(crops, i));
      for (let e = 0; e < size; e++) data[i * size + e] = ((crops ? shown : image)[e] as number) / unit;
    }
    return tensor([numbers.length, ...shape], data);
  });
}

export interface CourseOptions {
  /** Samples of a step; that of the phase unless given. */
  readonly batch?: number;
  /** Rows and columns of images; those of the network unless given. */
  readonly size?: number;
  /** Learning rate; that of the phase unless given. */
  readonly rate?: number;
}

/** Of a phase of an example, on waves of the shape that it reads, enough for 20 steps. */
export function exampleCourse(name: string, phase: number, { batch, size, rate }: CourseOptions = {}): Course {
  const file = join(import.meta.dirname, '../../examples', `${name}.ssl`);
  const source = loadSource(file);
  const text = size === undefined ? source.text : source.text.replace(/tensor\[3, \d+, \d+\]/, `tensor[3, ${size}, ${size}]`);
  const { model } = checkSource({ ...source, text }, ops, { imports: importsBeside(file) });
  const train = present(model.train, 'train');
  const phases = train.phases.map((spec) => ({ ...spec, ...(batch !== undefined && { batch }), ...(rate !== undefined && { schedule: { kind: 'constant', rate } as const }) }));
  const samples = 20 * Math.max(...phases.map((spec) => spec.batch));
  return courseOf({ ...model, train: { ...train, phases, heldOut: 0 } }, waves(onlyInput(model.network).shape, samples), phase);
}

/** The largest difference of losses, relative; of small ones absolute. */
export function lossesApart(theirs: Stepped, ours: Stepped): number {
  return Math.max(...ours.losses.map((loss, step) => Math.abs((theirs.losses[step] ?? NaN) - loss) / Math.max(loss, 1e-2)));
}

/** The largest difference of any two numbers behind the last step, of all that both hold. */
export function farthest(theirs: Stepped, ours: Stepped): number {
  const [found, expected] = [present(theirs.states.at(-1), 'end'), present(ours.states.at(-1), 'end')];
  return Math.max(...[...expected].map(([name, { data }]) => differenceOf(present(found.get(name), name).data, data)));
}

function differenceOf(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let difference = 0;
  for (let i = 0; i < expected.length; i++) difference = Math.max(difference, Math.abs((found[i] ?? NaN) - (expected[i] as number)));
  return difference;
}

/** By step, how far two updates of the same state are apart, over the norm of the first, all that is held together. */
export function updatesApart(theirs: Stepped, ours: Stepped): readonly number[] {
  return ours.losses.map((_, step) => {
    let [difference, update] = [0, 0];
    for (const [name, { data: other }] of present(ours.states[step + 1], 'state')) {
      const [before, after] = [theirs.states[step], theirs.states[step + 1]].map((state): ArrayLike<number> => present(state?.get(name), name).data);
      for (let i = 0; i < other.length; i++) {
        difference += ((after?.[i] ?? NaN) - (other[i] as number)) ** 2;
        update += ((after?.[i] ?? NaN) - (before?.[i] ?? NaN)) ** 2;
      }
    }
    return Math.sqrt(difference / update);
  });
}
