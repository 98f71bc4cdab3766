// What a name of a program is to be, one value after the other:
//
//   strength=geom(1e-4, 1e-2, 8)   8 values with a constant ratio
//   strength=lin(0.1, 0.5, 5)      5 values with a constant difference
//   seed=1..5                      whole numbers, both ends among them
//   strength=0.1,0.2               these

import { fail } from '../../base/diagnostic.ts';
import type { Span } from '../../base/span.ts';
import { sweepDiagnostics } from './diagnostics.ts';

export interface Axis {
  readonly name: string;
  readonly values: readonly number[];
}

/** Values of a range are rounded to so many digits, so that people can write them. */
const digits = 6;
/** More are no list that anybody has meant. */
const mostValues = 1_000_000;
const examples = '`strength=geom(1e-4, 1e-2, 8)`, `strength=lin(0.1, 0.5, 5)`, `seed=1..5` or `strength=0.1,0.2`';

/** A piece of what was written. */
interface Piece {
  readonly text: string;
  readonly span: Span;
}

/** Of an option that says the name too: `--set seed=1..3`. @throws DiagnosticError `sweep/*` */
export function readAxis(text: string): Axis {
  const whole = wholeOf(text, '--set');
  const sign = text.indexOf('=');
  const name = trimmed(part(whole, 0, Math.max(0, sign)));
  if (!/^[A-Za-z_]\w*$/.test(name.text)) fail(sweepDiagnostics.form({ span: whole.span, args: [], help: `for example ${examples}` }));
  const written = trimmed(part(whole, sign + 1, text.length));
  return { name: name.text, values: valuesIn(written.text === '' ? whole : written, name.text, written.text === '', examples) };
}

/** Of an option that is of one name alone: `--seeds 1..3`. @throws DiagnosticError `sweep/*` */
export function readValues(text: string, name: string, option: string): readonly number[] {
  return valuesIn(trimmed(wholeOf(text, option)), name, text.trim() === '', '1..3 or 1,2');
}

function wholeOf(text: string, option: string): Piece {
  return { text, span: { source: { name: option, text }, start: 0, end: text.length } };
}

function valuesIn(written: Piece, name: string, isEmpty: boolean, example: string): readonly number[] {
  const values = isEmpty ? [] : valuesOf(written);
  if (values.length === 0) fail(sweepDiagnostics.none({ span: written.span, args: [name], help: `for example ${example}` }));
  refuseEqual(name, values, written.span);
  return values;
}

/** @throws DiagnosticError `sweep/equal` */
export function refuseEqual(name: string, values: readonly (number | string)[], span?: Span): void {
  const seen = new Set<number | string>();
  for (const value of values) {
    if (seen.has(value)) fail(sweepDiagnostics.equal({ span, args: [name, value], help: 'the same program is the same run: list each value once' }));
    seen.add(value);
  }
}

function valuesOf(written: Piece): readonly number[] {
  const call = /^(\w+)\s*\((.*)\)$/s.exec(written.text);
  if (call) return ofCall(written, call[1] ?? '', pieces(part(written, written.text.indexOf('(') + 1, written.text.length - 1)));
  const dots = written.text.indexOf('..');
  if (dots < 0) return pieces(written).map(numberOf);
  const [from, to] = [part(written, 0, dots), part(written, dots + 2, written.text.length)].map((end) => wholeNumber(trimmed(end))) as [number, number];
  refuseLong(written, to - from + 1);
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
}

function ofCall(written: Piece, callee: string, args: readonly Piece[]): readonly number[] {
  if (callee !== 'geom' && callee !== 'lin') fault(part(written, 0, callee.length), `\`${callee}\``, '`geom(from, to, count)` or `lin(from, to, count)`');
  const [first, last, number, ...more] = args;
  if (!first || !last || !number || more.length > 0) return fault(written, `${args.length} argument${args.length === 1 ? '' : 's'}`, `\`${callee}(from, to, count)\``);
  const [from, to, count] = [numberOf(first), numberOf(last), wholeNumber(number)];
  if (callee === 'geom') for (const [piece, value] of [[first, from], [last, to]] as const) if (value <= 0) fault(piece, String(value), 'a number above 0: values of `geom` have a constant ratio');
  refuseLong(number, count);
  if (count < 0) fault(number, String(count), 'how many values there are');
  if (count === 1 && from !== to) fault(number, '1', `2 or more, from ${from} to ${to}`);
  const at = (share: number): number => (callee === 'geom' ? from * (to / from) ** share : from + (to - from) * share);
  // The ends are what was written.
  return Array.from({ length: count }, (_, i) => (i === 0 ? from : i === count - 1 ? to : Number(at(i / (count - 1)).toPrecision(digits))));
}

function refuseLong(piece: Piece, count: number): void {
  if (count > mostValues) fault(piece, `${count} values`, `at most ${mostValues}`);
}

function wholeNumber(piece: Piece): number {
  const value = numberOf(piece);
  return Number.isSafeInteger(value) ? value : fault(piece, piece.text, 'a whole number');
}

function numberOf(piece: Piece): number {
  const value = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(piece.text) ? Number(piece.text) : NaN;
  return Number.isFinite(value) ? value : fault(piece, piece.text === '' ? 'nothing' : `\`${piece.text}\``, 'a number');
}

function fault({ span }: Piece, found: string, expected: string): never {
  return fail(sweepDiagnostics.values({ span, args: [found, expected], help: `for example ${examples}` }));
}

/** Between commas. */
function pieces(whole: Piece): readonly Piece[] {
  if (whole.text.trim() === '') return [];
  let start = 0;
  return whole.text.split(',').map((text) => {
    const piece = part(whole, start, start + text.length);
    start += text.length + 1;
    return trimmed(piece);
  });
}

function part({ text, span }: Piece, start: number, end: number): Piece {
  return { text: text.slice(start, end), span: { ...span, start: span.start + start, end: span.start + end } };
}

function trimmed(piece: Piece): Piece {
  const { text } = piece;
  const start = text.length - text.trimStart().length;
  return part(piece, start, Math.max(start, text.trimEnd().length));
}
