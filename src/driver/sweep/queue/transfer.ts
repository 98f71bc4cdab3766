// Folders of runs on their way through a board: each file once by its checksum, in packed pieces. A file that the run of the dense
// part has too is not sent again.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { DiagnosticError, fail } from '../../../base/diagnostic.ts';
import { invariant } from '../../../base/invariant.ts';
import { notWritable } from '../../files/atomic-file.ts';
import { decodeCheckpoint } from '../../run/checkpoint-json.ts';
import type { Checkpoint } from '../../run/checkpoint-json.ts';
import { checkpointTensorsName, isAsRecorded, readRecorded, readUnrecorded, recordOf, runFiles } from '../../run/run-files.ts';
import type { FileRecord } from '../../run/run-files.ts';
import { hashOfIdentity } from '../../run/run-identity.ts';
import { readState } from '../../run/run-reader.ts';
import type { Board, Committed, RunState, TakenJob } from './board.ts';
import { queueDiagnostics } from './diagnostics.ts';

const [pack, unpack] = [promisify(deflateRaw), promisify(inflateRaw)];

/** Bytes of a piece before it is packed. */
export const pieceBytes: number = 2 ** 20;
/** Bytes of all files of a run: what Redis has to hold of each run that is under way. */
export const mostRunBytes: number = 2 ** 28;
/** A checkpoint may be replaced while it is read. */
const patience = { times: 40, milliseconds: 50 } as const;

/** A run as it lies in its folder. */
export interface Snapshot {
  readonly checkpoint: Checkpoint;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Undefined where there is no checkpoint. @throws DiagnosticError `run/*`, `queue/other`, `queue/too-large` */
export async function snapshotOf(folder: string, hash: string): Promise<Snapshot | undefined> {
  for (let tried = 1; ; tried++) {
    if (!existsSync(join(folder, runFiles.checkpoint))) return undefined;
    try {
      return readSnapshot(folder, hash);
    } catch (error) {
      const isReplaced = error instanceof DiagnosticError && error.diagnostics.every(({ code }) => code === 'run/changed');
      if (!isReplaced || tried === patience.times) throw error;
      await sleep(patience.milliseconds);
    }
  }
}

function readSnapshot(folder: string, hash: string): Snapshot {
  const bytes = readUnrecorded(folder, runFiles.checkpoint, mostRunBytes);
  const { checkpoint, tensors } = decodeCheckpoint(new TextDecoder().decode(bytes), join(folder, runFiles.checkpoint));
  const found = hashOfIdentity(checkpoint.identity);
  if (found !== hash) fail(queueDiagnostics.other({ args: [found, hash], help: 'see who changes the data, then start the worker again' }));
  const records = { ...checkpoint.files, [checkpointTensorsName(checkpoint)]: tensors };
  const total = Object.values(records).reduce((sum, record) => sum + record.bytes, bytes.length);
  refuseLarge(total);
  // Lines of metrics.jsonl may follow those of the checkpoint.
  const files = Object.entries(records).map(([name, record]) => [name, readRecorded(folder, name, record, name === runFiles.metrics)] as const);
  return { checkpoint, files: new Map([...files, [runFiles.checkpoint, bytes]]) };
}

/** @throws DiagnosticError `queue/too-large` */
export function refuseLarge(bytes: number): void {
  if (!(bytes <= mostRunBytes)) fail(queueDiagnostics['too-large']({ args: [bytes, mostRunBytes], help: 'sweep without --queue' }));
}

export interface Sending {
  readonly board: Board;
  readonly hash: string;
  readonly taken?: TakenJob | undefined;
  /** Of whom pieces are, until they are committed. */
  readonly owner: string;
  /** What is there of the run, and of that of its dense part. */
  readonly before: RunState | undefined;
  readonly dense?: RunState | undefined;
}

export interface Sent {
  readonly committed: Committed;
  readonly state: RunState;
}

/** Sends what is not there yet, and commits it. @param snapshot Undefined: what is there stays, unless it has failed. */
export async function send({ board, hash, taken, owner, before, dense }: Sending, snapshot: Snapshot | undefined, end?: RunState['end']): Promise<Sent> {
  const kept = end?.kind === 'failed' ? undefined : before;
  const files: Readonly<Record<string, FileRecord>> = snapshot ? recordsOf(snapshot) : (kept?.files ?? {});
  const state: RunState = { step: snapshot?.checkpoint.step ?? kept?.step ?? 0, files, ...(end && { end }) };
  const needed = new Set(Object.values(files).map(({ sha256 }) => sha256));
  const [there, shared] = [checksumsOf(before), checksumsOf(dense)];
  const written = new Map<string, number>();
  for (const [name, bytes] of snapshot?.files ?? []) {
    const sha256 = files[name]?.sha256 ?? '';
    if (bytes.length === 0 || there.has(sha256) || shared.has(sha256) || written.has(sha256)) continue;
    const pieces = Math.ceil(bytes.length / pieceBytes);
    for (let i = 0; i < pieces; i++) await board.writePiece(owner, sha256, i, await pack(bytes.subarray(i * pieceBytes, (i + 1) * pieceBytes)));
    written.set(sha256, pieces);
  }
  const dropped = [...there].filter((sha256) => !needed.has(sha256));
  return { state, committed: await board.commit(owner, { hash, taken, state, written, dropped }) };
}

export function recordsOf({ files }: Snapshot): Readonly<Record<string, FileRecord>> {
  return Object.fromEntries([...files].map(([name, bytes]) => [name, recordOf([bytes])]));
}

function checksumsOf(state: RunState | undefined): ReadonlySet<string> {
  return new Set(Object.values(state?.files ?? {}).map(({ sha256 }) => sha256));
}

export interface Receiving {
  readonly board: Board;
  readonly hash: string;
  readonly state: RunState;
  /** Replaced, whole or not at all. */
  readonly folder: string;
  /** The run of the dense part, and its folder if that is here. */
  readonly dense?: { readonly hash: string; readonly out: string } | undefined;
}

/**
 * @returns Whether all of it was still there.
 * @throws DiagnosticError `queue/damaged`, `queue/other`, `run/not-writable`
 */
export async function receive({ board, hash, state, folder, dense }: Receiving): Promise<boolean> {
  const total = Object.values(state.files).reduce((sum, { bytes }) => sum + bytes, 0);
  refuseLarge(total);
  const arriving = join(dirname(folder), `.${basename(folder)}.arriving`);
  try {
    await rm(arriving, { recursive: true, force: true });
    await mkdir(arriving, { recursive: true });
    for (const [name, record] of Object.entries(state.files)) {
      checkName(name);
      const path = join(arriving, name);
      await mkdir(dirname(path), { recursive: true });
      const here = [folder, ...(dense ? [dense.out] : [])].find((place) => isAsRecorded(place, name, record));
      const bytes = here === undefined ? await fetchFile(board, [hash, ...(dense ? [dense.hash] : [])], name, record) : readRecorded(here, name, record);
      if (!bytes) return false;
      await writeSynced(path, bytes);
    }
    const found = hashOfIdentity(readState(arriving).checkpoint.identity);
    if (found !== hash) fail(queueDiagnostics.damaged({ args: [`run ${hash} says that it is ${found}`] }));
    const old = join(dirname(folder), `.${basename(folder)}.replaced`);
    await rm(old, { recursive: true, force: true });
    if (existsSync(folder)) await rename(folder, old);
    await rename(arriving, folder);
    await rm(old, { recursive: true, force: true });
    return true;
  } catch (error) {
    if (error instanceof DiagnosticError) throw error;
    return notWritable(folder, error);
  } finally {
    await rm(arriving, { recursive: true, force: true });
  }
}

/** A name comes from elsewhere: it must not lead out of the folder. @throws DiagnosticError `queue/damaged` */
function checkName(name: string): void {
  if (name === '' || /[\\:\0]/.test(name) || name.split('/').some((part) => part === '' || part === '.' || part === '..')) {
    fail(queueDiagnostics.damaged({ args: [`a file of a run is called ${JSON.stringify(name)}`] }));
  }
}

/** Undefined where a piece is not there. @throws DiagnosticError `queue/damaged` */
async function fetchFile(board: Board, hashes: readonly string[], name: string, { bytes, sha256 }: FileRecord): Promise<Uint8Array | undefined> {
  const count = Math.ceil(bytes / pieceBytes);
  for (const hash of hashes) {
    const pieces: Uint8Array[] = [];
    for (let i = 0; i < count; i++) {
      const packed = await board.readPiece(hash, sha256, i);
      if (!packed) break;
      pieces.push(await unpacked(packed, name));
    }
    if (pieces.length < count) continue;
    const whole = Buffer.concat(pieces);
    if (createHash('sha256').update(whole).digest('hex') !== sha256) fail(queueDiagnostics.damaged({ args: [`${name} has not the checksum that it should have`] }));
    return whole;
  }
  return undefined;
}

async function unpacked(packed: Uint8Array, name: string): Promise<Uint8Array> {
  try {
    return await unpack(packed, { maxOutputLength: pieceBytes });
  } catch {
    return fail(queueDiagnostics.damaged({ args: [`a piece of ${name} cannot be unpacked`] }));
  }
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The step that a folder's checkpoint has come to; -1 where there is none that can be gone on with. */
export function stepIn(folder: string): number {
  try {
    return existsSync(join(folder, runFiles.checkpoint)) ? readState(folder).checkpoint.step : -1;
  } catch (error) {
    invariant(error instanceof DiagnosticError, String(error));
    return -1;
  }
}
