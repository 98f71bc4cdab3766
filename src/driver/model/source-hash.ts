// Whether two programs are the same text.

import { createHash } from 'node:crypto';
import type { SourceSet } from '../../base/source-set.ts';

/** In hex: of a program in one file, the sha256 of its text. Names of the main file are no part of it, paths of imported ones are. */
export function hashOfSources({ main, imported }: SourceSet): string {
  const hash = createHash('sha256').update(main.text);
  // A text ends where the length before it says.
  for (const [path, { text }] of [...imported].toSorted(([a], [b]) => (a < b ? -1 : 1))) hash.update(`\0${JSON.stringify(path)} ${text.length}\0${text}`);
  return hash.digest('hex');
}
