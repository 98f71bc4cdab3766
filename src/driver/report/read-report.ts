// Everything that the report of a run tells, read from its folder; each file by its record (run-files.ts).

import { join } from 'node:path';
import type { Diagnostic } from '../../base/diagnostic.ts';
import { fail } from '../../base/diagnostic.ts';
import { present } from '../../base/invariant.ts';
import { readSafetensors } from '../../engine/safetensors.ts';
import type { Normalization } from '../../emit/module-facts.ts';
import type { Program } from '../../ir/graph.ts';
import { onlyInput } from '../../ir/network.ts';
import type { Model, Network, TrainSpec } from '../../ir/network.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { phaseTraits } from '../../ir/phase.ts';
import type { MeasuredTimes, Origin, ReportData, TestAnswers, TestSquares } from '../../report/report-data.ts';
import { budgetText } from '../../sparsity/network-budget.ts';
import { structureReport } from '../../sparsity/structure-report.ts';
import { wasmTarget } from '../../targets/wasm/target.ts';
import { phaseKey } from '../../train/plan.ts';
import { taskPart } from '../../train/tasks/index.ts';
import { compact } from '../build/compact.ts';
import { normalizationOf } from '../build/normalization.ts';
import { answersNothing } from '../evaluation/finding.ts';
import { findingsOf } from '../evaluation/findings.ts';
import { usedInputs } from '../model/input-map.ts';
import { openModel, programOfRun, withWeights } from '../model/model.ts';
import type { WeightedModel } from '../model/model.ts';
import { hashOfSources } from '../model/source-hash.ts';
import { compilerVersion } from '../model/version.ts';
import { benchModel } from '../module/bench.ts';
import { processorText } from '../module/processor.ts';
import type { Checkpoint } from '../run/checkpoint-json.ts';
import { runDiagnostics } from '../run/run-diagnostics.ts';
import { phaseFile, readRecorded, runFiles } from '../run/run-files.ts';
import { initialPart, samplePartNames, sparsityPart } from '../run/run-identity.ts';
import type { RunIdentity } from '../run/run-identity.ts';
import { readInitial } from '../run/run-initial.ts';
import { readState, summaryOfRun } from '../run/run-reader.ts';
import type { RunSummary } from '../run/run-summary.ts';
import { fitDiagnostics } from '../weights/weight-diagnostics.ts';
import { isFolder } from '../weights/weights.ts';
import { epochLines, penalisedGroups, phaseCourses, unfinishedAt } from './course.ts';
import type { EpochLine } from './course.ts';
import { filterPictures } from './filter-pictures.ts';
import type { WeightsThen } from './filter-pictures.ts';
import { layerCourses } from './layer-courses.ts';

export interface ReportRequest {
  /** Whether to time the network on this machine; what is not measured is the same wherever it is read. */
  readonly timing: boolean;
  /** Told the name of what is timed next. */
  readonly onLayer?: ((name: string) => void) | undefined;
}

export interface ReadReport {
  readonly data: ReportData;
  /** Of the source, of a run that was trained otherwise than it says, and of the weights. */
  readonly warnings: readonly Diagnostic[];
}

/** @param folder Of a run, which need not have come to its end. @throws DiagnosticError `fit/*`, `run/*`, and of the stages up to the weights */
export async function readReport(folder: string, ops: OpRegistry, request: ReportRequest): Promise<ReadReport> {
  if (!isFolder(folder)) fail(fitDiagnostics['no-run']({ args: [folder, 'it is no folder'], help: 'name the folder that `ssl-compile train FILE --out RUN` made' }));
  const summary = summaryOfRun(folder);
  return summary === undefined ? readUnfinished(folder, ops) : readFinished(folder, summaryFields(folder, summary), ops, request);
}

function readUnfinished(folder: string, ops: OpRegistry): ReadReport {
  const { model, warnings } = programOfRun(folder, ops);
  const { checkpoint } = readState(folder);
  const lines = epochLines(folder, checkpoint);
  const { dataset } = present(model.train, 'train block of a run');
  const data: ReportData = {
    ...coursesOf(folder, model, checkpoint, lines, warnings, ops),
    dataset: dataset.kind === 'named' ? dataset.name : dataset.path,
    unfinished: unfinishedAt(model, checkpoint, lines),
    findings: [],
    answers: true,
    filters: [],
    layers: [],
    origin: originOfRun(folder, model, checkpoint),
  };
  return { data, warnings };
}

type Courses = Pick<ReportData, 'format' | 'task' | 'network' | 'notes' | 'phases' | 'groups' | 'search' | 'shared'>;

function coursesOf(folder: string, model: Model, checkpoint: Checkpoint, lines: readonly EpochLine[], warnings: readonly Diagnostic[], ops: OpRegistry): Courses {
  return {
    format: 1,
    ...taskPart(model.train),
    network: model.network.name,
    notes: warnings.filter(({ code }) => code === 'run/overridden').map(({ message }) => message.replace(`${folder} was`, 'The run was')),
    phases: phaseCourses(model, checkpoint, lines),
    groups: penalisedGroups(model, checkpoint, lines, ops),
    ...(checkpoint.shared && model.total && { shared: { budget: budgetText(model.total), of: model.total.of, ...checkpoint.shared } }),
    ...(checkpoint.search && model.total && { search: { budget: budgetText(model.total), of: model.total.of, ...checkpoint.search } }),
  };
}

async function readFinished(folder: string, summary: Summary, ops: OpRegistry, { timing, onLayer }: ReportRequest): Promise<ReadReport> {
  const opened = withWeights(openModel(folder, undefined, ops));
  const { model, weights: { parameters, hash }, errors, warnings } = opened;
  const { checkpoint } = readState(folder);
  const { network } = model;
  const trained: Program = { graph: network.graph, parameters };
  const compacted = compact(trained, ops);
  const structure = structureReport(trained, compacted, ops);
  const findings = findingsOf(model, parameters, errors, ops);
  const inputs = usedInputs(compacted, onlyInput(network).shape, ops);
  const { product, control, chance, seconds, dataset, evaluation } = summary;
  const { macs, convMacs, weights, bytes } = structure;
  const data: ReportData = {
    ...coursesOf(folder, model, checkpoint, epochLines(folder, checkpoint), warnings, ops),
    dataset,
    findings,
    answers: !answersNothing(findings),
    result: { product, ...(control !== undefined && { control }), chance, seconds, macs, convMacs, weights, bytes },
    filters: filterPictures(trained, weightsBefore(folder, model, checkpoint), { when: `after ${product}`, parameters }, ops),
    ...(inputs && { inputs: { shape: inputs.shape, used: inputs.used, connections: inputs.connections } }),
    layers: layerCourses(trained, compacted, structure, ops),
    ...(evaluation && { evaluation: testAnswers(evaluation) }),
    ...(timing && { timing: await measure(opened, ops, onLayer) }),
    origin: withStatistics({ ...originOfRun(folder, model, checkpoint), weightsHash: hash }, network, parameters),
  };
  return { data, warnings };
}

type Summary = Pick<RunSummary, 'product' | 'control' | 'chance' | 'seconds' | 'dataset'> & Partial<Pick<RunSummary, 'evaluation'>>;

/** @param summary As it was written: by this version, or by an earlier one that told less. @throws DiagnosticError `run/earlier` */
function summaryFields(folder: string, summary: unknown): Summary {
  const found = summary as Partial<RunSummary>;
  const needed = (['product', 'chance', 'seconds', 'dataset'] as const).find((field) => found[field] === undefined);
  if (needed !== undefined) fail(runDiagnostics.earlier({ args: [join(folder, runFiles.summary), needed], help: `\`ssl-compile train FILE --out ${folder} --resume\` writes it anew` }));
  return found as Summary;
}

/** What the penalties met: the end of the last phase before them, or what the run was given to begin with. */
function weightsBefore(folder: string, { train }: Model, { files, identity }: Checkpoint): WeightsThen | undefined {
  const phases = train?.phases ?? [];
  const first = phases.findIndex(({ kind, epochs }) => phaseTraits[kind].penalizes && epochs > 0);
  const before = phases.slice(0, Math.max(0, first)).findLastIndex(({ kind, epochs }) => epochs > 0 && !phaseTraits[kind].compares);
  const name = phases[before]?.name;
  if (name !== undefined) {
    const file = phaseFile(phaseKey(phases, before));
    const { tensors } = readSafetensors(readRecorded(folder, file, present(files[file], file)), join(folder, file));
    return { when: `after ${name}`, parameters: tensors };
  }
  const begun = identity[initialPart];
  return begun === undefined ? undefined : { when: 'as given to begin with', parameters: readInitial(folder, begun).tensors };
}

function testAnswers(evaluation: RunSummary['evaluation']): TestAnswers | TestSquares {
  const { samples, error, unanswered } = evaluation;
  if (!('classes' in evaluation)) return { samples, error, root: evaluation.root, unanswered, ...(evaluation.outputs && { outputs: evaluation.outputs }) };
  const { wrong, classes, confusion } = evaluation;
  return {
    samples,
    wrong,
    error,
    unanswered,
    classes: classes.map((each) => ({ name: each.name, samples: each.samples, wrong: each.wrong })),
    confusion: confusion.flatMap((row, truth) => row.flatMap((count, answer) => (count > 0 ? [[truth, answer, count] as const] : []))),
  };
}

async function measure(opened: WeightedModel, ops: OpRegistry, onLayer: (name: string) => void = () => {}): Promise<MeasuredTimes> {
  const { layers, whole, processor, target } = await benchModel(opened, wasmTarget, 1, ops, onLayer);
  return {
    processor: processorText(processor),
    runtime: `Node ${process.versions.node}`,
    date: new Date().toISOString().slice(0, 10),
    target,
    layers: layers.map(({ name, dense, compacted }) => ({ name, dense: dense.microseconds, ...(compacted && { compacted: compacted.microseconds }) })),
    whole: { dense: whole.dense.microseconds, compacted: whole.compacted.microseconds },
  };
}

function originOfRun(folder: string, { sources, train }: Model, { identity }: Checkpoint): Origin {
  const seed = Number(identity['seed']);
  const spec = present(train, 'train block of a run');
  const written = spec.seed;
  const begun = identity[initialPart];
  const dataHash = identity['data set'];
  const sparsity = identity[sparsityPart];
  return {
    compiler: compilerVersion(),
    sources: [{ path: runFiles.source, text: sources.main.text }, ...[...sources.imported].map(([path, { text }]) => ({ path, text }))],
    sourceHash: hashOfSources(sources),
    ...(dataHash !== undefined && { dataHash }),
    seed,
    samples: samplesOf(identity, spec),
    ...(seed !== written && { writtenSeed: written }),
    ...(sparsity !== undefined && { sparsity }),
    ...(begun !== undefined && { initial: { from: readInitial(folder, begun).from, sha256: begun } }),
  };
}

function samplesOf(identity: RunIdentity, { heldOut, heldOutSpan }: TrainSpec): Origin['samples'] {
  // A share that nobody has written does not count where the data itself says what is held out.
  const unsaid = heldOutSpan === undefined && identity[samplePartNames.heldOut] === String(heldOut);
  const names = Object.values(samplePartNames).filter((name) => name !== samplePartNames.heldOut || !unsaid);
  return names.flatMap((name) => (identity[name] === undefined ? [] : [[name, identity[name]] as const]));
}

/** What was measured of the training set and is part of the network; numbers that the source has are not told again. */
function withStatistics(origin: Origin, network: Network, parameters: Program['parameters']): Origin {
  const { normalization } = onlyInput(network);
  if (!normalization) return origin;
  const found = normalizationOf(normalization, parameters);
  const measured = (['mean', 'deviation'] as const).filter((statistic) => 'measured' in normalization[statistic]);
  const told = (value: Normalization['mean']): string => (typeof value === 'string' ? 'an image, each pixel its own' : value.map((each) => Number(each.toPrecision(5))).join(', '));
  return { ...origin, samples: [...origin.samples, ...measured.map((statistic) => [`${statistic} of the training set`, told(found[statistic])] as const)] };
}
