// A model as commands name it: an .ssl file, alone or with weights, or the folder of a run, which has both.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../../base/diagnostic.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import type { Model } from '../../ir/network.ts';
import type { OpRegistry } from '../../ir/op.ts';
import type { RunErrors } from '../evaluation/finding.ts';
import { readRunErrors } from '../run/run-errors.ts';
import { runFiles } from '../run/run-files.ts';
import { overridesOf, sparsityPart } from '../run/run-identity.ts';
import { fileOfRun, readState } from '../run/run-reader.ts';
import { importsOfRun } from '../run/run-sources.ts';
import { withFoundStrengths } from '../run/search-strengths.ts';
import { checkFile } from './source.ts';
import type { CheckedSource } from './source.ts';
import { unwatched } from './watch.ts';
import type { Watch } from './watch.ts';
import { fitDiagnostics } from '../weights/weight-diagnostics.ts';
import { isFolder, loadWeights } from '../weights/weights.ts';
import type { Weights } from '../weights/weights.ts';

export interface OpenedModel {
  readonly model: Model;
  /** Of the source, of a run that was trained otherwise than it says, and of the weights. */
  readonly warnings: readonly Diagnostic[];
  readonly weights?: Weights;
  /** What the run has measured that the weights come from. */
  readonly errors?: RunErrors;
}

export interface OpenRequest {
  readonly watch?: Watch;
  /** The name of the `sparsity` block that counts; a run knows its own. */
  readonly sparsity?: string | undefined;
}

/**
 * @param subject An .ssl file or the folder of a run.
 * @param weightsPlace Where the weights are, if not in the run.
 * @throws DiagnosticError of the stages up to the weights
 */
export function openModel(subject: string, weightsPlace: string | undefined, ops: OpRegistry, { watch = unwatched, sparsity }: OpenRequest = {}): OpenedModel {
  const run = isFolder(subject);
  const { model, warnings } = run ? programOfRun(subject, ops, { watch, sparsity }) : checkFile(subject, ops, { watch, sparsity });
  const place = weightsPlace ?? (run ? subject : undefined);
  if (place === undefined) return { model, warnings };
  const weights = watch.stage('weights', () => loadWeights(place, model.network));
  const errors = readRunErrors(place);
  return { model, warnings: [...warnings, ...weights.notices], weights, ...(errors && { errors }) };
}

/** What a run trains, whether or not it has come to its end, with the strengths that it has found. @throws DiagnosticError of the stages up to the check */
export function programOfRun(folder: string, ops: OpRegistry, { watch = unwatched, sparsity }: OpenRequest = {}): CheckedSource {
  const { model, warnings } = checkFile(sourceOfRun(folder), ops, { watch, imports: importsOfRun(folder), sparsity: sparsity ?? sparsityOfRun(folder) });
  const { identity, search } = readState(folder).checkpoint;
  return { model: withFoundStrengths(model, search), warnings: [...warnings, ...overridesOf(folder, identity, model)] };
}

export interface WeightedModel extends OpenedModel {
  readonly weights: Weights;
}

/** @throws DiagnosticError `fit/no-weights` */
export function withWeights(opened: OpenedModel): WeightedModel {
  const help = 'add --weights RUN, the folder that `ssl-compile train FILE --out RUN` made, or --weights FILE.safetensors';
  return { ...opened, weights: opened.weights ?? fail(fitDiagnostics['no-weights']({ args: [], help })) };
}

/** The `sparsity` block that a run was begun with; undefined where it has no name, or nothing has begun. @throws DiagnosticError `run/*` */
export function sparsityOfRun(folder: string): string | undefined {
  return existsSync(join(folder, runFiles.checkpoint)) ? readState(folder).checkpoint.identity[sparsityPart] : undefined;
}

/** The file a run was trained from. @throws DiagnosticError `fit/no-run`, `run/*` */
export function sourceOfRun(folder: string): string {
  const help = `\`ssl-compile train FILE --out ${folder} --resume\` writes it anew; to use what it says now, name it, with --weights ${join(folder, runFiles.weights)}`;
  const file = fileOfRun(folder, runFiles.source, help);
  return file ?? fail(fitDiagnostics['no-run']({ args: [folder, `it has no ${runFiles.source}`] }));
}
