// What is left of files after damage, each read in less than a second and 200 MB.

import { expect, test } from 'vitest';
import { DiagnosticError } from '../../../src/base/diagnostic.ts';
import { stream } from '../../../src/base/random.ts';
import { readTensorFile } from '../../../src/onnx/format/files.ts';
import { readModel } from '../../../src/onnx/model/read-model.ts';
import { damaged } from '../damage.ts';
import { bytesOf, filesOf, folder } from './files.ts';

const models = filesOf('models/**/*.onnx');
const files = filesOf('**/*.{onnx,pb}');
const patience = 600_000;
const isModel = (file: string): boolean => file.endsWith('.onnx');

/** Reads all of a file. The answer is what became of it. */
function outcome(bytes: Uint8Array, file: string): string {
  try {
    if (isModel(file)) for (const tensor of readModel(bytes, file).graph.initializers.values()) tensor.elements();
    else readTensorFile(bytes, file).elements();
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics[0]?.code ?? 'none';
    throw error;
  }
  return 'read';
}

interface Trial {
  readonly count: number;
  /** Milliseconds of the processor's time. */
  readonly slowest: number;
  /** Megabytes that one reading allocated, as far as the collector had not taken them back. */
  readonly largest: number;
  readonly outcomes: ReadonlyMap<string, number>;
}

/** Reads one after the other. */
function tried(cases: Iterable<readonly [bytes: Uint8Array, file: string]>): Trial {
  const outcomes = new Map<string, number>();
  let [count, slowest, largest] = [0, 0, 0];
  for (const [bytes, file] of cases) {
    const held = memory();
    const begun = process.cpuUsage();
    const found = outcome(bytes, file);
    const { user, system } = process.cpuUsage(begun);
    slowest = Math.max(slowest, (user + system) / 1000);
    largest = Math.max(largest, (memory() - held) / 2 ** 20);
    outcomes.set(found, (outcomes.get(found) ?? 0) + 1);
    count++;
  }
  return { count, slowest, largest, outcomes };
}

function memory(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function textOf({ count, slowest, largest, outcomes }: Trial): string {
  return `${count} readings, the slowest ${slowest.toFixed(0)} ms, the largest ${largest.toFixed(0)} MB: ${[...outcomes].map(([code, times]) => `${code} ${times}`).join(', ')}`;
}

const bytesOfModels = new Map(models.map((file) => [file, bytesOf(file)]));

/** Small models, and one node test of each of these operators. */
const beginnings = [...models.filter((file) => bytesOf(file).length < 30_000), ...filesOf('node-tests/{Conv,Resize,Gemm,Slice,Split,Constant,Clip,Pad,BatchNormalization,Add,Max,Reshape,LRN,Cast}/*/model.onnx').filter((file, i, all) => file.split('/')[1] !== all[i - 1]?.split('/')[1])];

function* allBeginnings(): Generator<readonly [Uint8Array, string]> {
  for (const file of beginnings) {
    const bytes = bytesOf(file);
    for (let length = 0; length < bytes.length; length++) yield [bytes.subarray(0, length), file];
  }
  const random = stream(1, 'beginnings');
  for (const [i, [file, bytes]] of [...bytesOfModels].entries()) {
    for (let draw = 0; draw < 500; draw++) yield [bytes.subarray(0, Math.floor(random.uniform(500 * i + draw) * bytes.length)), file];
  }
}

function* damagedFiles(count: number): Generator<readonly [Uint8Array, string]> {
  const random = stream(1, 'damaged files');
  for (let seed = 0; seed < count; seed++) {
    const from = seed % 4 === 0 ? models : files;
    const file = from[Math.floor(random.uniform(seed) * from.length)] ?? '';
    yield [damaged(bytesOfModels.get(file) ?? bytesOf(file), random, seed), file];
  }
}

test.skipIf(folder === undefined)('every beginning of 20 files ends in a diagnostic or a model', { timeout: patience }, () => {
  expect(beginnings.length).toBeGreaterThanOrEqual(20);
  const trial = tried(allBeginnings());
  console.log(`beginnings: ${textOf(trial)}`);
  expect(trial.slowest).toBeLessThan(1000);
  expect(trial.largest).toBeLessThan(200);
});

test.skipIf(folder === undefined)('10,000 damaged files end in a diagnostic or a model', { timeout: patience }, () => {
  const trial = tried(damagedFiles(10_000));
  console.log(`damaged: ${textOf(trial)}`);
  expect(trial.slowest).toBeLessThan(1000);
  expect(trial.largest).toBeLessThan(200);
});
