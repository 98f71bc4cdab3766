// The sources of one program.

import type { Source } from './span.ts';

export interface SourceSet {
  readonly main: Source;
  /** What it imports, by path from the folder of the main source, with `/`. */
  readonly imported: ReadonlyMap<string, Source>;
}
