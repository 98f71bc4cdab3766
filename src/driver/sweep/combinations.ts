// All combinations of values, and the program of each: the text of the file, with values in their places.

import { fail } from '../../base/diagnostic.ts';
import { present } from '../../base/invariant.ts';
import type { Source } from '../../base/span.ts';
import { didYouMean, nearest } from '../../base/suggest.ts';
import type { Expression, Name, SourceFile, TrainDeclaration } from '../../syntax/ast.ts';
import { endOf, isCloser, isOpener } from '../../syntax/brackets.ts';
import { readTokens } from '../../syntax/lex.ts';
import { largestSeed } from '../request.ts';
import { sweepDiagnostics } from './diagnostics.ts';
import { refuseEqual } from './values.ts';
import type { Axis } from './values.ts';

/** Values by name, in the order in which they were set. */
export type Combination = Readonly<Record<string, number | string>>;

/** The setting of a `train` block that can be set beside constants. */
export const seedName = 'seed';

/** `strength 0.001, seed 2` */
export function combinationText(combination: Combination): string {
  return Object.entries(combination).map(([name, value]) => `${name} ${value}`).join(', ');
}

/** The product, the last axis fastest. */
export function* combinationsOf([axis, ...rest]: readonly Axis[]): Generator<Combination> {
  if (!axis) return yield {};
  for (const value of axis.values) for (const others of combinationsOf(rest)) yield { [axis.name]: value, ...others };
}

/** How many {@link combinationsOf} these are. */
export function countCombinations(axes: readonly Axis[]): number {
  return axes.reduce((count, { values }) => count * values.length, 1);
}

/** @throws DiagnosticError `sweep/*` where the file has no such name, or the values cannot be its */
export function checkAxes(axes: readonly Axis[], file: SourceFile): void {
  if (axes.length === 0) fail(sweepDiagnostics['nothing-set']({ args: [], help: `for example \`--set seed=1..5\`; ${knownText(file)}` }));
  for (const [index, { name, values }] of axes.entries()) {
    if (axes.findIndex((axis) => axis.name === name) < index) fail(sweepDiagnostics['set-twice']({ args: [name], help: 'list all of its values in one place' }));
    if (values.length === 0) fail(sweepDiagnostics.none({ args: [name] }));
    refuseEqual(name, values);
    if (name === seedName) {
      const wrong = values.find((value) => !Number.isInteger(value) || value < 0 || value > largestSeed);
      if (wrong !== undefined) fail(sweepDiagnostics['no-seed']({ args: [wrong] }));
    } else if (!constantsOf(file).some((constant) => constant.name.text === name)) {
      const known = [...constantsOf(file).map((constant) => constant.name.text), seedName];
      const slip = nearest(name, known) === undefined ? undefined : didYouMean(name, known);
      fail(sweepDiagnostics['unknown-name']({ args: [file.source.name, name], help: slip ?? `${knownText(file)}; write \`const ${name} = 1e-3\` at the top, and \`${name}\` where it counts: \`lasso filters of conv1 strength ${name}\`` }));
    }
  }
}

function knownText(file: SourceFile): string {
  const names = constantsOf(file).map(({ name }) => `\`${name.text}\``);
  return names.length === 0 ? 'the file has no constants' : `the file has ${names.join(', ')}`;
}

function constantsOf({ declarations }: SourceFile): readonly (SourceFile['declarations'][number] & { readonly kind: 'const' })[] {
  return declarations.filter((declaration) => declaration.kind === 'const');
}

/** @param file Of {@link checkAxes}, with a `train` block. @returns Called by the file's name and the values. */
export function programOf(file: SourceFile, combination: Combination): Source {
  return editedProgram(file, combination, Object.entries(combination).map(([name, value]) => editOf(file, name, value)));
}

/** What stands at a place instead. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** @param edits Apart from each other. @returns Called by the file's name and the values. */
export function editedProgram({ source }: SourceFile, combination: Combination, edits: readonly Edit[]): Source {
  const lastFirst = edits.toSorted((a, b) => b.start - a.start);
  const text = lastFirst.reduce((before, { start, end, text: replacement }) => before.slice(0, start) + replacement + before.slice(end), source.text);
  return { name: `${source.name} with ${combinationText(combination)}`, text };
}

/** @param name Of a constant of the file, or {@link seedName}. */
export function editOf(file: SourceFile, name: string, value: number | string): Edit {
  const train = file.declarations.find((declaration) => declaration.kind === 'train');
  const place = name === seedName ? train?.entries.find((entry) => entry.kind === 'setting' && entry.name.text === seedName) : constantsOf(file).find((constant) => constant.name.text === name);
  if (place && 'value' in place) return { ...writtenValue(place), text: String(value) };
  return insertedSeed(train ?? fail(sweepDiagnostics['unknown-name']({ args: [file.source.name, name] })), value);
}

/** What stands behind the sign, whole: parentheses are in no tree. */
function writtenValue({ name, value }: { readonly name: Name; readonly value: Expression }): Pick<Edit, 'start' | 'end'> {
  const behind = readTokens(name.span.source).tokens.filter(({ startOffset }) => startOffset >= name.span.end).slice(1);
  let depth = 0;
  for (const token of behind) {
    depth += Number(isOpener(token)) - Number(isCloser(token));
    if (depth === 0 && endOf(token) >= value.span.end) return { start: present(behind[0], 'value').startOffset, end: endOf(token) };
  }
  return value.span;
}

/** A line of its own at the end of the block. */
function insertedSeed({ span: { source, end } }: TrainDeclaration, value: number | string): Edit {
  const brace = end - 1;
  const line = source.text.slice(source.text.lastIndexOf('\n', brace - 1) + 1, brace);
  return { start: brace, end: brace, text: `${line.trim() === '' ? '' : '\n'}  ${seedName} = ${value}\n` };
}
