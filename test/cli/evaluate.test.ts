import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../../src/index.ts';
import { evaluate as evaluateApi } from '../../src/index.ts';
import { bytesOf, npyBytes } from '../data/files.ts';
import { safetensorsFile } from '../safetensors-file.ts';
import { runCli, temporaryFolder } from './support.ts';
import { writeStripes } from './stripes.ts';

const folder = temporaryFolder();
const at = (...names: string[]): string => join(folder, ...names);
const evaluate = (...args: string[]): ReturnType<typeof runCli> => runCli(['evaluate', ...args], { SSL_DATA: '' });

interface Report {
  readonly network: string;
  readonly dataset: string;
  readonly error: number;
  readonly confusion: readonly (readonly number[])[];
}
const figures = async (...args: string[]): Promise<Report> => JSON.parse((await evaluate(...args, '--json')).out) as Report;

// What the network answers is its input.
const echoText = `network Echo(x: tensor[3]) {
  labels ["red", "green", "blue"]
  return dense(x, units = 3)
}
`;
const echoWeights = { 'output.weight': [1, 0, 0, 0, 1, 0, 0, 0, 1], 'output.bias': [0, 0, 0] };
const echoSamples = [
  ...[[3, 1, 2], [1, 3, 2], [2, 2, 1], [0, 1, 2]].map((sample) => [0, sample] as const),
  ...[[1, 2, 0], [2, 1, 0]].map((sample) => [1, sample] as const),
];

function writeVectors(place: string, samples: readonly (readonly [label: number, sample: readonly number[]])[]): void {
  mkdirSync(place, { recursive: true });
  for (const part of ['train', 'test']) {
    writeFileSync(join(place, `${part}-images.npy`), npyBytes('<f4', [samples.length, samples[0]?.[1].length ?? 0], bytesOf(Float32Array.from(samples.flatMap(([, sample]) => sample)))));
    writeFileSync(join(place, `${part}-labels.npy`), npyBytes('|u1', [samples.length], Uint8Array.from(samples, ([label]) => label)));
  }
}

beforeAll(async () => {
  writeFileSync(at('echo.ssl'), echoText);
  writeFileSync(at('echo.safetensors'), safetensorsFile(new Map(Object.entries(echoWeights).map(([name, data]) => [name, { shape: name.endsWith('weight') ? [3, 3] : [3], data: Float32Array.from(data) }]))));
  writeVectors(at('colours'), echoSamples);
  writeStripes(at('sets', 'stripes'));
  writeFileSync(at('stripes.ssl'), `network Stripes(image: tensor[1, 6, 6]) {
  conv1 = conv(image, filters = 4, window = 3)
  return dense(conv1, units = 2)
}
sparsity { lasso filters of conv1 strength 0.05 }
train on "stripes" {
  baseline { epochs = 1, batch = 20, optimizer = sgd(rate = 0.01, momentum = 0.9) }
  sparsify { epochs = 1 }
}
`);
  await runCli(['build', at('echo.ssl'), '--weights', at('echo.safetensors'), '--out', at('echo')]);
  await runCli(['train', at('stripes.ssl'), '--data', at('sets'), '--out', at('run'), '--threads', '1', '--no-timing']);
  await runCli(['build', at('run'), '--out', at('wasm')]);
  await runCli(['build', at('run'), '--out', at('batches'), '--target', 'js', '--batch', '7', '--layout', 'hwc']);
});

describe('a module on a data set', () => {
  it('its error, by class, and the confusion matrix', async () => {
    const { code, out, err } = await evaluate(at('echo'), '--data', at('colours'), '--json');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toEqual({
      ok: true,
      place: at('echo'),
      network: 'Echo',
      target: 'wasm',
      dataset: at('colours'),
      samples: 6,
      wrong: 3,
      error: 0.5,
      chance: 1 / 3,
      unanswered: 0,
      classes: [
        { name: 'red', samples: 4, wrong: 2, error: 0.5, takenFor: { name: 'green', samples: 1 } },
        { name: 'green', samples: 2, wrong: 1, error: 0.5, takenFor: { name: 'red', samples: 1 } },
        { name: 'blue', samples: 0, wrong: 0 },
      ],
      confusion: [[2, 1, 1], [1, 1, 0], [0, 0, 0]],
      diagnostics: [expect.objectContaining({ code: 'data/classes', severity: 'warning' })],
    });
  });

  it('tells people', async () => {
    const { code, out } = await evaluate(at('echo'), '--on', at('colours'));
    expect(code).toBe(0);
    expect(out).toMatch(/^Echo \(.*echo, wasm\) on the 6 test samples of .*colours\nerror 50\.00%, 3 wrong; always answering the most frequent class: 33\.33%\n/);
    expect(out).toMatch(/^0 red +4 +2 +50\.00% +green \(1\)$/m);
    expect(out).toMatch(/^ +0 +2 +1 +1$/m);
  });

  it('a score that is not a number is no answer, and wrong', async () => {
    writeFileSync(at('wild.safetensors'), safetensorsFile(new Map([
      ['output.weight', { shape: [3, 3], data: Float32Array.of(1, 0, 0, 0, 1, 0, 1e9, -1e9, 1) }],
      ['output.bias', { shape: [3], data: Float32Array.of(0, 0, 0) }],
    ])));
    await runCli(['build', at('echo.ssl'), '--weights', at('wild.safetensors'), '--out', at('wild')]);
    writeVectors(at('large'), [[0, [1, 0, 0]], [0, [1e30, 1e30, 0]], [2, [1, 0, 0]], [1, [0, 1, 0]]]);
    const { code, out } = await evaluate(at('wild'), '--data', at('large'));
    expect(code).toBe(0);
    expect(out).toContain('1 of them have no answer: a score is not a number\n');
    expect(await figures(at('wild'), '--data', at('large'))).toMatchObject({ unanswered: 1, samples: 4, wrong: 2, confusion: [[0, 0, 1], [0, 1, 0], [0, 0, 1]] });
  });
});

describe('a run', () => {
  const summary = (): { error: Record<string, number> } => JSON.parse(readFileSync(at('run', 'summary.json'), 'utf8')) as { error: Record<string, number> };

  it('is evaluated on its own data, to what training has found', async () => {
    const report = await figures(at('run'), '--data', at('sets'));
    expect(report).toMatchObject({ network: 'Stripes', dataset: 'stripes', samples: 60, error: summary().error['sparsify'] });
    expect(await figures(at('run'), '--data', at('sets', 'stripes'))).toMatchObject({ dataset: at('sets', 'stripes'), confusion: report.confusion });
  });

  it('answers as the modules that are built of it do', async () => {
    const report = await figures(at('run'), '--on', at('sets', 'stripes'));
    for (const module of ['wasm', join('batches', 'stripes.js')]) {
      expect(await figures(at(module), '--on', at('sets', 'stripes'))).toMatchObject({ error: report.error, confusion: report.confusion });
    }
    expect(await evaluateApi(at('wasm'), stripesDataset())).toMatchObject({ network: 'Stripes', dataset: 'mine', samples: 2, warnings: [] });
  });
});

function stripesDataset(): Dataset {
  const split = { count: 2, samples: new Float32Array(72), labels: Uint8Array.of(0, 1) };
  return { name: 'mine', shape: [1, 6, 6], classes: 2, training: split, test: split };
}

describe('which data set is never a guess', () => {
  it('a module whose source names a data set that all know is evaluated on that', async () => {
    const source = at('digits.ssl');
    writeFileSync(source, 'network Tiny(image: tensor[1, 28, 28]) { return dense(image, units = 10) }\ntrain on digits { baseline { epochs = 1, rate = 0.01 } }\n');
    const weights = at('digits.safetensors');
    writeFileSync(weights, safetensorsFile(new Map([['output.weight', { shape: [10, 784], data: new Float32Array(7840) }], ['output.bias', { shape: [10], data: Float32Array.from({ length: 10 }, (_, i) => i) }]])));
    await runCli(['build', source, '--weights', weights, '--dense', '--out', at('digits')]);
    const report = await figures(at('digits'));
    expect(report).toMatchObject({ dataset: 'digits' });
    // It answers the last class, whatever it sees.
    expect(report.confusion.every((row) => row.slice(0, 9).every((count) => count === 0))).toBe(true);
    expect((await evaluate(at('digits'), '--data', at('sets'))).err).toContain('leave --data out: digits are drawn by the program');
  });

  it.each<[string, () => readonly string[], readonly string[]]>([
    ['a module that knows of none', () => [at('wasm')], ['data/unnamed', '--data FOLDER', '--on']],
    ['a module and a folder to look in', () => [at('wasm'), '--data', at('sets')], ['data/no-layout', '--on NAME']],
    ['a run whose data is elsewhere', () => [at('run'), '--data', at('echo')], ['data/not-found', 'stripes']],
    ['a folder that is not there', () => [at('run'), '--data', at('nothing')], ['data/unreadable', 'there is no such folder']],
    ['a name that is not there', () => [at('run'), '--on', at('nothing')], ['data/not-found']],
  ])('%s', async (_, args, messages) => {
    const { code, out, err } = await evaluate(...args());
    expect({ code, out }).toEqual({ code: 1, out: '' });
    for (const message of messages) expect(err).toContain(message);
  });

  it('a folder that is a data set and holds the one of the run', async () => {
    cpSync(at('sets'), at('both'), { recursive: true });
    cpSync(at('sets', 'stripes'), at('both'), { recursive: true });
    const { code, err } = await evaluate(at('run'), '--data', at('both'));
    expect(code).toBe(1);
    expect(err).toContain(`${at('both')} is a data set itself and holds stripes too`);
    expect(err).toContain(`--on stripes, or --on ${at('both')}`);
    expect((await evaluate(at('run'), '--on', 'stripes', '--data', at('both'))).code).toBe(0);
  });
});

describe('what cannot be evaluated exits 1, without a stack', () => {
  const broken = (name: string, change: (text: string) => string): string => {
    cpSync(at('batches'), at(name), { recursive: true });
    writeFileSync(at(name, 'stripes.js'), change(readFileSync(at(name, 'stripes.js'), 'utf8')));
    return at(name);
  };

  it.each<[string, () => string, readonly string[]]>([
    ['a place that is not there', () => at('nowhere'), ['file/unreadable', 'nowhere']],
    ['a folder without a module', () => at('sets'), ['module/none', 'ssl-compile build']],
    ['a source', () => at('echo.ssl'), ['module/none']],
    ['a run without its weights', () => at('begun'), ['run/changed', '--resume']],
    ['a run with a module in it', () => at('mixed'), ['module/and-run', join('mixed', 'stripes.js')]],
    ['a module whose kernels are gone', () => at('part'), ['module/broken', 'stripes.wasm']],
    ['code that throws', () => broken('throws', () => 'throw new Error("no");'), ['module/broken']],
    ['a module without a record', () => broken('record', () => 'export const load = async () => ({ run: () => new Float32Array(2) });'), ['module/record']],
    ['a module that does not say what it takes', () => broken('shape', (text) => text.replace(/inputShape: \[[^\]]*\]/, 'inputShape: [-1]')), ['module/unclear', 'inputShape']],
    ['a module that answers too few numbers', () => broken('few', (text) => text.replace('return into;', 'return into.slice(1);')), ['module/interface', '13 numbers, expected 14']],
    ['data of another shape', () => at('echo'), ['data/shape', '[1, 6, 6]', '--on NAME']],
    ['data of more classes', () => at('narrow'), ['data/classes', '2 classes', '1 outputs']],
  ])('%s', async (_, place, messages) => {
    const { code, out, err } = await evaluate(place(), '--data', at('sets', 'stripes'));
    expect({ code, out }).toEqual({ code: 1, out: '' });
    for (const message of messages) expect(err).toContain(message);
    expect(err).not.toMatch(/^ +at /m);
  });

  it('empty data', async () => {
    writeVectors(at('none'), []);
    expect((await evaluate(at('echo'), '--data', at('none'))).err).toMatch(/^error\[data\//);
  });

  beforeAll(async () => {
    cpSync(at('run'), at('begun'), { recursive: true });
    rmSync(at('begun', 'weights.safetensors'));
    cpSync(at('run'), at('mixed'), { recursive: true });
    cpSync(at('wasm'), at('mixed'), { recursive: true });
    cpSync(at('wasm'), at('part'), { recursive: true });
    rmSync(at('part', 'stripes.wasm'));
    writeFileSync(at('narrow.ssl'), 'network Narrow(image: tensor[1, 6, 6]) { return dense(image, units = 1) }\n');
    writeFileSync(at('narrow.safetensors'), safetensorsFile(new Map([['output.weight', { shape: [1, 36], data: new Float32Array(36) }], ['output.bias', { shape: [1], data: new Float32Array(1) }]])));
    await runCli(['build', at('narrow.ssl'), '--weights', at('narrow.safetensors'), '--dense', '--out', at('narrow')]);
  });
});
