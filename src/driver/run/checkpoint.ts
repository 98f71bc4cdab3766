// A checkpoint: from it a run goes on to the same bits. checkpoint.json says where the run stands; a file beside it
// holds the tensors of that moment.

import { join } from 'node:path';
import type { Tensor } from '../../base/tensor.ts';
import { encodeSafetensors, readSafetensors } from '../../engine/safetensors.ts';
import { encodeCheckpoint } from './checkpoint-json.ts';
import type { Checkpoint } from './checkpoint-json.ts';
import { checkpointTensorsName, checkRecorded, isSourceFile, readRecorded, runFiles } from './run-files.ts';
import { dropOldTensors, writeRunFile } from './run-folder.ts';
import type { RunFolder } from './run-folder.ts';
import { readState } from './run-reader.ts';

export async function writeCheckpoint(folder: RunFolder, checkpoint: Checkpoint, tensors: ReadonlyMap<string, Tensor>): Promise<void> {
  const name = checkpointTensorsName(checkpoint);
  const record = await writeRunFile(folder, name, encodeSafetensors(tensors));
  await writeRunFile(folder, runFiles.checkpoint, encodeCheckpoint({ checkpoint, tensors: record }));
  await dropOldTensors(folder, name);
}

export interface StoredCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** Fails with `run/*` diagnostics. */
export function readCheckpoint(folder: string): StoredCheckpoint {
  const { checkpoint, tensors: record } = readState(folder);
  const name = checkpointTensorsName(checkpoint);
  const { tensors } = readSafetensors(readRecorded(folder, name, record), join(folder, name));
  return { checkpoint, tensors };
}

/** Files that a resumed run writes anew, so that they need not be as they were. */
const rewritten: readonly string[] = [runFiles.weights, runFiles.summary, runFiles.metrics];

/** Fails with `run/changed` where a file that the run goes on with is not the one that it wrote. */
export function checkFiles(folder: string, { files }: Checkpoint): void {
  for (const [name, record] of Object.entries(files)) {
    if (name === runFiles.metrics) readRecorded(folder, name, record, true);
    else if (!rewritten.includes(name) && !isSourceFile(name)) checkRecorded(folder, name, record);
  }
}
