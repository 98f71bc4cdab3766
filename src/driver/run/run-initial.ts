// What a run began with, kept in its folder from the first moment, so that the run goes on, and a phase that starts
// where the run did begins, without the file that was given.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../../base/diagnostic.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import type { Tensor } from '../../base/tensor.ts';
import { encodeSafetensors, readSafetensors } from '../../engine/safetensors.ts';
import type { Network, TrainSpec } from '../../ir/network.ts';
import { phaseTraits } from '../../ir/phase.ts';
import { hashOfTensors } from '../weights/initial-weights.ts';
import type { InitialWeights } from '../weights/initial-weights.ts';
import { runDiagnostics } from './run-diagnostics.ts';
import { readUnrecorded, recordOf, runFiles } from './run-files.ts';
import type { FileRecord } from './run-files.ts';
import { writeRunFile } from './run-folder.ts';
import type { RunFolder } from './run-folder.ts';
import { initialPart } from './run-identity.ts';
import type { RunIdentity } from './run-identity.ts';

/** What a run began with, as its summary tells it. */
export interface InitialSummary {
  /** The file, as it was called. */
  readonly from: string;
  /** Of the tensors that were taken, in hex. */
  readonly sha256: string;
  /** Parameters taken. */
  readonly taken: number;
  /** Parameters drawn from the seed. */
  readonly fresh: readonly string[];
}

/** What a Node buffer holds. */
const mostBytes = 2 ** 31;

interface KeptWeights {
  readonly tensors: ReadonlyMap<string, Tensor<Float32Array>>;
  readonly hash: string;
  readonly from: string;
}

/**
 * What a run begins or has begun with, as {@link InitialWeights.hash}; undefined: all is drawn from the seed. A run that
 * goes on has it in its folder.
 * @param given With this session's request.
 * @param identity Of the run that it goes on with. Whether `given` is the same is for checkIdentity to judge.
 * Fails with `run/different`, `run/corrupt`, `run/changed`, `weights/*`.
 */
export async function settleInitial(folder: RunFolder, given: InitialWeights | undefined, identity: RunIdentity | undefined): Promise<string | undefined> {
  if (identity) {
    const begun = identity[initialPart];
    if (begun !== undefined) readInitial(folder.path, begun);
    return given ? given.hash : begun;
  }
  // A run killed before its first checkpoint may have left this.
  const kept = existsSync(join(folder.path, runFiles.initial)) ? readInitial(folder.path) : undefined;
  if (!given) return kept?.hash;
  if (kept && kept.hash !== given.hash) {
    fail(runDiagnostics.different({ args: [folder.path, 'weights', `sha256 ${kept.hash.slice(0, 12)}`, `sha256 ${given.hash.slice(0, 12)}`], help: 'a run goes on with what it began with: leave --init out, or choose another folder' }));
  }
  const { tensors, hash, report } = given;
  if (!kept) await writeRunFile(folder, runFiles.initial, encodeSafetensors(tensors, new Map([['from', report.from], ['sha256', hash]])));
  return hash;
}

/**
 * The weights that a run began with.
 * @param expected Their hash, where a checkpoint knows it.
 * Fails with `run/corrupt`, `run/changed`, `weights/*`.
 */
export function readInitial(folder: string, expected?: string): KeptWeights {
  const path = join(folder, runFiles.initial);
  const { tensors, metadata } = readSafetensors(readUnrecorded(folder, runFiles.initial, mostBytes), path);
  const held = new Map([...tensors].map(([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data) }]));
  const [found, written] = [hashOfTensors(held), expected ?? metadata.get('sha256') ?? ''];
  if (found !== written) fail(runDiagnostics.corrupt({ args: [path, `sha256 ${found.slice(0, 12)}`, written.slice(0, 12)], help: 'start the run anew in another folder' }));
  return { tensors: held, hash: found, from: metadata.get('from') ?? '' };
}

/** Of the file, for the first checkpoint. */
export function recordInitial(folder: string): FileRecord {
  return recordOf([readUnrecorded(folder, runFiles.initial, mostBytes)]);
}

/** Fails as {@link readInitial}. */
export function summarizeInitial(folder: string, network: Network, expected: string): InitialSummary {
  const { tensors, hash, from } = readInitial(folder, expected);
  return { from, sha256: hash, taken: tensors.size, fresh: network.parameters.flatMap(({ name, role }) => (role === 'measured' || tensors.has(name) ? [] : [name])) };
}

/** What a person should know of how a run begins. */
export function startWarnings({ phases, span }: TrainSpec, initial: string | undefined): readonly Diagnostic[] {
  const first = phases.find(({ epochs }) => epochs > 0);
  if (initial !== undefined || !first || !phaseTraits[first.kind].penalizes) return [];
  const help = 'begin from trained weights, --init RUN or --init FILE.safetensors, or let a baseline train first: `baseline { epochs = 4 }`';
  return [runDiagnostics['random-start']({ span, args: [first.name], help, severity: 'warning' })];
}
