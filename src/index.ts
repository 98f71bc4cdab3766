// The compiler as a library: the stages of the command line, one function each.
//
//   import { build, loadModel, loadDataset, train, writeFiles } from 'ssl-compile';
//
//   const { model } = loadModel('lenet.ssl');
//   await train(model, await loadDataset('mnist'), { out: 'runs/lenet' });
//   const { files } = await build(loadModel('lenet.ssl', 'runs/lenet'), { target: 'js' });
//   writeFiles('out', files);
//
// Whatever is wrong with the input is thrown as a DiagnosticError; `renderDiagnostic` shows one with its place.

import { check as checkFile } from './check/check.ts';
import type { Checked, CheckRequest } from './check/check.ts';
import { benchModel } from './driver/module/bench.ts';
import type { BenchReport } from './driver/module/bench.ts';
import { buildModule } from './driver/build/build.ts';
import type { BuildInput, BuildOptions, Built } from './driver/build/build.ts';
import { evaluateSubject, openSubject } from './driver/evaluation/evaluate.ts';
import { exportModel as exportOnnx } from './driver/export/export-model.ts';
import type { Exported, ExportRequest } from './driver/export/export-model.ts';
import { importModel as importOnnx } from './driver/import/import-model.ts';
import type { Imported, ImportRequest as ImportModelRequest } from './driver/import/import-model.ts';
import type { EvaluationReport } from './driver/evaluation/evaluate.ts';
import { measureChange } from './driver/evaluation/error-change.ts';
import { explainModel } from './driver/model/explain.ts';
import type { Explanation, ExplainRequest } from './driver/model/explain.ts';
import { openModel, withWeights } from './driver/model/model.ts';
import type { OpenedModel } from './driver/model/model.ts';
import { ladder as trainLadder } from './driver/ladder/ladder.ts';
import type { LadderOptions, LadderOutcome } from './driver/ladder/ladder.ts';
import { readReport } from './driver/report/read-report.ts';
import { checkFlag, checkInteger, checkTrainSpec, checkWinograd, findNamed, mostSamples, mostWorkers } from './driver/request.ts';
import { train as trainModel } from './driver/run/train.ts';
import { engines } from './driver/run/engines.ts';
import type { TrainOptions, TrainResult } from './driver/run/train-options.ts';
import { pinnedBy } from './driver/tuning/pinned.ts';
import { tuneNetwork } from './driver/tuning/tune.ts';
import type { Tuned } from './driver/tuning/tune.ts';
import type { TuneOptions } from './driver/tuning/tune-nests.ts';
import { parseTuning, tuningAsFile, tuningFile } from './driver/tuning/tuning-record.ts';
import type { TuningRecord } from './driver/tuning/tuning-record.ts';
import { choose } from './driver/sweep/choose.ts';
import type { Budgets, Choice } from './driver/sweep/choose.ts';
import type { SweepOutcome, SweepRun } from './driver/sweep/results.ts';
import { sweepOverQueue } from './driver/sweep/queue/sweep-over-queue.ts';
import { sweep as sweepProgram } from './driver/sweep/sweep.ts';
import type { SweepOptions } from './driver/sweep/sweep.ts';
import { verifyModule } from './driver/module/verify.ts';
import type { Verification } from './driver/module/verify.ts';
import type { Dataset } from './data/dataset.ts';
import { weightTypes } from './emit/weight-types/index.ts';
import type { WeightTypeName } from './emit/weight-types/index.ts';
import type { Model } from './ir/network.ts';
import { ops } from './ops/index.ts';
import { reportPage } from './report/page.ts';
import type { ReportData } from './report/report-data.ts';
import type { SourceFile } from './syntax/ast.ts';
import { parse as parseSource } from './syntax/parse.ts';
import type { Parsed } from './syntax/parse.ts';
import { targets, timedTargets } from './targets/index.ts';
import type { TargetName, TimedName } from './targets/index.ts';

export { DiagnosticError } from './base/diagnostic.ts';
export type { Diagnostic, RelatedPlace, Severity, TextEdit } from './base/diagnostic.ts';
export { renderDiagnostic } from './base/frame.ts';
export type { SourceSet } from './base/source-set.ts';
export type { FileSamples, MemorySamples, SampleFile, Samples, SampleSource, ValueRange } from './base/samples.ts';
export type { Source, Span } from './base/span.ts';
export type { Checked, CheckRequest } from './check/check.ts';
export type { SourceSymbol, SymbolKind } from './check/program/symbols.ts';
export type { Dataset, Split } from './data/dataset.ts';
export type { Reading } from './data/image-shape.ts';
export type { BenchReport, LayerTiming, Timing } from './driver/module/bench.ts';
export type { Processor } from './driver/module/processor.ts';
export type { BuildInput, BuildOptions, Built } from './driver/build/build.ts';
export { downloadDataset } from './driver/data/download.ts';
export { loadDataset } from './driver/data/load-dataset.ts';
export type { DataSearch } from './driver/data/search-path.ts';
export type { Equivalence } from './driver/build/equivalence.ts';
export type { EvaluationReport } from './driver/evaluation/evaluate.ts';
export type { ClassEvaluation, ClassScore } from './driver/evaluation/classes.ts';
export type { Evaluation } from './driver/evaluation/evaluation.ts';
export type { NumberEvaluation } from './driver/evaluation/squares.ts';
export type { Explanation, ExplainRequest } from './driver/model/explain.ts';
export type { Finding } from './driver/evaluation/finding.ts';
export type { OpenedModel } from './driver/model/model.ts';
export { writeModule as writeFiles } from './driver/module/module-folder.ts';
export type { InitReport, InitRequest } from './driver/weights/initial-weights.ts';
export type { AttemptEvent, BeginEvent, EpochEvent, PhaseEvent, SharesEvent, StepEvent, StrengthsEvent, TrainEvent } from './driver/run/run-events.ts';
export type { RunSummary } from './driver/run/run-summary.ts';
export type { TrainOptions, TrainResult } from './driver/run/train-options.ts';
export type { Comparison } from './driver/module/comparison.ts';
export type { CheckedVersion, Verification } from './driver/module/verify.ts';
export type { Exported } from './driver/export/export-model.ts';
export type { Imported } from './driver/import/import-model.ts';
export type { ImportedInput, ImportedOutput, NodeOutcome } from './onnx/import/import-model.ts';
export type { LadderOutcome, LadderRun } from './driver/ladder/ladder.ts';
export type { Errors, RungCosts, RungResult } from './driver/ladder/rung-result.ts';
export type { DenseMeans, GrainMeans, LeastKept, Standings, Winner } from './driver/ladder/standings.ts';
export type { Budgets, Choice } from './driver/sweep/choose.ts';
export type { Combination } from './driver/sweep/combinations.ts';
export type { Mean, SeedMeans } from './driver/sweep/means.ts';
export type { RunResult, SweepOutcome, SweepRun } from './driver/sweep/results.ts';
export type { SweepEvent } from './driver/sweep/sweep.ts';
export type { Tuned } from './driver/tuning/tune.ts';
export type { TuneProgress } from './driver/tuning/tune-nests.ts';
export { readTuning } from './driver/tuning/tuning-record.ts';
export type { TunedTimes, TuningRecord } from './driver/tuning/tuning-record.ts';
export { loadWeights } from './driver/weights/weights.ts';
export type { Weights } from './driver/weights/weights.ts';
export type { NamedFile } from './driver/files/write-files.ts';
export { openSamples } from './engine/sample-reader.ts';
export type { SampleOrder, SampleReader } from './engine/sample-reader.ts';
export { printGraph } from './ir/print.ts';
export type { Graph, Program } from './ir/graph.ts';
export type { Model, Network, Penalty, TrainSpec } from './ir/network.ts';
export type { ReportData } from './report/report-data.ts';
export type { GrainStorage, GranularityReport, LayerGranularity } from './sparsity/granularity/granularity-report.ts';
export type { MemoryReferences } from './sparsity/granularity/references.ts';
export type { BeforeAfter, Kept, LayerReport, StructureReport } from './sparsity/structure-report.ts';
export { format } from './syntax/format.ts';
export type { Parsed } from './syntax/parse.ts';
export type { WeightTypeName } from './emit/weight-types/index.ts';
export type { ErrorChange } from './driver/evaluation/error-change.ts';
export type { TargetName } from './targets/index.ts';

/** Source text to a syntax tree, with every mistake in it. @param name What messages call the source. */
export function parse(text: string, name = '<string>'): Parsed {
  return parseSource({ name, text });
}

/** Names, arguments, shapes, sizes, penalties, training. @param file Of a source without syntax errors. */
export function check(file: SourceFile, request: CheckRequest = {}): Checked {
  return checkFile(file, ops, request);
}

export interface LoadRequest {
  /** The name of the `sparsity` block that counts, of a file with several; a run knows its own. */
  readonly sparsity?: string;
}

/**
 * Reads and checks a file, or the folder of a run.
 * @param subject An .ssl file, or the folder of a run, which holds weights too.
 * @param weights The folder of a run, or a .safetensors file whose names and shapes fit.
 * @throws DiagnosticError
 */
export function loadModel(subject: string, weights?: string, request: LoadRequest = {}): OpenedModel {
  return openModel(subject, weights, ops, request);
}

export interface ImportRequest extends ImportModelRequest {
  /** What messages call the model. */
  readonly file?: string;
}

/**
 * Makes a source and weights of an ONNX model, and proves in float64 that they answer what it does. Reads and writes no file.
 * @param bytes Of an .onnx file.
 * @throws DiagnosticError `onnx/*`: all that keeps it from being imported
 */
export function importModel(bytes: Uint8Array, { file = 'model.onnx', ...request }: ImportRequest = {}): Imported {
  return importOnnx(bytes, file, request, true, ops);
}

/**
 * The network, compacted unless `dense`, as the bytes of an .onnx file, proved in float64 to answer the same. Writes no file.
 * @throws DiagnosticError `fit/no-weights`, and as {@link build}
 */
export function exportModel(opened: OpenedModel, { dense = false }: Partial<ExportRequest> = {}): Exported {
  checkFlag('dense', dense);
  return exportOnnx(withWeights(opened), { dense }, ops);
}

/**
 * Trains as the model says: baseline, sparsify, finetune, control.
 * @param dataset Not kept: its samples move to shared memory, so let go of it.
 * @returns The summary, also written to `summary.json` of the run's folder.
 * @throws DiagnosticError `request/*`, `run/*`, `data/*`, `train/*`, `weights/*`, `fit/*` and `map/*`
 */
export async function train(model: Model, dataset: Dataset, options: TrainOptions): Promise<TrainResult> {
  if (options.threads !== undefined) checkInteger('threads', options.threads, mostWorkers);
  if (options.engine !== undefined) findNamed('engine', options.engine, engines);
  if (model.train) checkTrainSpec(model.train, model.network);
  return trainModel(model, dataset, options);
}

export interface SweepRequest extends Pick<SweepOptions, 'out' | 'workers' | 'sparsity' | 'onProgress' | 'signal'> {
  /** Values by the name of a constant of the file, or of `seed`. Runs are all combinations, those of the last name fastest. */
  readonly set: Readonly<Record<string, readonly number[]>>;
  /** Where data sets are looked for first. */
  readonly data?: string;
  /** More than 1,000 runs are meant. */
  readonly many?: boolean;
  /** Has the runs trained by the workers of a queue (`ssl-compile worker`), in place of processes here. */
  readonly queue?: SweepQueueRequest;
}

export interface SweepQueueRequest {
  /** Of a Redis server, as `redis://localhost:6379`. */
  readonly url: string;
  /** `sweeps` unless given. */
  readonly name?: string;
  /** Told what is waited for: no worker is there, or the server is away. */
  readonly onNote?: (note: string) => void;
}

/**
 * Trains a file for all combinations of values, each as a run of its own in the folder `out`, by worker processes. What
 * is trained there is not trained again: after whatever has stopped it, the same call goes on.
 * @throws DiagnosticError `sweep/*`, `queue/*`, `request/*`, `run/*`, and those of the file and its data, all before anything is written
 */
export async function sweep(file: string, { set, data, many = false, queue, ...options }: SweepRequest): Promise<SweepOutcome> {
  if (options.workers !== undefined) checkInteger('workers', options.workers, mostWorkers);
  checkFlag('many', many);
  const axes = Object.entries(set).map(([name, values]) => ({ name, values }));
  const request: SweepOptions = { ...options, file, axes, search: { directory: data }, confirmed: many };
  if (!queue) return sweepProgram(request);
  const { url, name, onNote = () => {} } = queue;
  return sweepOverQueue(request, { url, name, onNote, onTrouble: (trouble) => onNote(trouble ?? 'it goes on') });
}

export interface LadderRequest extends Pick<LadderOptions, 'out' | 'workers' | 'grains' | 'keep' | 'seeds' | 'rounds' | 'onProgress' | 'signal'> {
  /** Where data sets are looked for first. */
  readonly data?: string;
}

/**
 * The granularity ladder (Mao et al., 2017): prunes the convolutions of a file at each grain, from single weights to
 * filters, to several shares of their weights, each a run of its own as `sweep` trains them, and compares errors, storage and
 * memory references. The penalties of the file do not count.
 * @throws DiagnosticError `ladder/*`, `sweep/*`, `request/*`, `run/*`, and those of the file and its data, all before anything is written
 */
export async function ladder(file: string, { data, ...options }: LadderRequest): Promise<LadderOutcome> {
  if (options.workers !== undefined) checkInteger('workers', options.workers, mostWorkers);
  return trainLadder({ ...options, file, search: { directory: data } });
}

/**
 * Of the runs of a sweep that keep to budgets, that with the smallest held-out error; where none does, the nearest.
 * Undefined where none has ended with a network that answers. Modules are timed on this machine, where a budget asks for it.
 * @throws DiagnosticError `sweep/nothing-held-out`
 */
export async function chooseRun(runs: readonly SweepRun[], budgets: Budgets): Promise<Choice | undefined> {
  return choose(runs, budgets);
}

export interface BuildRequest extends Partial<Omit<BuildOptions, 'target' | 'tuning' | 'weightsAs' | 'change'>> {
  /** `wasm` unless given. */
  readonly target?: TargetName;
  /** What `tune` has measured for the same network, target, `dense` and `batch`, here or elsewhere (`readTuning`). */
  readonly tuning?: TuningRecord;
  /** Stores weights in fewer bits, which `load` widens; f32 unless given. */
  readonly weightsAs?: WeightTypeName;
  /** What to measure on what `weightsAs` does to the error: `net.meta` tells. */
  readonly dataset?: Dataset;
}

const layouts = [{ name: 'chw' }, { name: 'hwc' }];

/**
 * The files of a module, which `writeFiles` puts into a folder. Compacted, one sample a run, channels first,
 * unless the request says otherwise. The same input gives the same bytes. With `tuning` the record is one of the files.
 * @throws DiagnosticError `fit/no-weights`, `request/*`, `result/dead-layer` where compacting would leave nothing, `tuning/*` for a record of
 * another build, `stored/*` for weights that `weightsAs` does not hold, `data/*` for a `dataset` that does not fit
 */
export async function build(model: OpenedModel, { target = 'wasm', dense = false, batch = 1, layout = 'chw', inline = false, threads = false, winograd, tuning, weightsAs, dataset }: BuildRequest = {}): Promise<Built> {
  const found = findNamed('target', target, targets);
  checkInteger('batch', batch, mostSamples);
  findNamed('layout', layout, layouts);
  for (const [name, flag] of Object.entries({ dense, inline, threads })) checkFlag(name, flag);
  checkWinograd(winograd, found);
  const record = tuning && checkedTuning(tuning);
  const input = withWeights(model);
  const stored = weightsAs !== undefined && { weightsAs: findNamed('type of weights', weightsAs, weightTypes) };
  const change = stored && dataset && { change: await measureChange(input, { dense, ...stored }, dataset, ops) };
  const given = { ...(winograd !== undefined && { winograd }), ...stored, ...change, ...(record && { tuning: pinnedBy(record, tuningFile) }) };
  const built = await buildModule(input, { target: found, dense, batch, layout, inline, threads, ...given }, ops);
  return record ? { ...built, files: [...built.files, tuningAsFile(record)] } : built;
}

/** Callers may be plain JavaScript. */
function checkedTuning(tuning: TuningRecord): TuningRecord {
  return parseTuning(JSON.stringify(tuning), 'tuning');
}

export interface TuneRequest extends Pick<TuneOptions, 'stop' | 'onProgress'> {
  /** `wasm` unless given. */
  readonly target?: TimedName;
  readonly dense?: boolean;
  /** Samples a run: 1 unless given. */
  readonly batch?: number;
  /** As `build` takes it. */
  readonly winograd?: number;
  /** As `build` takes it. */
  readonly weightsAs?: WeightTypeName;
}

/**
 * Measures on this machine which schedules of the network's loops are the fastest: seconds for a small network, two
 * minutes at most. The record is an input of `build`, here and on any other machine.
 * @throws DiagnosticError `fit/no-weights`, `request/*`, `result/dead-layer`
 */
export async function tune(model: OpenedModel, { target = 'wasm', dense = false, batch = 1, winograd, weightsAs, ...options }: TuneRequest = {}): Promise<Tuned> {
  const found = findNamed('target', target, timedTargets);
  checkInteger('batch', batch, mostSamples);
  const stored = weightsAs !== undefined && { weightsAs: findNamed('type of weights', weightsAs, weightTypes) };
  return tuneNetwork(withWeights(model), { target: found, dense, batch, ...(winograd !== undefined && { winograd }), ...stored }, ops, options);
}

/**
 * Compares a module that `build` made with the float64 reference: its files, its outputs, every layer.
 * @param place Its folder, or the ES module.
 * @throws DiagnosticError where there is no module, or one built from something else
 */
export function verify(place: string, model: OpenedModel): Promise<Verification> {
  const input: BuildInput = withWeights(model);
  return verifyModule(place, input, targets, ops);
}

/**
 * The error of a built module, or of the one that `build` would make of a run, on the test set of `dataset`:
 * whole, by class, and which class is taken for which; of a network that answers with numbers, the mean squared error.
 * Bytes become byte / 255; of equal scores the first counts.
 * @param place The folder of a module, the ES module, or the folder of a run.
 * @throws DiagnosticError where there is nothing to evaluate, or the data does not fit
 */
export async function evaluate(place: string, dataset: Dataset): Promise<EvaluationReport> {
  const subject = await openSubject(place, ops);
  try {
    return await evaluateSubject(subject, dataset);
  } finally {
    await subject.close();
  }
}

/**
 * What a network consists of and what its penalties may remove; with weights, what each group became and why, and what
 * zeros save, if that is asked for.
 */
export function explain({ model, weights, errors }: OpenedModel, { storage = false }: ExplainRequest = {}): Explanation {
  checkFlag('storage', storage);
  return explainModel(model, weights?.parameters, errors, ops, { storage });
}

export interface ReportRequest {
  /** Whether to time the network on this machine: yes unless given. Without it the same run gives the same report. */
  readonly timing?: boolean;
  /** Told the name of what is timed next. */
  readonly onLayer?: (name: string) => void;
}

export interface Report {
  readonly data: ReportData;
  /** A page that shows the data. It needs no other file, and runs no script. */
  readonly html: string;
}

/**
 * What came of a run, or how far it has come.
 * @param run Its folder.
 * @throws DiagnosticError where it is no run, or not as training left it
 */
export async function report(run: string, { timing = true, onLayer }: ReportRequest = {}): Promise<Report> {
  const { data } = await readReport(run, ops, { timing, onLayer });
  return { data, html: await reportPage(data) };
}

export interface BenchRequest {
  /** `wasm` unless given. */
  readonly target?: TimedName;
  /** Samples a run: 1 unless given. */
  readonly batch?: number;
  /** Told the name of what is timed next. */
  readonly onLayer?: (name: string) => void;
}

/**
 * Times the dense against the compacted network on this machine, layer by layer and whole, in microseconds.
 * @throws DiagnosticError `fit/no-weights`, `request/*`
 */
export async function bench(model: OpenedModel, { target = 'wasm', batch = 1, onLayer = () => {} }: BenchRequest = {}): Promise<BenchReport> {
  const found = findNamed('target', target, timedTargets);
  checkInteger('batch', batch, mostSamples);
  return benchModel(withWeights(model), found, batch, ops, onLayer);
}
