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

/** Where lines begin: found once a source, which may have a thousand mistakes. */
const lineStarts = new WeakMap<Source, readonly number[]>();

function lineStartsOf(source: Source): readonly number[] {
  const known = lineStarts.get(source);
  if (known) return known;
  const starts = [0];
  for (let at = source.text.indexOf('\n'); at >= 0; at = source.text.indexOf('\n', at + 1)) starts.push(at + 1);
  lineStarts.set(source, starts);
  return starts;
}

export function positionAt(source: Source, offset: number): Position {
  const starts = lineStartsOf(source);
  // The last line that begins at or before the offset.
  let [line, beyond] = [0, starts.length];
  while (beyond - line > 1) {
    const middle = (line + beyond) >> 1;
    if ((starts[middle] ?? 0) <= offset) line = middle;
    else beyond = middle;
  }
  return { line: line + 1, column: offset - (starts[line] ?? 0) + 1 };
}
