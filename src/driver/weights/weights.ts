// Weights for a network: of a run, or of any safetensors file whose names and shapes fit.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../../base/diagnostic.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import type { ParameterData } from '../../ir/graph.ts';
import type { Network } from '../../ir/network.ts';
import { fileDiagnostics } from '../diagnostics.ts';
import { fitWeights } from './fit-weights.ts';
import { runFacts } from '../run/run-facts.ts';
import type { RunFacts } from '../run/run-facts.ts';
import { runFiles } from '../run/run-files.ts';
import { fileOfRun } from '../run/run-reader.ts';
import { reasonOf } from '../../base/system-error.ts';
import { withTensorFile } from './tensor-source.ts';
import { fitDiagnostics } from './weight-diagnostics.ts';

export interface Weights extends RunFacts {
  /** As a person wrote it, or the file within the run. */
  readonly file: string;
  /** SHA-256 of the file, in hex. */
  readonly hash: string;
  /** All parameters of the network. */
  readonly parameters: ReadonlyMap<string, ParameterData>;
  /** What a person should know of the file; nothing is wrong. */
  readonly notices: readonly Diagnostic[];
}

/**
 * @param place The folder of a run, or a .safetensors file.
 * @throws DiagnosticError `file/*`, `weights/*`, `fit/*`, `run/*`
 */
export function loadWeights(place: string, network: Network): Weights {
  const file = weightsFile(place);
  const facts = isFolder(place) ? runFacts(place) : {};
  return withTensorFile(file, (source, hash) => ({ file, ...facts, ...fitWeights(source, network), hash: hash() }));
}

export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    return fail(fileDiagnostics.unreadable({ args: [path, reasonOf(error)] }));
  }
}

/**
 * The file itself, or the one of a run that has come to its end, as the run wrote it.
 * @throws DiagnosticError `fit/no-run`, `run/*`
 */
export function weightsFile(place: string): string {
  if (!isFolder(place)) return place;
  const help = `\`ssl-compile train FILE --out ${place} --resume\` writes it anew; to use what it holds now, name it: --weights ${join(place, runFiles.weights)}`;
  return fileOfRun(place, runFiles.weights, help) ?? fail(fitDiagnostics['no-run']({ args: [place, 'it has not come to its end'], help: 'go on with `ssl-compile train FILE --out RUN --resume`' }));
}
