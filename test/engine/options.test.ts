// Runs whose phases warm up, clip gradients, smooth labels, keep their best epoch and end early, under all optimizers.

import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DiagnosticError } from '../../src/base/diagnostic.ts';
import { present } from '../../src/base/invariant.ts';
import type { EpochEvent, PhaseEvent, TrainEvent } from '../../src/driver/run/run-events.ts';
import type { RunSummary } from '../../src/driver/run/run-summary.ts';
import { train } from '../../src/driver/run/train.ts';
import type { TrainOptions, TrainResult } from '../../src/driver/run/train-options.ts';
import { readSafetensors } from '../../src/engine/safetensors.ts';
import { ops } from '../../src/ops/index.ts';
import { groupSets } from '../../src/sparsity/groups.ts';
import { alive } from '../../src/sparsity/norms.ts';
import { modelOf, optionsSource, smallSource, stripes } from './fixture.ts';

let root = '';
const events: TrainEvent[] = [];
let summary: RunSummary | undefined;

const folder = (name: string): string => path.join(root, name);
const run = (out: string, options: Partial<TrainOptions> = {}, source = optionsSource, data = stripes(600, 100)): Promise<TrainResult> =>
  train(modelOf(source), data, { out: folder(out), threads: 2, ...options });
const bytesOf = (out: string): Promise<Buffer[]> => Promise.all(['baseline', 'sparsify', 'finetune', 'control', 'weights'].map((name) => readFile(path.join(folder(out), `${name}.safetensors`))));
const epochsOf = (phase: string): EpochEvent[] => events.flatMap((event) => (event.kind === 'epoch' && event.phase === phase ? [event] : []));
const endOf = (phase: string): PhaseEvent => present(events.find((event): event is PhaseEvent => event.kind === 'phase' && event.phase === phase), phase);
const judged = ['baseline', 'finetune', 'control'] as const;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'ssl-options-'));
  const ended = await run('whole', { threads: 1, onProgress: (event) => void events.push(event) });
  summary = ended.status === 'finished' ? ended.summary : undefined;
}, 60_000);
afterAll(() => rm(root, { recursive: true, force: true }));

describe('a phase that keeps its best epoch', () => {
  test.each(judged)('%s: ends with the first of least held-out error', (phase) => {
    const errors = epochsOf(phase).map(({ heldOut }) => heldOut?.error ?? NaN);
    const least = Math.min(...errors);
    expect(endOf(phase)).toMatchObject({ kept: errors.indexOf(least) + 1, heldOut: least });
    expect(epochsOf(phase).map(({ best }) => best)).toEqual(errors.map((_, i) => errors.indexOf(Math.min(...errors.slice(0, i + 1))) + 1));
    expect(summary?.kept[phase]).toBe(endOf(phase).kept);
    expect(summary?.heldOut[phase]).toBe(least);
  });

  test('does not end with its last', () => {
    // Else this file tells nothing.
    expect(judged.some((phase) => endOf(phase).kept !== epochsOf(phase).length)).toBe(true);
  });

  test('hands its weights on', async () => {
    expect((await bytesOf('whole'))[4]).toEqual((await bytesOf('whole'))[2]);
    expect(summary?.epochs).toEqual({
      baseline: endOf('baseline').kept,
      sparsify: (endOf('baseline').kept ?? NaN) + 2,
      finetune: (endOf('baseline').kept ?? NaN) + 2 + (endOf('finetune').kept ?? NaN),
      control: (endOf('baseline').kept ?? NaN) + (endOf('control').kept ?? NaN),
    });
  });

  test('none is kept where nobody asked', () => {
    expect(endOf('sparsify')).not.toHaveProperty('kept');
    expect(epochsOf('sparsify').some((event) => 'best' in event)).toBe(false);
  });
});

describe('a phase with patience', () => {
  test.each([['baseline', 8, 2], ['finetune', 5, 1], ['control', 7, 1]] as const)('%s: stops when so many epochs are no better', (phase, epochs, patience) => {
    const ran = epochsOf(phase);
    const over = ran.map(({ epoch, best }) => epoch - (best ?? NaN) >= patience && epoch < epochs);
    expect(over.indexOf(true)).toBe(ran.length < epochs ? ran.length - 1 : -1);
    expect(ran.map(({ stopped }) => stopped === true)).toEqual(over);
    expect(endOf(phase).stopped).toEqual(ran.length < epochs ? { epoch: ran.length, epochs } : undefined);
    expect(summary?.stopped[phase]).toBe(ran.length < epochs ? ran.length : undefined);
  });

  test('some do stop, and later steps keep their numbers', () => {
    expect(Object.keys(summary?.stopped ?? {})).not.toEqual([]);
    // 480 samples are 30 steps an epoch.
    expect(epochsOf('sparsify').map(({ step }) => step)).toEqual([30 * 9, 30 * 10]);
  });
});

test('the rate rises while a phase warms up', async () => {
  const rates: number[] = [];
  await run('warm', { onProgress: (event) => void (event.kind === 'epoch' && rates.push(event.rate)) }, smallSource.replace('rate = 0.05 }', 'rate = 0.05, warmup = 2 }'));
  expect(rates.slice(2, 5)).toEqual([0.025, 0.05, 0.05]);
});

test('groups that adam and its map bring to zero stay there, whatever comes after', async () => {
  const source = smallSource.replaceAll('strength 0.06', 'strength 0.9').replace('rate = 0.05 }', 'optimizer = adam(rate = 0.01) }').replace('sgd(rate = 0.02, momentum = 0.9, decay = 5e-4)', 'adam(rate = 0.005)');
  await run('sparse', {}, source);
  const { network, penalties } = modelOf(source);
  const flagsOf = async (name: string): Promise<number[]> => {
    const { tensors } = readSafetensors(await readFile(path.join(folder('sparse'), `${name}.safetensors`)), name);
    return groupSets(network, ops, penalties).flatMap((set) => [...alive(set, tensors)]);
  };
  const sparsified = await flagsOf('sparsify');
  expect(new Set(sparsified)).toEqual(new Set([0, 1]));
  expect(await flagsOf('weights')).toEqual(sparsified);
});

describe('bits', () => {
  test('are those of a run that was interrupted after each of its epochs', { timeout: 120_000 }, async () => {
    let ended = false;
    for (let session = 0; !ended; session++) {
      const stop = new AbortController();
      const onProgress = (event: TrainEvent): void => void (event.kind === 'epoch' && stop.abort());
      ended = (await run('interrupted', { resume: session > 0, onProgress, signal: stop.signal })).status === 'finished';
    }
    expect(await bytesOf('interrupted')).toEqual(await bytesOf('whole'));
    const figures = async (out: string): Promise<object> => ({ ...(JSON.parse(await readFile(path.join(folder(out), 'summary.json'), 'utf8')) as object), seconds: 0 });
    expect(await figures('interrupted')).toEqual(await figures('whole'));
  });

  test('are those of a run that was killed', { timeout: 120_000 }, async () => {
    const exitOf = (life: number): Promise<number | null> =>
      new Promise((resolve) => {
        const running = spawn(process.execPath, [path.join(import.meta.dirname, 'run-child.ts'), folder('killed'), 'resume', 'options'], { stdio: 'ignore' });
        const timer = setTimeout(() => running.kill('SIGKILL'), life);
        running.on('exit', (code) => {
          clearTimeout(timer);
          resolve(code);
        });
      });
    let code: number | null = null;
    for (let life = 900; code !== 0; life *= 1.5) code = await exitOf(life);
    expect(await bytesOf('killed')).toEqual(await bytesOf('whole'));
  });
});

describe('refusals', () => {
  const faultOf = async (work: Promise<unknown>): Promise<unknown> => {
    try {
      return await work;
    } catch (error) {
      if (error instanceof DiagnosticError) return error.diagnostics[0];
      throw error;
    }
  };

  test('of data that leaves nothing to judge by', async () => {
    const source = optionsSource.replace('held_out = 0.2', 'held_out = 0.0005');
    expect(await faultOf(run('none', {}, source))).toMatchObject({ code: 'run/nothing-held-out', message: '`baseline` goes by the held-out error, but of 600 training samples none is held out' });
  });

  test('of a run that went on with other options', async () => {
    for (const [from, to, message] of [
      ['patience = 1', 'patience = 2', 'patience of finetune: it was 1, and is 2 now'],
      ['warmup = 0.5', 'warmup = 1', 'warmup of baseline: it was 0.5, and is 1 now'],
      ['label_smoothing = 0.1, ', '', 'label_smoothing of baseline: it was 0.1, and is none now'],
      ['nesterov = true', 'nesterov = false', 'nesterov of sparsify: it was true, and is none now'],
      ['clip_gradients = none', 'clip_gradients = 3', 'clip_gradients of finetune: it was none, and is 3 now'],
    ] as const) {
      expect(await faultOf(run('whole', { resume: true }, optionsSource.replace(from, to)))).toMatchObject({ code: 'run/different', message: expect.stringContaining(`another ${message}`) });
    }
  });

  test.each([
    ['gradients are clipped', 'sgd(rate = 1e20), clip_gradients = 1e15'],
    ['the gradient is taken ahead', 'sgd(rate = 1e20, momentum = 0.9, nesterov = true)'],
    ['steps are those of adam', 'adam(rate = 1e20)'],
  ])('divergence names the layer where %s', { timeout: 60_000 }, async (what, written) => {
    const wild = smallSource.replace('sgd(rate = cosine(0.05), momentum = 0.9)', written);
    expect(await faultOf(run(what, {}, wild))).toMatchObject({ code: 'train/diverged', message: expect.stringMatching(/layer (conv1|norm1|fc1|fc2) /) });
  });
});
