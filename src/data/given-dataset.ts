// A data set that a program hands over, held to what is demanded of files. Types promise most of it, but not to
// callers in JavaScript, and no type knows lengths and values.

import { fail } from '../base/diagnostic.ts';
import { numberType } from '../base/number-type.ts';
import { elementCount } from '../base/samples.ts';
import type { FileSamples } from '../base/samples.ts';
import { formatShape, sizeOf } from '../base/tensor.ts';
import { checkSameType } from './dataset.ts';
import type { Dataset } from './dataset.ts';
import { described } from './described.ts';
import { dataDiagnostics } from './diagnostics.ts';
import { checkFinite, checkTargets } from './value-range.ts';

/** What messages call it. */
const place = 'the given Dataset';

/** One pass over labels and float samples in memory; those in files were looked at as they were found. Fails with the first fault: `data/given`, `data/label`, `data/target` or `data/not-finite`. */
export function checkGivenDataset(given: Dataset): void {
  // Anything may come from JavaScript.
  if (isObject(given) && 'then' in given) refuse(place, 'a promise of one', 'a Dataset: await it first');
  const { name, shape, classes, targetShape, labels, training, test, heldOut }: Unchecked = isObject(given) ? given : refuse(place, described(given), 'an object');
  if (typeof name !== 'string' || name === '') refuse(`${place}: name`, described(name), 'a text');
  if (!isShapeOf(shape, [1, 3])) refuse(`${place}: shape`, described(shape), 'one or three positive whole numbers: [features] or [channels, height, width]');
  const answers = targetShape === undefined ? classAnswers(classes, labels) : numberAnswers(classes, labels, targetShape);
  checkSplit(`${place}: training`, training, shape, answers);
  checkSplit(`${place}: test`, test, shape, answers);
  const samples = given.training.count;
  if (heldOut !== undefined && !(isWhole(heldOut) && heldOut > 0 && heldOut < samples)) refuse(`${place}: heldOut`, described(heldOut), `a whole number from 1 to ${samples - 1}, or to be left out`);
  checkSameType({ place: `${place}: training`, samples: given.training.samples }, { place: `${place}: test`, samples: given.test.samples });
}

/** Labels have 16 bits. */
const mostClasses = 65_536;

type Unchecked = { readonly [K in keyof Dataset]?: unknown };

function checkNames(labels: unknown, classes: number): void {
  const what = `${place}: labels`;
  if (!Array.isArray(labels) || !labels.every((label) => typeof label === 'string')) refuse(what, described(labels), 'an array of texts');
  const names: readonly string[] = labels;
  if (names.length !== classes) refuse(what, `of length ${names.length}`, `one for each of ${classes} classes`);
  const twice = names.find((label, i) => names.indexOf(label) !== i);
  if (twice !== undefined) refuse(what, `${JSON.stringify(twice)} twice`, 'names that differ');
}

/** Holds what samples are answered with to what it has to be. */
type Answers = (where: string, labels: unknown, count: number) => void;

function classAnswers(classes: unknown, names: unknown): Answers {
  if (!isWhole(classes) || classes < 1 || classes > mostClasses) refuse(`${place}: classes`, described(classes), `a whole number from 1 to ${mostClasses}`);
  if (names !== undefined) checkNames(names, classes);
  return (where, labels, count) => {
    if (!isNumberList(labels)) refuse(where, described(labels), 'a Uint8Array or a Uint16Array of class indices');
    if (labels.length !== count) refuse(where, `of length ${labels.length}`, `${count}, one a sample`);
    checkLabels(where, labels, classes);
  };
}

function numberAnswers(classes: unknown, names: unknown, targetShape: unknown): Answers {
  if (!isShapeOf(targetShape, [1, 2, 3, 4])) refuse(`${place}: targetShape`, described(targetShape), 'one to four positive whole numbers');
  if (classes !== 0) refuse(`${place}: classes`, described(classes), '0, as samples have numbers of `targetShape`');
  if (names !== undefined) refuse(`${place}: labels`, described(names), 'to be left out, as there are no classes');
  const size = sizeOf(targetShape);
  return (where, labels, count) => {
    if (!(labels instanceof Float32Array)) refuse(where, described(labels), 'a Float32Array of targets');
    if (labels.length !== count * size) refuse(where, `of length ${labels.length}`, `${count * size}: ${count} targets of shape ${formatShape(targetShape)}`);
    checkTargets(where, labels, size);
  };
}

function checkSplit(where: string, split: unknown, shape: readonly number[], checkAnswers: Answers): void {
  const { count, samples, labels }: Readonly<Record<string, unknown>> = isObject(split) ? split : refuse(where, described(split), '{ count, samples, labels }');
  if (!isWhole(count) || count < 1) refuse(`${where}.count`, described(count), 'a whole number of at least 1');
  if (!(samples instanceof Uint8Array || samples instanceof Float32Array || isInFiles(samples))) {
    refuse(`${where}.samples`, described(samples), 'a Uint8Array (byte / 255), a Float32Array, or samples in files as `loadDataset` has them');
  }
  if (isInFiles(samples) && samples.size !== sizeOf(shape)) refuse(`${where}.samples.size`, String(samples.size), `${sizeOf(shape)}, the elements of shape ${formatShape(shape)}`);
  const values = count * sizeOf(shape);
  const found = elementCount(samples);
  if (found !== values) refuse(`${where}.samples`, `of length ${found}`, `${values}: ${count} samples of shape ${formatShape(shape)}`);
  checkAnswers(`${where}.labels`, labels, count);
  if (samples instanceof Float32Array) checkFinite(`${where}.samples`, samples);
}

function checkLabels(where: string, labels: ArrayLike<number>, classes: number): void {
  for (let i = 0; i < labels.length; i++) {
    const label: unknown = labels[i];
    if (isWhole(label) && label >= 0 && label < classes) continue;
    const expected = classes === 1 ? '0, as there is one class' : `a whole number from 0 to ${classes - 1}, as there are ${classes} classes`;
    fail(dataDiagnostics.label({ args: [where, i, described(label), expected], help: 'number the classes from 0' }));
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** As `loadDataset` makes them. */
function isInFiles(samples: unknown): samples is FileSamples {
  return isObject(samples) && Array.isArray(samples['files']) && typeof samples['type'] === 'string' && numberType(samples['type']) !== undefined && isWhole(samples['size']);
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value);
}

function isShapeOf(value: unknown, ranks: readonly number[]): value is readonly number[] {
  return Array.isArray(value) && ranks.includes(value.length) && value.every((extent) => isWhole(extent) && extent > 0);
}

/** Lists of big integers are none; what plain lists hold is looked at one by one. */
function isNumberList(value: unknown): value is ArrayLike<number> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView) && !(value instanceof BigInt64Array) && !(value instanceof BigUint64Array));
}

function refuse(what: string, found: string, expected: string): never {
  return fail(dataDiagnostics.given({ args: [what, found, expected] }));
}
