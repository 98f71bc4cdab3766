// Tables of plain text.

export interface TextTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns of text, the others being numbers, which stand to the right. */
  readonly text: readonly number[];
}

/** Lines, each with its newline. */
export function formatTable({ head, rows, text }: TextTable): string {
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  const format = (line: readonly string[]): string =>
    widths
      .map((width, column) => (text.includes(column) ? (line[column] ?? '').padEnd(width) : (line[column] ?? '').padStart(width)))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [format(head), rule, ...rows.map(format)].map((line) => `${line}\n`).join('');
}
