// Numbers that lie in another file beside the model (https://github.com/onnx/onnx/blob/main/docs/ExternalData.md). The name of that file
// is whatever the model says, so it is taken only as the plain name of a file in the model's own folder, and only where
// the user has allowed it; who reads the file refuses symbolic links.

import { fail } from '../../base/diagnostic.ts';
import { onnxDiagnostics } from '../diagnostics.ts';
import type { StringStringEntryProto } from './messages.ts';
import { shortened } from './names.ts';

/** The files beside a model. */
export interface ExternalFiles {
  /**
   * `length` bytes from `offset` on of the file of this name in the model's folder: a plain name, without separators. Fails
   * with `onnx/external` or `file/*` where there is no such regular file, or where it ends before.
   */
  readonly read: (name: string, offset: number, length: number, tensor: string) => Uint8Array;
}

/** Not where the model lies: a part of a path, a drive, a device of Windows, a hidden end. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Why a name is none of a file in the model's own folder. */
function nameFault(name: string): string | undefined {
  if (name === '' || name === '.' || name === '..') return `whose name is ${shortened(name)}`;
  if (/[/\\:]/.test(name)) return `whose name ${shortened(name)} is a path: only files in the model's own folder are read`;
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(name) || reserved.test(name) || /[. ]$/.test(name)) return `whose name ${shortened(name)} is none of a plain file`;
  return undefined;
}

/**
 * How the bytes of a tensor are got. Where they lie is judged at once.
 * @param wanted Bytes of the tensor, by its shape and type.
 * @param label What a person calls the tensor.
 */
export function externalBytes(entries: readonly StringStringEntryProto[], wanted: number, label: string, files?: ExternalFiles): () => Uint8Array {
  const refuse = (why: string, help?: string): never => fail(onnxDiagnostics.external({ args: [label, why], help }));
  const said = new Map<string, string>();
  for (const { key = '', value = '' } of entries) {
    if (said.has(key)) refuse(`and it says \`${key}\` twice`);
    said.set(key, value);
  }
  const name = said.get('location');
  if (name === undefined) return refuse('and it does not say which');
  const fault = nameFault(name);
  if (fault !== undefined) refuse(fault);
  const number = (key: string): number | undefined => {
    const value = said.get(key);
    if (value === undefined) return undefined;
    const found = /^\d{1,16}$/.test(value) ? Number(value) : NaN;
    return Number.isSafeInteger(found) ? found : refuse(`and its \`${key}\` is ${shortened(value)}, expected a number of bytes`);
  };
  const offset = number('offset') ?? 0;
  const length = number('length') ?? wanted;
  if (length !== wanted) refuse(`and takes ${length} bytes there, expected ${wanted} by its shape`);
  if (!files) return refuse(shortened(name), 'give `--external` to read it from the folder of the model');
  return () => {
    const bytes = files.read(name, offset, length, label);
    return bytes.length === length ? bytes : refuse(`${shortened(name)}, which ends before byte ${offset + length}`);
  };
}
