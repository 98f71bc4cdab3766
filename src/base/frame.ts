// A diagnostic as a person reads it: the message, the place in its source with carets, related places, one
// hint. Plain text without colour:
//
//   error[syntax/unclosed]: expected `}`, found `sparsity`
//     --> lenet.ssl:5:1
//      |
//    1 | network LeNet(image: tensor[1, 28, 28]) {
//      |                                         - this `{` is not closed
//   ...
//    5 | sparsity {
//      | ^^^^^^^^

import type { Diagnostic } from './diagnostic.ts';
import { positionAt, type Source, type Span } from './span.ts';

/** Columns of source text shown of one line. */
const WIDTH = 100;
/** Columns kept before the mark where a line is cut. */
const LEAD = 30;
const TAB = 4;
/** Units before and after the mark that are looked at: a file of a mebibyte may be one line. */
const NEARBY = 4 * WIDTH;
/** A longer span is shown by its first and last lines. */
const WHOLE_SPAN_LINES = 4;

interface Mark {
  readonly span: Span;
  readonly glyph: '^' | '-';
  readonly message: string;
}

/** One line of one mark, in UTF-16 offsets within the line. */
interface Row {
  readonly line: number;
  readonly text: string;
  readonly from: number;
  readonly to: number;
  readonly glyph: string;
  readonly message: string;
}

/** Several lines, without a newline at the end. */
export function renderDiagnostic(diagnostic: Diagnostic): string {
  const { code, severity, message, span, related, help } = diagnostic;
  const marks: Mark[] = related.map((place) => ({ ...place, glyph: '-' }));
  if (span) marks.unshift({ span, glyph: '^', message: '' });
  const sources = [...new Set(marks.map((mark) => mark.span.source))];
  const rows = sources.map((source) => marks.filter((mark) => mark.span.source === source).flatMap(rowsOf));
  const gutter = Math.max(2, ...rows.flat().map((row) => String(row.line).length + 1));
  const lines = [`${severity}[${code}]: ${paragraph(message, '  ')}`];
  sources.forEach((source, i) => {
    const first = marks.find((mark) => mark.span.source === source);
    lines.push(`${' '.repeat(gutter)}--> ${place(source, first?.span.start ?? 0)}`);
    lines.push(...frame(rows[i] ?? [], gutter));
  });
  if (help !== undefined) lines.push(`${' '.repeat(gutter)} = help: ${paragraph(help, ' '.repeat(gutter + 9))}`);
  return lines.join('\n');
}

function place(source: Source, offset: number): string {
  const { line, column } = positionAt(source, clamp(offset, source));
  return `${printable(source.name)}:${line}:${column}`;
}

function clamp(offset: number, { text }: Source): number {
  return Math.max(0, Math.min(offset, text.length));
}

function rowsOf({ span, glyph, message }: Mark): Row[] {
  const { text } = span.source;
  const start = clamp(span.start, span.source);
  const end = Math.max(start, clamp(span.end, span.source));
  const rows: Row[] = [];
  let line = positionAt(span.source, start).line;
  let lineStart = start === 0 ? 0 : text.lastIndexOf('\n', start - 1) + 1;
  for (;;) {
    const newline = text.indexOf('\n', lineStart);
    const lineEnd = newline < 0 ? text.length : newline;
    const content = text.slice(lineStart, text[lineEnd - 1] === '\r' ? lineEnd - 1 : lineEnd);
    const indent = content.length - content.trimStart().length;
    const from = start >= lineStart ? start - lineStart : indent;
    const to = Math.min(end - lineStart, content.length);
    rows.push({ line, text: content, from: Math.min(from, content.length), to, glyph, message: '' });
    if (newline < 0 || end <= newline + 1) break;
    line++;
    lineStart = newline + 1;
    if (rows.length < WHOLE_SPAN_LINES) continue;
    // Only the last of many lines is shown.
    line = Math.max(line, positionAt(span.source, end - 1).line);
    lineStart = Math.max(lineStart, text.lastIndexOf('\n', end - 2) + 1);
  }
  const shown = rows.length <= WHOLE_SPAN_LINES ? rows : [...rows.slice(0, 1), ...rows.slice(-1)];
  return shown.map((row, i) => (i === shown.length - 1 ? { ...row, message } : row));
}

function frame(rows: readonly Row[], gutter: number): string[] {
  const blank = `${' '.repeat(gutter)} |`;
  const lines = [blank];
  let last: Row | undefined;
  for (const row of rows.toSorted((a, b) => a.line - b.line || a.from - b.from)) {
    const repeated = last?.line === row.line && row.text.length <= NEARBY && columnsOf(row.text).length <= WIDTH;
    if (last && row.line > last.line + 1) lines.push('...');
    const { text, indent, width } = shownPart(row);
    if (!repeated) lines.push(`${String(row.line).padStart(gutter)} | ${text}`.trimEnd());
    const carets = `${' '.repeat(indent)}${row.glyph.repeat(width)}`;
    lines.push(`${blank} ${carets} ${readable(row.message)}`.trimEnd());
    last = row;
  }
  return lines;
}

/** The columns of a line as shown, each with the offset it came from. */
function columnsOf(text: string): { readonly shown: string; readonly offset: number }[] {
  const columns: { shown: string; offset: number }[] = [];
  let offset = 0;
  for (const character of text) {
    const shown = character === '\t' ? ' '.repeat(TAB - (columns.length % TAB)) : printable(character);
    for (const column of shown) columns.push({ shown: column, offset });
    offset += character.length;
  }
  return columns;
}

function shownPart(row: Row): { readonly text: string; readonly indent: number; readonly width: number } {
  const nearby = Math.max(0, row.from - NEARBY);
  const columns = columnsOf(row.text.slice(nearby, row.from + NEARBY));
  const columnAt = (offset: number): number => {
    const index = columns.findIndex((column) => column.offset >= offset - nearby);
    return index < 0 ? columns.length : index;
  };
  const [from, to] = [columnAt(row.from), columnAt(row.to)];
  const cutStart = columns.length > WIDTH ? Math.max(0, Math.min(from - LEAD, columns.length - WIDTH)) : 0;
  const cutEnd = Math.min(columns.length, cutStart + WIDTH);
  const before = cutStart > 0 ? '…' : '';
  const after = cutEnd < columns.length ? '…' : '';
  const text = columns.slice(cutStart, cutEnd).map((column) => column.shown).join('');
  return {
    text: `${before}${text}${after}`,
    indent: from - cutStart + before.length,
    width: Math.max(1, Math.min(to, cutEnd) - from),
  };
}

function paragraph(text: string, indent: string): string {
  return text.split('\n').map(readable).join(`\n${indent}`);
}

/** A name may be as long as a page; the frame says where to find all of it. */
function readable(text: string): string {
  return printable(text).replace(/`(\w{64})\w+`/g, '`$1…`');
}

/** Terminals must not obey what a file says. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{FFFD}');
}
