// An exported program as somebody uses it: stopped and resumed, read by the commands, and with what goes wrong.

import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import type { Model } from '../../src/ir/network.ts';
import { runCli } from '../cli/support.ts';
import { modelOf, smallSource, stripes } from '../engine/fixture.ts';
import { runPython, startPython, temporaryFolder, writeData, writeProgramOf } from './program.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
const folder = temporaryFolder();
const at = (...parts: readonly string[]): string => join(folder, ...parts);

const onStripes = (source: string): Model => {
  const model = modelOf(source);
  return { ...model, train: { ...present(model.train, 'train'), dataset: { kind: 'folder', path: at('stripes') } } };
};
const source = smallSource.replace('train on toy', `train on "${at('stripes')}"`);
const train = at('program', 'train.py');

beforeAll(async () => {
  writeData(stripes(200, 60), at('stripes'));
  writeProgramOf(onStripes(source), at('program'));
  const { code, err } = await runPython([train, '--out', at('run')]);
  if (code !== 0) throw new Error(err);
});

describe('the folder of a run by PyTorch', () => {
  it('is one of ours to build, explain, evaluate and report', async () => {
    const out = at('module');
    expect(await runCli(['build', at('run'), '--out', out])).toMatchObject({ code: 0 });
    expect(await runCli(['verify', out, '--weights', at('run')])).toMatchObject({ code: 0 });
    expect((await runCli(['explain', at('run')])).out).toMatch(/^filters of conv1 /m);
    const evaluated = await runCli(['evaluate', at('run'), '--json']);
    const { error } = JSON.parse(readFileSync(at('run', 'summary.json'), 'utf8')) as { readonly error: { readonly finetune: number } };
    expect(JSON.parse(evaluated.out)).toMatchObject({ ok: true, error: error.finetune });
    expect(await runCli(['report', at('run'), '--out', at('report.html'), '--no-timing'])).toMatchObject({ code: 0 });
    expect(readFileSync(at('report.html'), 'utf8')).toContain('sparsify');
  });

  it('is not gone on with by the engine', async () => {
    cpSync(at('run'), at('copy'), { recursive: true });
    const { code, err } = await runCli(['train', at('run', 'model.ssl'), '--out', at('copy'), '--resume']);
    expect(code).toBe(1);
    expect(err).toMatch(/^error\[run\/different\]: .*engine.*torch/m);
  });
});

describe('a run', () => {
  it('writes a checkpoint when it is asked to stop, and goes on to the same bits', async () => {
    const model = onStripes(source.replace('epochs = 3', 'epochs = 120'));
    writeProgramOf(model, at('long'));
    const args = [at('long', 'train.py'), '--out', at('stopped')];
    const { child, ran } = startPython(args);
    while (!existsSync(at('stopped', 'baseline.safetensors'))) await sleep(10);
    const second = await runPython([...args, '--resume']);
    expect(second.err).toMatch(/is being trained in by another process: wait for it, or choose another folder\n$/);
    child.kill('SIGTERM');
    const told = await ran;
    expect(told).toMatchObject({ code: 130 });
    expect(existsSync(at('stopped', 'run.lock'))).toBe(false);
    expect(told.err).toMatch(/stopped after step \d+ of \d+; go on with --resume\n$/);
    expect(await runPython([...args, '--resume'])).toMatchObject({ code: 0 });
    expect(await runPython([at('long', 'train.py'), '--out', at('undisturbed')])).toMatchObject({ code: 0 });
    expect(readFileSync(at('stopped', 'weights.safetensors')).equals(readFileSync(at('undisturbed', 'weights.safetensors')))).toBe(true);
  });

  it('tells keywords, quotes and line breaks from code', async () => {
    const model = modelOf(`network Import(class: tensor[1, 8, 8]) {
      lambda = relu(conv(class, filters = 2, window = 3))
      self   = batch_norm(lambda)
      len    = dropout(self, rate = 0.1)
      torch  = minimum(len, constant(0.5))
      labels ["'''; raise SystemExit #", "a\\nb", "\u{1F600}"]
      return dense(torch, units = 3)
    }
    train on "stripes" {
      baseline { epochs = 1, batch = 16, rate = 0.1 }
    }`);
    const named: Model = { ...model, train: { ...present(model.train, 'train'), dataset: { kind: 'folder', path: at(`a "folder' \\ of`) } } };
    writeData(stripes(60, 20), at(`a "folder' \\ of`));
    writeProgramOf(named, at('names'));
    expect(await runPython([at('names', 'train.py'), '--out', at('named')])).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(at('named', 'summary.json'), 'utf8'))).toMatchObject({ network: 'Import', labels: ["'''; raise SystemExit #", 'a\nb', '\u{1F600}'] });
    expect(await runCli(['build', at('named'), '--out', at('named-module')])).toMatchObject({ code: 0 });
  });
});

/** A module that stands for torch. */
function instead(name: string, text: string): Readonly<Record<string, string>> {
  mkdirSync(at(name), { recursive: true });
  writeFileSync(at(name, name === 'undistributed' ? 'sitecustomize.py' : 'torch.py'), text);
  return { PYTHONPATH: at(name) };
}

describe('a program says what is wrong', () => {
  it.each([
    ['no torch', instead('missing', "raise ImportError(name='torch')\n"), /^error: this program wants torch: `pip install torch numpy`\n$/],
    ['a torch that is too old', instead('old', "__version__ = '1.9.1+cpu'\n"), /^error: torch 1\.9\.1\+cpu is too old: `pip install --upgrade torch`; this program wants 1\.13 or later\n$/],
    [
      'a torch without distributed',
      { ...instead('undistributed', 'import torch.distributed\ntorch.distributed.is_available = lambda: False\n'), WORLD_SIZE: '2', RANK: '0', LOCAL_RANK: '0' },
      /error: 2 processes share this run, and this torch has no torch\.distributed/,
    ],
  ])('%s', async (_, environment, said) => {
    const { code, err } = await runPython([train, '--out', at('nothing')], environment);
    expect(code).toBe(1);
    expect(err).toMatch(said);
    expect(existsSync(at('nothing'))).toBe(false);
  });

  it.each<readonly [string, (run: string) => void, RegExp]>([
    ['a folder of another run', () => {}, /is not empty: add --resume to go on with the run in it, or choose another folder/],
    ['a checkpoint of another program', (run) => copyWith(run, '"seed":"3"', '"seed":"4"'), /is damaged \(its checksum is that of another\)/],
    ['what was changed in the folder', (run) => writeFileSync(join(run, 'metrics.jsonl'), 'x'), /metrics\.jsonl is not the file that the run has written/],
  ])('%s', async (name, spoil, said) => {
    const run = at(`spoilt ${name}`);
    cpSync(at('run'), run, { recursive: true });
    spoil(run);
    const { code, err } = await runPython([train, '--out', run, ...(name.startsWith('a folder') ? [] : ['--resume'])]);
    expect(code).toBe(1);
    expect(err).toMatch(said);
    expect(err).not.toContain('Traceback');
  });

  it('another program, or other data, than began a run', async () => {
    writeProgramOf(onStripes(source.replace('seed = 3', 'seed = 4')), at('other'));
    const program = await runPython([at('other', 'train.py'), '--out', at('run'), '--resume']);
    expect(program.err).toMatch(/is of another program or other data: seed \(3, not 4\)/);
    cpSync(at('stripes'), at('kept'), { recursive: true });
    writeData(stripes(201, 60), at('stripes'));
    const data = await runPython([train, '--out', at('run'), '--resume']);
    rmSync(at('stripes'), { recursive: true });
    cpSync(at('kept'), at('stripes'), { recursive: true });
    expect(data.err).toMatch(/is of another program or other data: data set \([\da-f]+\.\.\., not [\da-f]+\.\.\.\)/);
  });

  it('weights that are ruined behind a step whose loss was not', async () => {
    writeProgramOf(onStripes(source.replace('epochs = 2, batch = 16', 'epochs = 2, batch = 180').replace('cosine(0.05)', 'cosine(1e38)')), at('ruined'));
    const { code, err } = await runPython([at('ruined', 'train.py'), '--out', at('ruins')]);
    expect(code).toBe(1);
    expect(err).toMatch(/error: training diverged at or before step 1 \(baseline\)/);
  });

  it('64 bits in place of 32', async () => {
    const { err } = await runPython([train, '--out', at('run'), '--resume', '--float64']);
    expect(err).toMatch(/is of another program or other data: bits of a number \(none, not 64\)/);
  });

  it('a loss that is no number', async () => {
    writeProgramOf(onStripes(source.replace('cosine(0.05)', 'cosine(1e30)')), at('wild'));
    const { code, err } = await runPython([at('wild', 'train.py'), '--out', at('diverged')]);
    expect(code).toBe(1);
    expect(err).toMatch(/error: training diverged at or before step \d+ \(baseline\): the loss is no finite number; lower the rate/);
  });
});

function copyWith(run: string, from: string, to: string): void {
  const file = join(run, 'checkpoint.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
}
