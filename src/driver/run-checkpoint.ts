// A checkpoint: from it a run goes on to the same bits. `checkpoint.json` says where the run stands and which
// file holds the tensors of that moment.

import { createHash } from 'node:crypto';
import { fail } from '../base/diagnostic.ts';
import type { Tensor } from '../base/tensor.ts';
import type { Sums } from '../engine/engine.ts';
import { encodeSafetensors, readSafetensors } from '../engine/safetensors.ts';
import { runDiagnostics } from './run-diagnostics.ts';
import { checkpointTensorsName, dropOldTensors, readRunFile, runFiles, writeRunFile } from './run-folder.ts';
import type { RunFolder } from './run-folder.ts';
import type { PhaseErrors } from './run-summary.ts';

/** What must be the same for a run to go on. */
export interface RunIdentity {
  /** SHA-256 in hex, as `data`. */
  readonly source: string;
  readonly data: string;
  readonly seed: number;
  /** Of the weights that it began with, likewise; absent: all was drawn from the seed. */
  readonly initial?: string | undefined;
}

export interface Checkpoint extends RunIdentity, PhaseErrors {
  /** Position of the phase in the plan; the number of phases once all are done. */
  readonly phase: number;
  /** The next step, counted over the run. */
  readonly step: number;
  /** Of the current epoch so far. */
  readonly sums: Sums;
  /** Spent so far. */
  readonly seconds: number;
  /** Length of metrics.jsonl. */
  readonly metricsBytes: number;
}

const version = 2;

export async function writeCheckpoint(folder: RunFolder, checkpoint: Checkpoint, tensors: ReadonlyMap<string, Tensor>): Promise<void> {
  const file = checkpointTensorsName(checkpoint);
  const pieces = encodeSafetensors(tensors, new Map([['phase', String(checkpoint.phase)], ['step', String(checkpoint.step)]]));
  await writeRunFile(folder, file, pieces);
  await writeRunFile(folder, runFiles.checkpoint, `${JSON.stringify({ version, tensors: file, sha256: sha256(pieces), ...checkpoint }, null, 2)}\n`);
  await dropOldTensors(folder, file);
}

function sha256(pieces: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}

export interface StoredCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** Fails with `run/*` and `weights/*` diagnostics. */
export async function readCheckpoint(folder: string): Promise<StoredCheckpoint> {
  const text = new TextDecoder().decode(await readRunFile(folder, runFiles.checkpoint));
  const file = `${folder}/${runFiles.checkpoint}`;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    corrupt(file, 'text that is no JSON', 'an object');
  }
  const fields = new Map<string, unknown>(Object.entries(typeof parsed === 'object' && parsed !== null ? parsed : {}));
  if (fields.get('version') !== version) corrupt(file, `version ${JSON.stringify(fields.get('version'))}`, String(version));
  const read = fieldReader(file, fields);
  const checkpoint: Checkpoint = {
    source: read.text('source'),
    data: read.text('data'),
    seed: read.count('seed'),
    ...(fields.has('initial') && { initial: read.text('initial') }),
    phase: read.count('phase'),
    step: read.count('step'),
    sums: { loss: read.inner('sums').number('loss'), correct: read.inner('sums').number('correct') },
    seconds: read.number('seconds'),
    metricsBytes: read.count('metricsBytes'),
    error: read.inner('error').numbers(),
    heldOut: read.inner('heldOut').numbers(),
  };
  const name = read.text('tensors');
  const expected = checkpointTensorsName(checkpoint);
  if (name !== expected) corrupt(file, `tensors in "${name}"`, expected);
  const bytes = await readRunFile(folder, name);
  const { tensors, metadata } = readSafetensors(bytes, `${folder}/${name}`);
  const [phase, step] = [metadata.get('phase'), metadata.get('step')];
  if (step !== String(checkpoint.step) || phase !== String(checkpoint.phase)) corrupt(`${folder}/${name}`, `step ${step}, phase ${phase}`, `step ${checkpoint.step}, phase ${checkpoint.phase}`);
  const [found, written] = [sha256([bytes]), read.text('sha256')];
  if (found !== written) corrupt(`${folder}/${name}`, `sha256 ${found.slice(0, 12)}`, written.slice(0, 12));
  return { checkpoint, tensors };
}

function corrupt(file: string, found: string, expected: string): never {
  fail(runDiagnostics.corrupt({ args: [file, found, expected], help: 'start the run anew in another folder' }));
}

interface FieldReader {
  readonly count: (name: string) => number;
  readonly number: (name: string) => number;
  readonly text: (name: string) => string;
  readonly inner: (name: string) => FieldReader;
  readonly numbers: () => Record<string, number>;
}

function fieldReader(file: string, fields: ReadonlyMap<string, unknown>): FieldReader {
  const number = (name: string): number => {
    const value = fields.get(name);
    // JSON has no other numbers than finite ones.
    return typeof value === 'number' && value >= 0 ? value : corrupt(file, `${name} ${JSON.stringify(value)}`, 'a number from 0');
  };
  return {
    count: (name) => {
      const value = number(name);
      return Number.isInteger(value) ? value : corrupt(file, `${name} ${value}`, 'a whole number');
    },
    number,
    text: (name) => {
      const value = fields.get(name);
      return typeof value === 'string' ? value : corrupt(file, `${name} ${JSON.stringify(value)}`, 'text');
    },
    inner: (name) => {
      const value = fields.get(name);
      if (typeof value !== 'object' || value === null) corrupt(file, `${name} ${JSON.stringify(value)}`, 'an object');
      return fieldReader(file, new Map<string, unknown>(Object.entries(value)));
    },
    numbers: () => Object.fromEntries([...fields.keys()].map((name) => [name, number(name)])),
  };
}

/** Fails with `run/different` where the checkpoint belongs to another run. */
export function checkIdentity(folder: string, found: RunIdentity, expected: RunIdentity): void {
  const differs = (['source', 'data', 'seed', 'initial'] as const).flatMap((what) => {
    const names = { source: 'source', data: 'data set', seed: 'seed', initial: 'weights' };
    const [before, now] = [found[what], expected[what]];
    if (before === now) return [];
    const shown = (value: string | number | undefined): string => (typeof value === 'string' ? `sha256 ${value.slice(0, 12)}` : String(value ?? 'none'));
    return [runDiagnostics.different({ args: [folder, names[what], shown(before), shown(now)], help: `a run goes on with what it began with: choose another folder for this ${names[what]}` })];
  });
  const [first] = differs;
  if (first) fail(first);
}
