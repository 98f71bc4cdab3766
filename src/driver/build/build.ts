// From checked source and fitting weights to the files of a module.

import { gzipSync } from 'node:zlib';
import { fail } from '../../base/diagnostic.ts';
import { isKnownDataset } from '../../data/known-datasets.ts';
import type { Json } from '../../emit/literal.ts';
import type { Program } from '../../ir/graph.ts';
import type { Model } from '../../ir/network.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { fewerProducts } from '../../passes/fewer-products.ts';
import type { RoundedParameter } from '../../passes/round-weights.ts';
import { structureReport } from '../../sparsity/structure-report.ts';
import type { StructureReport } from '../../sparsity/structure-report.ts';
import type { Target } from '../../targets/target.ts';
import { rebatch } from '../../train/rebatch.ts';
import { taskOf, taskPart } from '../../train/tasks/index.ts';
import { deploy } from './deploy.ts';
import type { DeployOptions } from './deploy.ts';
import { verifyPrograms } from './equivalence.ts';
import type { Equivalence } from './equivalence.ts';
import { checkWinograd } from '../request.ts';
import { moduleDiagnostics } from '../diagnostics.ts';
import type { ErrorChange } from '../evaluation/error-change.ts';
import { lowerNetwork } from './lower-network.ts';
import { normalizationOf } from './normalization.ts';
import { checkAnswers } from './f32-range.ts';
import { outputNames } from '../run/run-facts.ts';
import type { SampleKind } from '../run/run-facts.ts';
import { hashOfSources } from '../model/source-hash.ts';
import { compilerVersion } from '../model/version.ts';
import { checkPinned, pinnedMeta, scheduledOptions } from '../tuning/pinned.ts';
import type { PinnedSchedules } from '../tuning/pinned.ts';
import { unwatched } from '../model/watch.ts';
import type { Watch } from '../model/watch.ts';
import type { Weights } from '../weights/weights.ts';
import type { NamedFile } from '../files/write-files.ts';

export interface BuildOptions extends DeployOptions {
  readonly target: Target;
  /** Samples a run. */
  readonly batch: number;
  /** Order of the numbers of an image for the module's users. */
  readonly layout: 'chw' | 'hwc';
  /** No files beside the ES module but its declarations. */
  readonly inline: boolean;
  /**
   * Convolutions of 3 x 3 by Winograd's minimal filtering, where that is faster and results are off by at most this share
   * of the largest that a filter can answer. Absent: none. Their weights take 16 / 9 of the room.
   */
  readonly winograd?: number;
  /** It can run on several threads: `load({ threads })`; runs answer promises. */
  readonly threads: boolean;
  /** Schedules that were measured; all others are the machine's own. */
  readonly tuning?: PinnedSchedules;
  /** What storing weights in fewer bits does to the error, where it was measured. */
  readonly change?: ErrorChange;
}

export interface BuildInput {
  readonly model: Model;
  readonly weights: Weights;
}

export interface Built {
  readonly files: readonly NamedFile[];
  /** As lowered: for `batch` samples. */
  readonly program: Program;
  readonly structure: StructureReport;
  readonly equivalence: Equivalence;
  /** How far the weights are off that are stored in fewer bits: by half a step at most. */
  readonly rounding?: readonly RoundedParameter[];
}

/** The same arguments give the same bytes. @throws DiagnosticError `module/no-threads`, as `deploy`; `tuning/*`, `schedule/*` for schedules of another build */
export async function buildModule(input: BuildInput, options: BuildOptions, ops: OpRegistry, watch: Watch = unwatched): Promise<Built> {
  checkThreads(options);
  const { model, weights } = input;
  const { network } = model;
  checkWinograd(options.winograd, options.target);
  const { trained, exact, rounded, program: deployed } = watch.stage('compact', () => deploy(input, options, ops, watch));
  const structure = structureReport(trained, deployed, ops);
  checkAnswers(deployed, structure.macs.compacted, ops);
  const single = finished(deployed, { ...options, batch: 1 }, ops);
  const equivalence = watch.stage('equivalence', () => {
    if (!rounded) return verifyPrograms(trained, single, structure.macs.dense, ops);
    // What passes make of rounded weights is what those were rounded to, as before it is what was trained.
    verifyPrograms(rounded.program, single, structure.macs.dense, ops);
    return verifyPrograms(trained, exact, structure.macs.dense, ops);
  });
  const program = forBatch(single, options.batch, ops);
  if (options.tuning) checkPinned(options.tuning, program, { target: options.target.name, ...scheduledOptions({ ...options, weightsAs: options.weightsAs?.name }) });
  const labels = outputNames(network, weights.labels);
  const normalizations = new Map(network.inputs.flatMap(({ name, normalization }) => (normalization ? [[name, normalizationOf(normalization, weights.parameters)] as const] : [])));
  const emit = await watch.stage('lower', () => lowerNetwork(options.target, program, ops, options.tuning, options.threads, watch));
  const emitted = await watch.stage('emit', () =>
    emit({
      name: network.name,
      file: network.name.toLowerCase(),
      ...(labels && { labels }),
      numbers: !taskOf(model.train).classes,
      normalizations,
      ...(samplesBehind(input) === 'bytes' && { range: [0, 1] as const }),
      layout: options.layout,
      inline: options.inline,
      ...(options.weightsAs && { weightType: options.weightsAs }),
      meta: metaOf(input, options, structure, equivalence),
    }),
  );
  const encoder = new TextEncoder();
  const files = emitted.files.map(({ path, content }) => ({ name: path, bytes: typeof content === 'string' ? encoder.encode(content) : content }));
  return { files, program, structure, equivalence, ...(rounded && { rounding: rounded.parameters }) };
}

/** @throws DiagnosticError `module/no-threads` where threads are asked of a target that has none */
export function checkThreads({ target, threads }: Pick<BuildOptions, 'target' | 'threads'>): void {
  if (threads && !target.hasThreads) fail(moduleDiagnostics['no-threads']({ args: [target.name], help: 'build it for target wasm, or without threads' }));
}

/** Of the run, which knows; else of the data set that the source names, as far as everybody knows it. */
function samplesBehind({ model, weights }: BuildInput): SampleKind | undefined {
  const dataset = model.train?.dataset;
  return weights.samples ?? (dataset?.kind === 'named' && isKnownDataset(dataset.name) ? 'bytes' : undefined);
}

/** What is lowered for such a build. @throws DiagnosticError as `deploy` */
export function deployedProgram(input: BuildInput, options: DeployOptions & Pick<BuildOptions, 'batch' | 'winograd'>, ops: OpRegistry): Program {
  return finished(deploy(input, options, ops).program, options, ops);
}

/** What stands to be lowered of a deployed network. */
function finished(deployed: Program, { batch, winograd }: Pick<BuildOptions, 'batch' | 'winograd'>, ops: OpRegistry): Program {
  return forBatch(winograd === undefined ? deployed : fewerProducts(winograd).run(deployed, { ops }), batch, ops);
}

/** The same network for `batch` samples a run. */
export function forBatch(deployed: Program, batch: number, ops: OpRegistry): Program {
  return batch === 1 ? deployed : { ...deployed, graph: rebatch(deployed.graph, { samples: batch, shards: 1 }, ops) };
}

/** What `net.meta` tells: enough to build the module again and see whether it is the same. */
function metaOf({ model, weights }: BuildInput, { target, dense, batch, layout, inline, threads, winograd, tuning, weightsAs, change }: BuildOptions, { layers, macs }: StructureReport, equivalence: Equivalence): Json {
  const dataset = model.train?.dataset;
  return {
    compiler: `ssl-compile ${compilerVersion()}`,
    target: target.name,
    options: { dense, batch, layout, inline, ...(threads && { threads }), ...(winograd !== undefined && { winograd }), ...(weightsAs && { weightsAs: weightsAs.name }) },
    ...(weightsAs && { rounding: change ? { ...change } : 'its error is not measured' }),
    ...(tuning && { tuning: pinnedMeta(tuning) }),
    ...taskPart(model.train),
    // The path of a folder is nobody's business.
    ...(dataset?.kind === 'named' && { dataset: dataset.name }),
    // What has to be done to images before the module sees them.
    ...(model.train?.resize && { resize: true }),
    source: `sha256:${hashOfSources(model.sources)}`,
    weights: `sha256:${weights.hash}`,
    ...(weights.seed !== undefined && { seed: weights.seed }),
    // How many of the weights are zero is no part of what a module is.
    layers: layers.map((layer) => Object.fromEntries(Object.entries(layer).filter(([field]) => field !== 'nonzero'))),
    macs: { dense: macs.dense, compacted: macs.compacted },
    equivalence: { ...equivalence },
  };
}

export interface FileSize {
  readonly name: string;
  readonly bytes: number;
  /** Absent of a large file: to pack it would take longer than to build it, and weights hardly shrink. */
  readonly gzipBytes?: number;
}

const mostPacked = 2 ** 24;

export function fileSizes(files: readonly NamedFile[]): readonly FileSize[] {
  return files.map(({ name, bytes }) => ({ name, bytes: bytes.length, ...(bytes.length <= mostPacked && { gzipBytes: gzipSync(bytes, { level: 9 }).length }) }));
}
