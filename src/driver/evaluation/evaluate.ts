// The error of what ships: a built module, or the module that `build` would make of a run, on the test set of a
// data set.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DiagnosticError, fail } from '../../base/diagnostic.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import { sizeOf } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import { checkFit } from '../../data/check-dataset.ts';
import { nameClasses } from '../../data/class-names.ts';
import type { Dataset } from '../../data/dataset.ts';
import { checkGivenDataset } from '../../data/given-dataset.ts';
import { answeredBy } from '../../ir/network.ts';
import type { DatasetReference } from '../../ir/network.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { targets } from '../../targets/index.ts';
import { taskOf, taskPart } from '../../train/tasks/index.ts';
import type { OfTask } from '../../train/tasks/index.ts';
import type { Task } from '../../train/tasks/task.ts';
import { versionEverywhere } from '../../targets/target.ts';
import type { CodeVersion } from '../../targets/target.ts';
import { compactedNetwork } from './answers.ts';
import type { AnsweringNetwork } from './answers.ts';
import { moduleDiagnostics } from '../diagnostics.ts';
import { judge } from './evaluation.ts';
import type { Evaluation } from './evaluation.ts';
import { channelsFirst, channelsLastOrder } from '../model/layout.ts';
import { openModel, withWeights } from '../model/model.ts';
import { onlyName, startModule } from '../module/module-process.ts';
import { outputNames } from '../run/run-facts.ts';
import { runFiles } from '../run/run-files.ts';
import { buildRecord, findModule, modulesIn, taughtInterface } from '../module/shipped-module.ts';
import type { BuildRecord } from '../module/shipped-module.ts';
import { isFolder } from '../weights/weights.ts';

/** A network that is ready to answer. */
export interface Subject extends OfTask {
  readonly network: string;
  /** What its kernels are built for. */
  readonly target: string;
  /** The data set that its source names, where that is known. */
  readonly dataset?: DatasetReference | undefined;
  /** It was trained on images that were scaled to its input. */
  readonly resize: boolean;
  /** Names of the classes, where the source gives them. */
  readonly labels?: readonly string[] | undefined;
  readonly answering: AnsweringNetwork;
  readonly close: () => Promise<void>;
}

export type EvaluationReport = Evaluation & EvaluatedSubject;

interface EvaluatedSubject extends OfTask {
  readonly network: string;
  readonly target: string;
  readonly dataset: string;
  /** What the data has otherwise than the network, and that does no harm. */
  readonly warnings: readonly Diagnostic[];
}

/** Milliseconds that a module may take to load, and to run once. */
const patience = 60_000;

/**
 * @param place The folder of a module, the ES module, or the folder of a run.
 * @throws DiagnosticError `module/*`, `fit/*`, `file/*`, and of the stages up to the weights
 */
export async function openSubject(place: string, ops: OpRegistry): Promise<Subject> {
  if (!isFolder(place) || !existsSync(join(place, runFiles.source))) return openModule(place);
  const [module, ...others] = modulesIn(place);
  if (module !== undefined) fail(moduleDiagnostics['and-run']({ args: [place, [module, ...others]], help: `name the module: ${join(place, `${module}.js`)}` }));
  return openRun(place, ops);
}

async function openRun(folder: string, ops: OpRegistry): Promise<Subject> {
  const { model, weights } = withWeights(openModel(folder, undefined, ops));
  const { graph, name } = model.network;
  const answering = await compactedNetwork({ graph, parameters: weights.parameters }, ops);
  return { ...taskPart(model.train), network: name, target: targets[0].name, dataset: model.train?.dataset, resize: model.train?.resize ?? false, labels: outputNames(model.network, weights.labels), answering, close: async () => {} };
}

/** The module runs as verify runs it: in a process of its own, and what needs a package as it runs on any machine. */
async function openModule(place: string): Promise<Subject> {
  const shipped = findModule(place);
  const path = join(shipped.folder, `${shipped.name}.js`);
  let net = await startModule(shipped, patience);
  try {
    const record = buildRecord(net.claims.meta, path);
    const version = versionForAll(record);
    if (version) {
      await net.close();
      net = await startModule(shipped, patience, version.load);
    }
    const { target, batch, layout, dataset, resize, task } = record;
    const { name, inputShape: given, outputShape: answered, labels } = taughtInterface(net.claims, taskOf(record), path);
    const first = (shape: Shape): Shape => (layout === 'hwc' && shape.length === 3 ? [shape[2] ?? 1, shape[0] ?? 1, shape[1] ?? 1] : shape);
    const [inputShape, outputShape] = [first(given), first(answered)];
    const outputs = batch * sizeOf(outputShape);
    const order = layout === 'hwc' ? channelsLastOrder([batch, ...inputShape]) : undefined;
    const run = async (samples: Float32Array): Promise<Float32Array> => {
      const [answer] = await net.run([[onlyName, order ? Float32Array.from(order, (from) => samples[from] as number) : samples]], patience);
      const numbers = answer?.[1];
      if (numbers?.length !== outputs) fail(moduleDiagnostics.interface({ args: [path, numbers?.length ?? 0, outputs] }));
      return order ? channelsFirst(numbers, [batch, ...outputShape]) : numbers;
    };
    const named: DatasetReference | undefined = dataset === undefined ? undefined : { kind: 'named', name: dataset };
    return { ...(task && { task }), network: name, target, dataset: named, resize, labels, answering: { inputShape, outputShape, batch, run }, close: net.close };
  } catch (error) {
    await net.close();
    throw error;
  }
}

/** The version of a module's code that every engine has, where another one runs: with it figures are the same on all. */
function versionForAll({ target, runs }: BuildRecord): CodeVersion | undefined {
  const found = targets.find(({ name }) => name === target);
  // A module that does not say which version runs has one.
  if (!found || runs === undefined) return undefined;
  const version = versionEverywhere(found);
  return runs === version.name ? undefined : version;
}

/** @throws DiagnosticError `data/*` where the data is faulty or does not fit, `module/broken`, `module/interface` */
export async function evaluateSubject({ network, target, labels, answering, ...subject }: Omit<Subject, 'dataset' | 'resize' | 'close'>, given: Dataset): Promise<EvaluationReport> {
  checkGivenDataset(given);
  const task = taskOf(subject);
  const warnings = [...(given.warnings ?? []), ...fittingData(given, answering, task)];
  const dataset = nameClasses(given, labels);
  return { ...taskPart(subject), network, target, dataset: dataset.name, ...(await judge(task.name, answering, dataset.test, labels ?? dataset.labels)), warnings };
}

/** What is wrong with the data but does no harm. */
function fittingData(dataset: Dataset, { inputShape, outputShape }: AnsweringNetwork, task: Task): readonly Diagnostic[] {
  // What `train` advises, to change the network, comes too late here.
  const help = { error: 'evaluate on data that the network was made for: --on NAME, or --data FOLDER', warning: 'the other outputs are never a right answer' };
  const found = checkFit(dataset, { inputShape, ...answeredBy(outputShape, task) }).map((fault): Diagnostic => ({ ...fault, help: help[fault.severity] }));
  const errors = found.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new DiagnosticError(errors);
  return found;
}
