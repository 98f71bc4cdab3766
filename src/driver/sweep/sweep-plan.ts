// The runs of a sweep, checked one and all before anything is trained or written: their programs, what each run is
// (run-identity.ts), by which hash it is known, and the run of its dense part (dense-part.ts), which others may share.

import { DiagnosticError, fail } from '../../base/diagnostic.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import type { Source } from '../../base/span.ts';
import type { SourceSet } from '../../base/source-set.ts';
import { fitDataset } from '../../data/fit-dataset.ts';
import { dataInterfaceOf } from '../../ir/network.ts';
import type { Model, TrainSpec } from '../../ir/network.ts';
import { ops } from '../../ops/index.ts';
import { taskOf } from '../../train/tasks/index.ts';
import { parse } from '../../syntax/parse.ts';
import type { DataSearch } from '../data/search-path.ts';
import { placedAt, trainingData } from '../data/training-data.ts';
import { checkFile, checkSource, importsBeside, loadSource } from '../model/source.ts';
import { densePart } from '../run/dense-part.ts';
import { runData } from '../run/run-data.ts';
import { hashOfIdentity, identityOf } from '../run/run-identity.ts';
import type { RunIdentity } from '../run/run-identity.ts';
import { checkNames } from '../run/run-sources.ts';
import { trainSpecOf } from '../run/train.ts';
import { checkAxes, combinationsOf, combinationText, countCombinations, programOf } from './combinations.ts';
import type { Combination } from './combinations.ts';
import { sweepDiagnostics } from './diagnostics.ts';
import type { Axis } from './values.ts';

/** More runs than these have to be confirmed. */
export const mostUnconfirmed = 1000;

export interface SweepProgram {
  readonly file: string;
  readonly axes: readonly Axis[];
  /** The name of the `sparsity` block that counts. */
  readonly sparsity?: string | undefined;
  readonly search: DataSearch;
  /** More than {@link mostUnconfirmed} runs are meant. */
  readonly confirmed: boolean;
}

/** What is to be trained to a folder of its own. */
export interface PlannedTraining {
  readonly hash: string;
  readonly identity: RunIdentity;
  readonly sources: SourceSet;
}

export interface PlannedRun extends PlannedTraining {
  readonly values: Combination;
  /** Absent where the penalties have a say in all of its phases, or in none. */
  readonly dense?: PlannedDense;
}

export interface PlannedDense extends PlannedTraining {
  /** Once one of these phases has begun, runs that share it can begin. */
  readonly after: readonly string[];
}

export interface SweepPlan {
  readonly runs: readonly PlannedRun[];
  /** Of the file as it is written, where it is a sweep's, and of the data. */
  readonly warnings: readonly Diagnostic[];
}

/** What one run trains, and what it is called by. */
export interface NamedProgram {
  readonly values: Combination;
  readonly source: Source;
}

/** @throws DiagnosticError `sweep/*`, and those of reading, checking and data */
export async function planSweep({ file, axes, sparsity, search, confirmed }: SweepProgram): Promise<SweepPlan> {
  const source = loadSource(file);
  const { warnings } = checkFile(file, ops, { sparsity });
  const { file: tree } = parse(source);
  checkAxes(axes, tree);
  const count = countCombinations(axes);
  if (count > mostUnconfirmed && !confirmed) fail(sweepDiagnostics.many({ args: [count, mostUnconfirmed], help: 'add --yes if they are meant' }));
  const { runs, warnings: ofData } = await planPrograms([...combinationsOf(axes)].map((values) => ({ values, source: programOf(tree, values) })), { file, sparsity, search });
  return { runs, warnings: [...warnings, ...ofData] };
}

/** @param file What the programs were made of: they import what it imports. @throws DiagnosticError `sweep/same-run`, and those of checking and data */
export async function planPrograms(sources: readonly NamedProgram[], { file, sparsity, search }: Pick<SweepProgram, 'file' | 'sparsity' | 'search'>): Promise<SweepPlan> {
  const programs = sources.map(({ values, source }) => ({ values, ...checkedProgram(source, file, sparsity) }));
  const fingerprints = new Map<string, Promise<Fingerprint>>();
  const runs: PlannedRun[] = [];
  const first = new Map<string, Combination>();
  const dense = new Map<string, PlannedDense>();
  for (const { values, model, spec } of programs) {
    const key = dataKey(model, spec);
    const known = fingerprints.get(key) ?? placedAt(spec.span, fingerprintOf(model, spec, search));
    fingerprints.set(key, known);
    const { data } = await known;
    const identity = identityOf(model, spec, { data });
    const hash = hashOfIdentity(identity);
    const other = first.get(hash);
    if (other) {
      const help = 'what is set has to count for the training: use the constant where it should, such as `lasso filters of conv1 strength strength`';
      fail(sweepDiagnostics['same-run']({ args: [combinationText(other), combinationText(values)], help }));
    }
    first.set(hash, values);
    const shared = plannedDense(model, data, dense);
    runs.push({ values, hash, identity, sources: model.sources, ...(shared && { dense: shared }) });
  }
  const ofData = await Promise.all(fingerprints.values());
  return { runs, warnings: ofData.flatMap((each) => each.warnings) };
}

function checkedProgram(program: Source, file: string, sparsity: string | undefined): { readonly model: Model; readonly spec: TrainSpec } {
  const { model } = checkSource(program, ops, { imports: importsBeside(file), sparsity });
  checkNames(model.sources);
  return { model, spec: trainSpecOf(model) };
}

export interface Fingerprint {
  readonly data: string;
  readonly warnings: readonly Diagnostic[];
}

/** Programs of equal keys read equal data. */
function dataKey({ network }: Model, spec: TrainSpec): string {
  const { dataset, resize } = spec;
  const { inputShape, classes, targetShape, labels } = dataInterfaceOf(network, taskOf(spec));
  return JSON.stringify([dataset, inputShape, classes, targetShape, labels, resize]);
}

/** Keeps nothing of the data. Fails with what reading it fails with. */
export async function fingerprintOf(model: Model, spec: TrainSpec, search: DataSearch): Promise<Fingerprint> {
  const dataset = await trainingData(model, spec, search);
  const { fingerprint } = runData(fitDataset(dataset, dataInterfaceOf(model.network, taskOf(spec)), spec.span), spec);
  return { data: fingerprint, warnings: dataset.warnings ?? [] };
}

/** One for all programs whose dense part is the same. */
function plannedDense(model: Model, data: string, known: Map<string, PlannedDense>): PlannedDense | undefined {
  const part = densePart(model, ops);
  if (!part) return undefined;
  const identity = identityOf(part.model, part.model.train, { data });
  const hash = hashOfIdentity(identity);
  const found = known.get(hash) ?? { hash, identity, sources: model.sources, after: part.after };
  known.set(hash, found);
  return found;
}

/** Every fault in one error. @throws DiagnosticError */
export function throwAll(faults: readonly Diagnostic[]): void {
  if (faults.length > 0) throw new DiagnosticError(faults);
}
