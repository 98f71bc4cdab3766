// Places in source text.

export interface Source {
  /** What a person calls it: a path as typed, or `<string>`. */
  readonly name: string;
  readonly text: string;
}

/** Half-open range of UTF-16 offsets into one source. */
export interface Span {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

export interface Position {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
}

export function positionAt(source: Source, offset: number): Position {
  let line = 1;
  let lineStart = 0;
  for (let at = source.text.indexOf('\n'); at >= 0 && at < offset; at = source.text.indexOf('\n', at + 1)) {
    line++;
    lineStart = at + 1;
  }
  return { line, column: offset - lineStart + 1 };
}
