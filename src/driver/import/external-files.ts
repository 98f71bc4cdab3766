// Numbers of a model that lie in files beside it: only regular files of the model's own folder, opened without following links.

import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../../base/diagnostic.ts';
import { reasonOf } from '../../base/system-error.ts';
import type { ExternalFiles } from '../../onnx/format/external.ts';
import { onnxDiagnostics } from '../../onnx/diagnostics.ts';
import { irregularity, openWithoutWaiting } from '../files/regular-file.ts';

/** Windows knows no such flag; there the link is looked for before. */
const withoutFollowing = constants.O_NOFOLLOW ?? 0;

/** Of a model in `folder`. Names are plain: `onnx/format/external.ts` sees to that. */
export function externalFiles(folder: string): ExternalFiles {
  return {
    read: (name, offset, length, tensor) => {
      const path = join(folder, name);
      const refuse = (why: string): never => fail(onnxDiagnostics.external({ args: [tensor, `${path}: ${why}`] }));
      let descriptor: number;
      try {
        if (lstatSync(path).isSymbolicLink()) return refuse('it is a symbolic link, and these are not followed');
        descriptor = openSync(path, openWithoutWaiting | withoutFollowing);
      } catch (error) {
        return error instanceof Error && 'code' in error ? refuse(reasonOf(error)) : rethrow(error);
      }
      try {
        const found = fstatSync(descriptor);
        const irregular = irregularity(found);
        if (irregular !== undefined) refuse(irregular);
        // Before anything is allocated.
        if (offset + length > found.size) refuse(`bytes ${offset} to ${offset + length} are wanted, it has ${found.size}`);
        return readAll(descriptor, offset, length, () => refuse('it became shorter while it was read'));
      } finally {
        closeSync(descriptor);
      }
    },
  };
}

function rethrow(error: unknown): never {
  throw error;
}

function readAll(descriptor: number, offset: number, length: number, onEnd: () => never): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const count = readSync(descriptor, bytes, at, length - at, offset + at);
    if (count === 0) onEnd();
    at += count;
  }
  return bytes;
}
