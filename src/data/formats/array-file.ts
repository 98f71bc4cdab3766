// Arrays in files, as their beginnings describe them: what can be judged by a header is refused before the rest of
// the file is read or unpacked.

import type { Shape } from '../../base/tensor.ts';

export interface NamedBytes {
  readonly file: string;
  readonly bytes: Uint8Array;
}

export interface ArrayHeader {
  /** Of the elements, as NumPy calls it: `u1`, `<f4`. */
  readonly type: string;
  readonly shape: Shape;
  /** Offset of the first element. */
  readonly start: number;
  /** Of the whole file, header included. */
  readonly fileBytes: number;
}

/** A format whose header says how long the file is. */
export interface ArrayFormat {
  /** So many bytes from the beginning hold the header of any file. */
  readonly headBytes: number;
  /** `head` is the beginning of the unpacked file, or all of it. Fails with `data/*` diagnostics that name `file`. */
  readonly header: (file: string, head: Uint8Array) => ArrayHeader;
}
