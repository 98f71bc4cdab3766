// Networks that answer with numbers, from files of targets to what commands print of them.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { stream } from '../../src/base/random.ts';
import { bytesOf, npyBytes } from '../data/files.ts';
import { runCli, temporaryFolder } from './support.ts';

const folder = temporaryFolder();
const at = (...names: string[]): string => join(folder, ...names);

// Of images of two channels the first, smoothed along rows, and their difference.
function writeImages(place: string): void {
  mkdirSync(place, { recursive: true });
  for (const [name, count] of [['train', 240], ['test', 40]] as const) {
    const draws = stream(3, name);
    const samples = Float32Array.from({ length: count * 72 }, (_, i) => draws.uniform(i));
    const pixel = (n: number, c: number, y: number, x: number): number => (x < 0 || x > 5 ? 0 : (samples[n * 72 + c * 36 + y * 6 + x] ?? NaN));
    const targets = Float32Array.from({ length: count * 72 }, (_, i) => {
      const [n, c, y, x] = [Math.floor(i / 72), Math.floor(i / 36) % 2, Math.floor(i / 6) % 6, i % 6];
      return c === 0 ? (pixel(n, 0, y, x - 1) + pixel(n, 0, y, x) + pixel(n, 0, y, x + 1)) / 3 : pixel(n, 0, y, x) - pixel(n, 1, y, x);
    });
    writeFileSync(join(place, `${name}-images.npy`), npyBytes('<f4', [count, 2, 6, 6], bytesOf(samples)));
    writeFileSync(join(place, `${name}-targets.npy`), npyBytes('<f4', [count, 2, 6, 6], bytesOf(targets)));
  }
}

const source = (sparsity: string): string => `const strength = 0.01
network Images(x: tensor[2, 6, 6]) {
  conv1 = relu(conv(x, filters = 8, window = 3, padding = same))
  return conv(conv1, filters = 2, window = 3, padding = same)
}
sparsity {
  ${sparsity}
}
train on "images" {
  task = regress
  baseline { epochs = 2, batch = 20, optimizer = adam(rate = 0.02), keep = best }
  sparsify { epochs = 1, optimizer = sgd(rate = 0.05, momentum = 0.9) }
  finetune { epochs = 1 }
  control {}
}
`;

beforeAll(async () => {
  writeImages(at('data', 'images'));
  writeFileSync(at('shared.ssl'), source('admm filters of conv1\n  keep 60% of macs'));
  writeFileSync(at('swept.ssl'), source('lasso filters of conv1 strength strength'));
  await runCli(['train', at('shared.ssl'), '--data', at('data'), '--out', at('run'), '--threads', '1', '--no-timing']);
});

interface Figures {
  readonly task: string;
  readonly error: number;
  readonly root: number;
  readonly chance: number;
}

describe('a run', () => {
  it('tells of its errors as mean squares, by phase, and of how a budget was shared by them', async () => {
    const { code, out, err } = await runCli(['train', at('shared.ssl'), '--data', at('data'), '--out', at('again'), '--threads', '1', '--no-timing']);
    expect(code).toBe(0);
    expect(err).toMatch(/240 training and 40 test samples, to be answered with numbers \[2, 6, 6\]/);
    expect(err).toMatch(/baseline done: kept epoch \d, test MSE 0\.\d+\n/);
    expect(err).toMatch(/filters of conv1 \d\/8; held-out loss by what is left: 8 0\.\d{3,}, 6 0\.\d{3,}/);
    expect(out).toMatch(/phase +test MSE +held-out MSE +epochs in all/);
    expect(out).toMatch(/compacted 0\.\d+, dense 0\.\d+: each after 4 epochs/);
    expect(out).toMatch(/the root of its mean squared error/);
    expect(`${out}${err}`).not.toMatch(/error \d|wrong|class/);
  });

  it('has a page of mean squares', () => {
    const page = readFileSync(at('run', 'report.html'), 'utf8');
    expect(page).toMatch(/The compacted Images answers the test set with a mean squared error of 0\.\d+, the dense network 0\.\d+ after as much training/);
    for (const text of ['test MSE', 'mean squared error of the training samples', 'Held-out MSE', 'whose root is']) expect(page).toContain(text);
    expect(page).not.toMatch(/cross entropy|answered wrongly|Errors by class/);
    expect(page).toContain('"task":"regress"');
  });

  it('is evaluated as the modules that are built of it are, channels last among them', async () => {
    const evaluate = async (...args: string[]): Promise<Figures> => JSON.parse((await runCli(['evaluate', ...args, '--json'])).out) as Figures;
    const whole = await evaluate(at('run'), '--data', at('data'));
    expect(whole.task).toBe('regress');
    expect(whole.error).toBeLessThan(whole.chance);
    expect(whole.root).toBeCloseTo(Math.sqrt(whole.error), 12);
    for (const options of [[], ['--layout', 'hwc', '--batch', '7', '--target', 'js']]) {
      const out = at(`module${options.length}`);
      await runCli(['build', at('run'), '--out', out, ...options]);
      expect((await evaluate(out, '--on', at('data', 'images'))).error).toBeCloseTo(whole.error, 7);
      const { code, out: verified } = await runCli(['verify', out, '--weights', at('run')]);
      expect({ code, verified }).toEqual({ code: 0, verified: expect.stringMatching(/\nok\n$/) as string });
    }
    const { code, err } = await runCli(['evaluate', at('module0'), '--on', 'digits']);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('digits has classes for its samples, but the network is trained to answer with numbers') as string });
    const text = await runCli(['evaluate', at('run'), '--data', at('data')]);
    expect(text.out).toMatch(/^Images \(.*, wasm\) on the 40 test samples of images\nmean squared error 0\.\d+, its root 0\.\d+; always answering the mean: 0\.\d+\n$/);
  });

  it('has its change measured where weights are stored in fewer bits', async () => {
    const { out } = await runCli(['build', at('run'), '--out', at('int8'), '--weights-as', 'int8'], { SSL_DATA: at('data') });
    expect(out).toMatch(/MSE 0\.\d+ -> 0\.\d+ on the 40 test samples of images/);
    expect((await runCli(['verify', at('int8'), '--weights', at('run')])).code).toBe(0);
  });

  it('that learns nothing is told of', async () => {
    writeFileSync(at('slow.ssl'), source('lasso filters of conv1 strength 0').replace('adam(rate = 0.02)', 'sgd(rate = 1e-9)').replace('sgd(rate = 0.05, momentum = 0.9)', 'sgd(rate = 1e-9)'));
    const { out } = await runCli(['train', at('slow.ssl'), '--data', at('data'), '--out', at('slow'), '--threads', '1', '--no-timing']);
    expect(out).toMatch(/warning\[result\/never-learned\]: baseline has not learned: its test MSE is \d\S*, and always answering the mean has 0\.\d+/);
  });
});

it('a sweep and its picture are of mean squares', async () => {
  const { code, out, err } = await runCli(['sweep', at('swept.ssl'), '--set', 'strength=0.001,0.05', '--data', at('data'), '--out', at('sweep'), '--workers', '1', '--budget-macs', '1000000']);
  expect({ code, err }).toEqual({ code: 0, err: expect.stringMatching(/strength 0\.001: held-out MSE 0\.\d+, /) as string });
  expect(out).toMatch(/strength +held-out MSE +test MSE +MACs/);
  expect(out).toMatch(/the smallest held-out MSE has .*: held-out MSE 0\.\d+, /);
  expect(out).not.toContain('error');
  const picture = readFileSync(at('sweep', 'sweep.svg'), 'utf8');
  expect(picture).toContain('>held-out MSE</text>');
  expect(picture).not.toMatch(/[\d.]+%/);
});
