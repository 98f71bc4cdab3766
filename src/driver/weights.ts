// Weights for a network: of a run, or of any safetensors file whose names and shapes fit.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DiagnosticError, fail } from '../base/diagnostic.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import { didYouMean } from '../base/suggest.ts';
import { formatShape, sameShape } from '../base/tensor.ts';
import type { Tensor } from '../base/tensor.ts';
import { readSafetensors } from '../engine/safetensors.ts';
import type { ParameterData } from '../ir/graph.ts';
import type { Network } from '../ir/network.ts';
import { reasonOf } from './system-error.ts';
import { fileDiagnostics, fitDiagnostics } from './diagnostics.ts';
import { readRegularFile } from './regular-file.ts';
import { runFiles } from './run-folder.ts';

export interface Weights {
  /** As a person wrote it, or the file within the run. */
  readonly file: string;
  /** SHA-256 of the file, in hex. */
  readonly hash: string;
  /** What the run that made them was trained with. */
  readonly seed?: number;
  /** All parameters of the network. */
  readonly parameters: ReadonlyMap<string, ParameterData>;
}

/** What a Node buffer holds. */
const mostBytes = 2 ** 31;

/**
 * @param place The folder of a run, or a .safetensors file.
 * @throws DiagnosticError `file/*`, `weights/*`, `fit/*`
 */
export function loadWeights(place: string, network: Network): Weights {
  const file = weightsFile(place);
  const bytes = readRegularFile(file, mostBytes);
  const { tensors } = readSafetensors(bytes, file);
  const seed = seedOf(place);
  return { file, hash: createHash('sha256').update(bytes).digest('hex'), ...(seed !== undefined && { seed }), parameters: fitWeights(tensors, network, file) };
}

/** Of a finished run; weights from elsewhere have none. */
function seedOf(place: string): number | undefined {
  const file = join(place, runFiles.summary);
  if (!isFolder(place) || !existsSync(file)) return undefined;
  try {
    const summary: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof summary === 'object' && summary !== null && 'seed' in summary && typeof summary.seed === 'number' ? summary.seed : undefined;
  } catch (error) {
    return fail(fileDiagnostics.unreadable({ args: [file, reasonOf(error)] }));
  }
}

export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    return fail(fileDiagnostics.unreadable({ args: [path, reasonOf(error)] }));
  }
}

function weightsFile(place: string): string {
  if (!isFolder(place)) return place;
  const file = join(place, runFiles.weights);
  if (existsSync(file)) return file;
  if (!existsSync(join(place, runFiles.checkpoint))) {
    return fail(fitDiagnostics['no-run']({ args: [place, `it holds no ${runFiles.weights}`], help: 'name the folder that `ssl-compile train FILE --out RUN` made, or a .safetensors file' }));
  }
  return fail(fitDiagnostics['no-run']({ args: [place, 'it has not come to its end'], help: 'go on with `ssl-compile train FILE --out RUN --resume`' }));
}

/** The tensors in float64, each checked against its parameter. @throws DiagnosticError `fit/*` */
export function fitWeights(tensors: ReadonlyMap<string, Tensor>, network: Network, file: string): ReadonlyMap<string, ParameterData> {
  const names = network.parameters.map(({ name }) => name);
  const fits = ({ name, shape }: (typeof network.parameters)[number]): boolean => {
    const found = tensors.get(name);
    return found !== undefined && sameShape(found.shape, shape);
  };
  const faults: Diagnostic[] = [];
  for (const parameter of network.parameters) {
    const { name, shape } = parameter;
    const found = tensors.get(name);
    if (!found) faults.push(fitDiagnostics.missing({ args: [file, name, formatShape(shape)] }));
    else if (!fits(parameter)) faults.push(fitDiagnostics.shape({ args: [file, name, formatShape(found.shape), formatShape(shape)] }));
  }
  for (const name of tensors.keys()) {
    if (!names.includes(name)) faults.push(fitDiagnostics.unknown({ args: [file, name, network.name], help: didYouMean(name, names) }));
  }
  if (faults.length > 0 && !network.parameters.some(fits)) {
    fail(fitDiagnostics['another-network']({ args: [file, network.name], help: faults[0]?.message }));
  }
  if (faults.length > 0) throw new DiagnosticError(faults);

  return new Map(
    network.parameters.map(({ name, shape }) => {
      const data = Float64Array.from(tensors.get(name)?.data ?? []);
      const wild = data.find((value) => !Number.isFinite(value));
      if (wild !== undefined) fail(fitDiagnostics['not-finite']({ args: [file, name, String(wild)], help: 'the training has diverged: take weights from before' }));
      return [name, { shape, data }];
    }),
  );
}
