// Runs of the methods that go by budgets: exact counts, and the same bits however a run comes to its end.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import type { TrainEvent } from '../../src/driver/run/run-events.ts';
import { train } from '../../src/driver/run/train.ts';
import type { TrainOptions, TrainResult } from '../../src/driver/run/train-options.ts';
import { readSafetensors } from '../../src/engine/safetensors.ts';
import { ops } from '../../src/ops/index.ts';
import { groupSets } from '../../src/sparsity/groups.ts';
import { alive } from '../../src/sparsity/norms.ts';
import { modelOf, smallSource, stripes } from './fixture.ts';

const [before = '', , after = ''] = smallSource.split(/(sparsity \{[^}]*\}\n)/);
const sources = {
  admm: `${before}sparsity {\n  admm filters of conv1 keep 50%\n  admm neurons of fc1 keep 6\n  admm inputs of fc1 keep 40%\n  rho = 0.05\n}\n${after}`,
  /** Stopped as the first round has pruned, and as the second begins. */
  'admm in rounds': `${before}sparsity {\n  admm filters of conv1 keep 50%\n  admm neurons of fc1 keep 6\n  admm inputs of fc1 keep 40%\n  rounds = 2\n}\n${after.replace('sparsify { epochs = 3', 'sparsify { epochs = 4')}`,
  magnitude: `${before}sparsity {\n  magnitude filters of conv1 keep 50%\n  magnitude neurons of fc1 keep 6\n  magnitude inputs of fc1 keep 40%\n  rounds = 2\n}\n${after}`,
};
/** Of 6 filters, 20 neurons, 54 inputs: 40% of them are 21.6. */
const counts = [3, 6, 22];

/** All three share what the network has. */
const shared = `${before}sparsity {\n  admm filters of conv1\n  admm neurons, inputs of fc1\n  keep 40% of macs\n}\n${after}`;

let root = '';
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'ssl-budget-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const weights = (out: string): Promise<Buffer> => readFile(path.join(out, 'weights.safetensors'));

describe.each(Object.entries(sources))('%s', (name, source) => {
  const folder = (of: string): string => path.join(root, `${name}-${of}`);
  const run = (out: string, options: Partial<TrainOptions> = {}): Promise<TrainResult> => train(modelOf(source), stripes(600, 100), { out, threads: 2, ...options });
  const whole = (): string => folder('whole');
  beforeAll(() => run(whole(), { threads: 1 }), 30_000);

  test('leaves so many groups as the budgets say, and finetuning no others', async () => {
    const model = modelOf(source);
    const flagsOf = async (file: string): Promise<number[][]> => {
      const { tensors } = readSafetensors(await readFile(path.join(whole(), file)), file);
      return groupSets(model.network, ops, model.penalties).map((set) => [...alive(set, tensors)]);
    };
    const flags = await flagsOf('sparsify.safetensors');
    expect(flags.map((each) => each.reduce((sum, flag) => sum + flag, 0)).toSorted((a, b) => a - b)).toEqual(counts);
    expect(await flagsOf('weights.safetensors')).toEqual(flags);
  });

  test('ends with the same bits on two threads, stopped at any epoch and gone on with', { timeout: 60_000 }, async () => {
    await run(folder('two'));
    expect((await weights(folder('two'))).equals(await weights(whole()))).toBe(true);
    const stopped = folder('stopped');
    for (const epochs of [3, 4]) {
      const stop = new AbortController();
      let seen = 0;
      await run(stopped, {
        resume: epochs > 3,
        signal: stop.signal,
        onProgress: (event) => {
          if (event.kind === 'epoch' && ++seen === (epochs > 3 ? 1 : epochs)) stop.abort();
        },
      });
    }
    await run(stopped, { resume: true });
    expect((await weights(stopped)).equals(await weights(whole()))).toBe(true);
  });
});

test('the residuals of ADMM stand in the metrics, a layer each', async () => {
  const text = await readFile(path.join(root, 'admm-whole', 'metrics.jsonl'), 'utf8');
  const lines = text.trimEnd().split('\n').map((line) => JSON.parse(line) as { readonly phase: string; readonly residuals?: readonly { readonly layer: string; readonly primal: number; readonly dual: number }[] });
  expect(lines.map(({ phase, residuals }) => [phase, residuals?.map(({ layer }) => layer)])).toEqual([
    ['baseline', undefined],
    ['baseline', undefined],
    ...[1, 2, 3].map(() => ['sparsify', ['conv1', 'fc1']]),
    ['finetune', undefined],
    ['finetune', undefined],
  ]);
  const primal = lines.flatMap(({ residuals }) => (residuals ? [residuals.reduce((sum, each) => sum + each.primal, 0)] : []));
  expect(primal.every((value) => value > 0 && Number.isFinite(value))).toBe(true);
  // The pull grows.
  expect(primal.at(-1)).toBeLessThan(primal[0] ?? NaN);
});

test('in rounds, residuals are of epochs that are pulled', async () => {
  const text = await readFile(path.join(root, 'admm in rounds-whole', 'metrics.jsonl'), 'utf8');
  const lines = text.trimEnd().split('\n').map((line) => JSON.parse(line) as { readonly phase: string; readonly residuals?: object; readonly groups: readonly { readonly alive: number }[] });
  const sparsify = lines.filter(({ phase }) => phase === 'sparsify');
  expect(sparsify.map(({ residuals }) => residuals !== undefined)).toEqual([true, false, true, true]);
  // Half way from 6, 20 and 54; the filters of the budgets come when the phase ends.
  expect(sparsify.map(({ groups }) => groups.map(({ alive: count }) => count).toSorted((a, b) => a - b))).toEqual(Array.from({ length: 4 }, () => [5, 13, 38]));
});

describe('a budget of the whole network', () => {
  const run = (out: string, options: Partial<TrainOptions> = {}, source = shared): Promise<TrainResult> => train(modelOf(source), stripes(600, 100), { out: path.join(root, out), threads: 2, ...options });

  test('is shared by the layers, and what is left is within it; stopped behind its sharing the run ends with the same bits', { timeout: 60_000 }, async () => {
    const events: TrainEvent[] = [];
    const whole = await run('shared', { onProgress: (event) => void events.push(event) });
    const macs = whole.status === 'finished' ? whole.summary.macs : undefined;
    const shares = events.filter((event) => event.kind === 'shares');
    expect(shares).toMatchObject([{ phase: 'sparsify', budget: { of: 'macs', percent: 40 }, whole: macs?.dense, layers: [{ layer: 'conv1', structure: 'filters', total: 6, tried: [{ kept: 6 }, { kept: 5 }, { kept: 3 }, { kept: 2 }, { kept: 1 }] }, { structure: 'neurons', total: 20 }, { structure: 'inputs', total: 54 }] }]);
    expect(macs?.compacted).toBeLessThanOrEqual(0.4 * (macs?.dense ?? NaN));
    expect(macs?.compacted).toBeGreaterThan(0.3 * (macs?.dense ?? NaN));
    const stop = new AbortController();
    await run('shared-stopped', { signal: stop.signal, onProgress: (event) => void (event.kind === 'epoch' && event.phase === 'sparsify' && stop.abort()) });
    const again: TrainEvent[] = [];
    await run('shared-stopped', { resume: true, onProgress: (event) => void again.push(event) });
    expect(again.filter(({ kind }) => kind === 'shares')).toEqual([]);
    expect((await weights(path.join(root, 'shared-stopped'))).equals(await weights(path.join(root, 'shared')))).toBe(true);
  });

  test('is shared by a scan that was made before, where the run is given one', { timeout: 60_000 }, async () => {
    // By it conv1 loses nothing with its filters, and the others much with any.
    const losing = (total: number, few: number, loss: number) => [{ kept: total, loss: 1 }, { kept: few, loss }];
    const ended = await train(modelOf(shared), stripes(600, 100), { out: path.join(root, 'scanned'), threads: 2, scan: [losing(6, 1, 1), losing(20, 10, 9), losing(54, 27, 9)] });
    const summary = present(ended.status === 'finished' ? ended.summary : undefined, 'summary');
    expect(summary.shared?.layers.map(({ kept, total, tried }) => [kept, total, tried.length])).toEqual([[expect.any(Number), 6, 2], [20, 20, 2], [54, 54, 2]]);
    expect(summary.macs.compacted).toBeLessThanOrEqual(0.4 * summary.macs.dense);
  });

  test('counts weights that are not zero, wherever they stay', { timeout: 60_000 }, async () => {
    const grains = `${before}sparsity {\n  magnitude elements of conv1\n  magnitude neurons of fc1 keep 50%\n  rounds = 2\n  keep 40% of conv_weights\n}\n${after}`;
    const ended = await run('grains', {}, grains);
    const { convNonzero, layers } = present(ended.status === 'finished' ? ended.summary : undefined, 'summary');
    expect(convNonzero).toEqual({ dense: 54, compacted: 21 });
    expect(layers[0]?.nonzero?.[0]).toBe(21);
  });

  test('may be a size: the bytes of all parameters that are left', async () => {
    const { summary } = (await run('size', {}, shared.replace('keep 40% of macs', 'keep 2.5 KB'))) as Extract<TrainResult, { readonly status: 'finished' }>;
    expect(summary.bytes.compacted).toBeLessThanOrEqual(2500);
    expect(summary.bytes.compacted).toBeGreaterThan(2000);
    expect(summary.bytes.compacted).toBeGreaterThan(4 * summary.weights.compacted);
  });

  test('that is less than single groups leave is refused before a step is taken', async () => {
    await expect(run('tiny', {}, shared.replace('40%', '0.1%'))).rejects.toMatchObject({ diagnostics: [{ code: 'run/budget-beyond', message: expect.stringMatching(/^`keep 0\.1% of macs` is at most 3 macs, less than is left with a single group of each penalty: \d+ macs$/) }] });
    await expect(run('none', {}, shared.replace('seed = 3', 'seed = 3\n  held_out = 0'))).rejects.toMatchObject({ diagnostics: [{ code: 'run/nothing-held-out' }] });
  });
});
