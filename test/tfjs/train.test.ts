// Runs of training by the engine of TensorFlow.js, beside those of emitted code.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { EpochEvent } from '../../src/driver/run/run-events.ts';
import { train } from '../../src/driver/run/train.ts';
import type { TrainOptions, TrainResult } from '../../src/driver/run/train-options.ts';
import { augmentedSource, modelOf, smallSource, stripes } from '../engine/fixture.ts';
import { tf } from './tfjs.ts';

const root = mkdtempSync(join(tmpdir(), 'ssl-tfjs-'));

/** The plain package in place of the one with a native library: they have the same functions. */
beforeAll(() => {
  const place = join(root, 'node_modules/@tensorflow/tfjs-node');
  mkdirSync(place, { recursive: true });
  const plain = createRequire(import.meta.url).resolve('@tensorflow/tfjs');
  writeFileSync(join(place, 'index.js'), `module.exports = require(${JSON.stringify(plain)});\n`);
  vi.spyOn(process, 'cwd').mockReturnValue(root);
});
afterAll(() => {
  vi.restoreAllMocks();
  rmSync(root, { recursive: true });
});

const run = (out: string, source: string, options: Partial<TrainOptions> = {}): Promise<TrainResult> => train(modelOf(source), stripes(240, 60), { out: join(root, out), engine: 'tfjs', ...options });
const fileOf = (out: string, name: string): Buffer => readFileSync(join(root, out, name));
const epochsOf = (out: string): readonly EpochEvent[] => fileOf(out, 'metrics.jsonl').toString().trimEnd().split('\n').map((line) => JSON.parse(line) as EpochEvent);

test('a run comes to what emitted code comes to, and leaves nothing behind', async () => {
  const before = tf.memory().numTensors;
  let most = before;
  const ended = [await run('tfjs', augmentedSource, { onProgress: () => void (most = Math.max(most, tf.memory().numTensors)) }), await run('wasm', augmentedSource, { engine: 'wasm', threads: 1 })] as const;
  expect(ended.map(({ status }) => status)).toEqual(['finished', 'finished']);
  const [found, expected] = [epochsOf('tfjs'), epochsOf('wasm')];
  expect(found.map(({ phase, step, groups }) => ({ phase, step, groups }))).toEqual(expected.map(({ phase, step, groups }) => ({ phase, step, groups })));
  // Rounding grows from step to step.
  for (const [i, { training }] of found.entries()) expect(Math.abs(training.loss - (expected[i]?.training.loss ?? NaN))).toBeLessThan(0.02);
  expect(most).toBeGreaterThan(before);
  expect(tf.memory().numTensors).toBe(before);
});

test('stopped in a phase and gone on with, a run ends with the same bits; under another engine it does not go on', async () => {
  await run('whole', smallSource);
  const stop = new AbortController();
  const stopped = await run('stopped', smallSource, { signal: stop.signal, onProgress: (event) => void (event.kind === 'epoch' && event.phase === 'sparsify' && stop.abort()) });
  expect(stopped.status).toBe('interrupted');
  await expect(run('stopped', smallSource, { engine: 'wasm', resume: true })).rejects.toMatchObject({
    diagnostics: [{ code: 'run/different', message: `${join(root, 'stopped')} was begun with another engine: it was tfjs, and is wasm now` }],
  });
  expect((await run('stopped', smallSource, { resume: true })).status).toBe('finished');
  expect(fileOf('stopped', 'weights.safetensors').equals(fileOf('whole', 'weights.safetensors'))).toBe(true);
});

test('a run that diverges is told as that', async () => {
  const source = smallSource.replace('cosine(0.05)', '1e30');
  await expect(run('diverged', source)).rejects.toMatchObject({ diagnostics: [{ code: 'train/diverged', message: expect.stringMatching(/^training diverged at step \d+ \(baseline\)/) }] });
});
