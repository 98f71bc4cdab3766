// Tensors by name whose shapes are known before their numbers are read.

import { createHash } from 'node:crypto';
import { fail } from '../base/diagnostic.ts';
import { present } from '../base/invariant.ts';
import type { Shape, Tensor } from '../base/tensor.ts';
import { weightsDiagnostics } from '../engine/diagnostics.ts';
import { decodeTensor } from '../engine/safetensors.ts';
import { beginsLikeSafetensors, headerEnd, headerPrefix, readIndex } from '../engine/safetensors-header.ts';
import { foreignFormat } from './foreign-weights.ts';
import { withRegularFile } from './regular-file.ts';
import type { RegularFile } from './regular-file.ts';

export interface TensorSource {
  /** What a person calls it. */
  readonly name: string;
  readonly tensors: ReadonlyMap<string, { readonly type: string; readonly shape: Shape }>;
  /** The numbers of one tensor. Fails with `weights/*`. */
  readonly read: (tensor: string) => Tensor;
}

/** Enough to know other formats by. */
const firstBytes = 4096;
/** Bytes hashed at a time. */
const piece = 2 ** 22;

/**
 * Opens a .safetensors file for as long as `use` runs. Only its header is read, and what `use` asks for.
 * @param use Is given the tensors, and what answers the SHA-256 of the whole file, in hex.
 * @throws DiagnosticError `file/unreadable`, `weights/*`
 */
export function withTensorFile<T>(path: string, use: (source: TensorSource, hash: () => string) => T): T {
  return withRegularFile(path, (file) => {
    const first = file.read(0, Math.min(file.size, firstBytes));
    if (!beginsLikeSafetensors(first)) {
      const foreign = foreignFormat(first, path);
      if (foreign) fail(weightsDiagnostics.format({ args: [path, foreign.what], help: foreign.help }));
    }
    const end = headerEnd(first.subarray(0, headerPrefix + 1), file.size, path);
    const { entries } = readIndex(file.read(0, end), file.size, path);
    const read = (name: string): Tensor => {
      const entry = present(entries.get(name), name);
      return decodeTensor(entry, file.read(entry.from, entry.to - entry.from), path);
    };
    return use({ name: path, tensors: entries, read }, () => hashOfFile(file));
  });
}

function hashOfFile({ size, read }: RegularFile): string {
  const hash = createHash('sha256');
  for (let at = 0; at < size; at += piece) hash.update(read(at, Math.min(piece, size - at)));
  return hash.digest('hex');
}

/** Tensors that are in memory. */
export function tensorsInMemory(name: string, tensors: ReadonlyMap<string, Tensor>): TensorSource {
  const types = new Map([...tensors].map(([tensor, { shape, data }]) => [tensor, { shape, type: data instanceof Float32Array ? 'F32' : 'F64' }]));
  return { name, tensors: types, read: (tensor) => present(tensors.get(tensor), tensor) };
}
