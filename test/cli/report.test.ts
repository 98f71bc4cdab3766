import { cpSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { listing, runCli, temporaryFolder } from './support.ts';
import { writeStripes } from './stripes.ts';

const folder = temporaryFolder();
const at = (...names: string[]): string => join(folder, ...names);
const run = at('run');
const source = at('stripes.ssl');
const train = (...more: string[]): ReturnType<typeof runCli> => runCli(['train', source, '--data', folder, '--threads', '1', '--no-timing', ...more]);

let trained: Awaited<ReturnType<typeof train>> | undefined;

beforeAll(async () => {
  writeFileSync(source, `network Stripes(image: tensor[1, 6, 6]) {
  conv1 = relu(conv(image, filters = 4, window = 3))
  labels ["<i>rows</i>", "columns"]
  return dense(conv1, units = 2)
}
sparsity { lasso filters of conv1 strength 0.1 }
train on "stripes" {
  baseline { epochs = 1, batch = 20, optimizer = sgd(rate = 0.05, momentum = 0.9) }
  sparsify { epochs = 1 }
}
`);
  writeStripes(at('stripes'));
  trained = await train('--out', run, '--seed', '7');
});

const dataIn = (file: string): unknown => JSON.parse(/<script type="application\/json" id="report">(.*?)<\/script>/s.exec(readFileSync(file, 'utf8'))?.[1] ?? '');

describe('report', () => {
  it('writes the page that training wrote, where it is told to', async () => {
    const [own, other] = [join(run, 'report.html'), at('pages', 'stripes.html')];
    expect(trained?.out.endsWith(`\nits report is ${own}\n`)).toBe(true);
    expect(await runCli(['report', run, '--no-timing', '--out', other])).toEqual({ code: 0, out: `${other}\n`, err: '' });
    expect(readFileSync(other, 'utf8')).toBe(readFileSync(own, 'utf8'));
    expect(readFileSync(other, 'utf8')).toContain('&lt;i&gt;rows&lt;/i&gt;');
    expect(dataIn(own)).toMatchObject({ format: 1, network: 'Stripes', dataset: 'stripes', origin: { seed: 7, writtenSeed: 1 } });
    expect(dataIn(own)).not.toHaveProperty('timing');
  });

  it('prints its data, and times the layers unless told not to', async () => {
    const out = at('timed.html');
    const { code, out: text } = await runCli(['report', run, '--json', '--out', out]);
    const { ok, out: file, diagnostics, ...data } = JSON.parse(text) as Record<string, unknown>;
    expect({ code, ok, file, diagnostics }).toEqual({ code: 0, ok: true, file: out, diagnostics: [] });
    expect(data).toEqual(dataIn(out));
    expect(data).toMatchObject({ timing: { target: 'wasm', layers: [{ name: 'conv1' }, { name: 'output' }] } });
  });

  it.each<[string, (place: string) => void, string]>([
    ['metrics that were edited', (place) => writeFileSync(join(place, 'metrics.jsonl'), readFileSync(join(place, 'metrics.jsonl'), 'utf8').replace('"epoch":1', '"epoch":2')), 'run/changed'],
    ['a summary that was edited', (place) => writeFileSync(join(place, 'summary.json'), readFileSync(join(place, 'summary.json'), 'utf8').replace('"seed": 7', '"seed": 8')), 'run/changed'],
    ['weights that were cut', (place) => truncateSync(join(place, 'weights.safetensors'), 100), 'run/changed'],
    ['weights of a phase that are gone', (place) => rmSync(join(place, 'baseline.safetensors')), 'run/changed'],
    ['a checkpoint that was edited', (place) => writeFileSync(join(place, 'checkpoint.json'), readFileSync(join(place, 'checkpoint.json'), 'utf8').replace('"phase": 2', '"phase": 1')), 'run/corrupt'],
    ['a checkpoint of another version', (place) => writeFileSync(join(place, 'checkpoint.json'), readFileSync(join(place, 'checkpoint.json'), 'utf8').replace('"version": 3', '"version": 2')), 'run/version'],
    ['a folder that is no run', (place) => rmSync(join(place, 'checkpoint.json')), 'fit/no-run'],
  ])('refuses %s', async (name, damage, code) => {
    const place = at('damaged');
    cpSync(run, place, { recursive: true });
    rmSync(join(place, 'report.html'));
    damage(place);
    const told = await runCli(['report', place, '--no-timing']);
    expect({ name, ...told }).toMatchObject({ code: 1, out: '', err: expect.stringContaining(`error[${code}]`) });
    expect(told.err).toContain('= help: ');
    expect(listing(place)).not.toContain('report.html');
    rmSync(place, { recursive: true });
  });

  it('refuses what is no folder, and what cannot be written', async () => {
    expect(await runCli(['report', source])).toMatchObject({ code: 1, err: expect.stringContaining('is no run of training: it is no folder') });
    expect(await runCli(['report', at('nowhere')])).toMatchObject({ code: 1, err: expect.stringContaining('there is no such file') });
    expect(await runCli(['report', run, '--out', ''])).toMatchObject({ code: 2 });
    for (const out of [join(source, 'page.html'), folder]) expect(await runCli(['report', run, '--no-timing', '--out', out])).toMatchObject({ code: 1, out: '', err: expect.stringContaining(`error[file/not-writable]: cannot write ${out === folder ? folder : source}`) });
  });

  it('replaces a link in its place, and follows none', async () => {
    const linked = at('linked');
    cpSync(run, linked, { recursive: true });
    writeFileSync(at('outside'), 'mine');
    rmSync(join(linked, 'report.html'));
    symlinkSync(at('outside'), join(linked, 'report.html'));
    expect(await runCli(['report', linked, '--no-timing'])).toMatchObject({ code: 0 });
    expect(readFileSync(at('outside'), 'utf8')).toBe('mine');
    expect(lstatSync(join(linked, 'report.html')).isSymbolicLink()).toBe(false);
  });
});

it('training ends well where its page cannot be written, and says so', async () => {
  const blocked = at('blocked');
  cpSync(run, blocked, { recursive: true });
  rmSync(join(blocked, 'report.html'));
  mkdirSync(join(blocked, 'report.html'));
  const { code, out, err } = await train('--out', blocked, '--seed', '7', '--resume');
  expect({ code, err }).toMatchObject({ code: 0, err: expect.stringMatching(/warning\[file\/not-writable\]: cannot write \S*report\.html: it is a folder\n[^]*the run is whole; `ssl-compile report \S*blocked --out FILE`/) });
  expect(out).not.toContain('its report is');
  const { out: json } = await train('--out', blocked, '--seed', '7', '--resume', '--json');
  expect(JSON.parse(json)).toMatchObject({ ok: true, diagnostics: [{ code: 'file/not-writable', severity: 'warning' }] });
  expect(JSON.parse(json)).not.toHaveProperty('report');
});
