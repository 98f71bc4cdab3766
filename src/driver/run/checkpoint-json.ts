// checkpoint.json: what a checkpoint says but for its tensors, with a checksum of itself.
//
//   { "version": 3, "sha256": "...", "state": { "phase": 1, "step": 400, ... } }
//
// The checksum is of the state as JSON without spaces, so that it is one of what is said, not of how it is laid out.

import { fail } from '../../base/diagnostic.ts';
import { fieldReader } from '../../base/json-fields.ts';
import type { FieldReader } from '../../base/json-fields.ts';
import type { Sums } from '../../engine/engine.ts';
import { taskIn, taskOf } from '../../train/tasks/index.ts';
import { runDiagnostics } from './run-diagnostics.ts';
import { recordOf, startAnew } from './run-files.ts';
import type { FileRecord } from './run-files.ts';
import type { RunIdentity } from './run-identity.ts';
import type { PhaseEnds } from '../../ir/phase.ts';
import type { BestEpoch } from './best-epoch.ts';
import type { PhaseErrors } from './run-summary.ts';
import type { StrengthSearch } from '../../sparsity/strengths.ts';
import type { KeptByPenalty } from './share-budget.ts';
import { readShared } from './budget-shares.ts';
import type { BudgetShares } from './budget-shares.ts';

export interface Checkpoint extends PhaseErrors, PhaseEnds {
  readonly identity: RunIdentity;
  /** Position of the phase in the plan; the number of phases once all are done. */
  readonly phase: number;
  /** The next step, counted over the run. */
  readonly step: number;
  /** Of the current epoch so far. */
  readonly sums: Sums;
  /** Of the current phase so far; absent: no epoch of it has ended, or it goes by none. */
  readonly best?: BestEpoch;
  /** Groups that each penalty keeps which shares a budget; absent: none does, or none has its share yet. */
  readonly shares?: KeptByPenalty;
  /** How these came about. */
  readonly shared?: BudgetShares;
  /** Of strengths for a budget; absent: there is none, or no attempt has ended. */
  readonly search?: StrengthSearch;
  /** Spent so far. */
  readonly seconds: number;
  /** What the run has written, by name; of metrics.jsonl as far as this checkpoint goes. */
  readonly files: Readonly<Record<string, FileRecord>>;
}

/** A checkpoint and the file of its tensors. */
export interface WrittenCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly tensors: FileRecord;
}

const version = 3;

export function encodeCheckpoint({ checkpoint, tensors }: WrittenCheckpoint): string {
  const state = { ...checkpoint, tensors };
  return `${JSON.stringify({ version, sha256: checksumOf(state), state }, null, 2)}\n`;
}

function checksumOf(state: unknown): string {
  return recordOf([new TextEncoder().encode(JSON.stringify(state))]).sha256;
}

/** @param file What a person calls it. Fails with `run/corrupt` and `run/version`. */
export function decodeCheckpoint(text: string, file: string): WrittenCheckpoint {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    corrupt(file, 'text that is no JSON', 'an object');
  }
  const whole = fieldReader(parsed, (found, expected) => corrupt(file, found, expected));
  const written = whole.number('version');
  if (written !== version) fail(runDiagnostics.version({ args: [file, String(written), String(version)], help: 'start the run anew in another folder; its weights can be used as a file: --weights FILE.safetensors' }));
  const [found, expected] = [checksumOf(whole.value('state')), whole.text('sha256')];
  if (found !== expected) corrupt(file, `a state whose sha256 is ${found.slice(0, 12)}...`, `${expected.slice(0, 12)}...`);
  const read = whole.inner('state');
  const record = (of: FieldReader): FileRecord => ({ bytes: of.count('bytes'), sha256: of.text('sha256') });
  const identity = read.inner('identity').each((of, name) => of.text(name));
  const { classes } = taskOf(taskIn(identity['task']));
  const errorIn = (of: FieldReader, name: string): number => (classes ? of.share(name) : of.number(name));
  const sums = read.inner('sums');
  const best = read.has('best') ? read.inner('best') : undefined;
  // Runs of before phases could end early hold no such lists.
  const epochs = (name: string): Record<string, number> => (read.has(name) ? read.inner(name).each((of, phase) => of.count(phase)) : {});
  return {
    checkpoint: {
      identity,
      phase: read.count('phase'),
      step: read.count('step'),
      sums: { loss: sums.number('loss'), correct: sums.number('correct') },
      ...(best && { best: { epoch: best.count('epoch'), error: errorIn(best, 'error') } }),
      stopped: epochs('stopped'),
      kept: epochs('kept'),
      ...(read.has('shares') && { shares: read.inner('shares').each((of, name) => of.count(name)) }),
      ...(read.has('shared') && { shared: readShared(read.inner('shared')) }),
      ...(read.has('search') && { search: searchIn(read.inner('search'), errorIn) }),
      seconds: read.number('seconds'),
      error: read.inner('error').each(errorIn),
      heldOut: read.inner('heldOut').each(errorIn),
      files: read.inner('files').each((of, name) => record(of.inner(name))),
    },
    tensors: record(read.inner('tensors')),
  };
}

function searchIn(read: FieldReader, errorIn: (of: FieldReader, name: string) => number): StrengthSearch {
  return {
    whole: read.number('whole'),
    limit: read.number('limit'),
    attempts: read.list('attempts', (of) => ({ factor: of.number('factor'), reached: of.number('reached'), isAlive: of.flag('isAlive'), ...(of.has('heldOut') && { heldOut: errorIn(of, 'heldOut') }) })),
    ...(read.has('chosen') && { chosen: read.count('chosen') }),
  };
}

function corrupt(file: string, found: string, expected: string): never {
  fail(runDiagnostics.corrupt({ args: [file, found, expected], help: startAnew }));
}
