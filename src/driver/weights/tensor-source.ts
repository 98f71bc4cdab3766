// Tensors by name whose shapes are known before their numbers are read.

import { fail } from '../../base/diagnostic.ts';
import { present } from '../../base/invariant.ts';
import type { Shape, Tensor } from '../../base/tensor.ts';
import { weightsDiagnostics } from '../../engine/diagnostics.ts';
import { decodeTensor } from '../../engine/safetensors.ts';
import { beginsLikeSafetensors, headerEnd, headerPrefix, readIndex } from '../../engine/safetensors-header.ts';
import { foreignFormat } from './foreign-weights.ts';
import { sha256Of, withRegularFile } from '../files/regular-file.ts';

export interface TensorSource {
  /** What a person calls it. */
  readonly name: string;
  readonly tensors: ReadonlyMap<string, { readonly type: string; readonly shape: Shape }>;
  /** The numbers of one tensor. Fails with `weights/*`. */
  readonly read: (tensor: string) => Tensor;
}

/** Enough to know other formats by. */
const firstBytes = 4096;

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
    return use({ name: path, tensors: entries, read }, () => sha256Of(file));
  });
}

/** Tensors that are in memory. */
export function tensorsInMemory(name: string, tensors: ReadonlyMap<string, Tensor>): TensorSource {
  const types = new Map([...tensors].map(([tensor, { shape, data }]) => [tensor, { shape, type: data instanceof Float32Array ? 'F32' : 'F64' }]));
  return { name, tensors: types, read: (tensor) => present(tensors.get(tensor), tensor) };
}
