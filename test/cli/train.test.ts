import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { listing, runCli, temporaryFolder } from './support.ts';
import { writeStripes } from './stripes.ts';

const folder = temporaryFolder();
const source = join(folder, 'stripes.ssl');
const run = join(folder, 'run');
const text = `network Stripes(image: tensor[1, 6, 6]) {
  conv1 = relu(conv(image, filters = 4, window = 3))
  return dense(conv1, units = 2)
}
sparsity { lasso filters of conv1 strength 0.1 }
train on "stripes" {
  baseline { epochs = 4, batch = 20, optimizer = sgd(rate = 0.05, momentum = 0.9) }
  sparsify { epochs = 2 }
  finetune { epochs = 1 }
}
`;
const train = (...more: string[]): ReturnType<typeof runCli> => runCli(['train', source, '--data', folder, '--no-timing', ...more]);

beforeAll(() => {
  writeFileSync(source, text);
  writeStripes(join(folder, 'stripes'));
});

describe('train', () => {
  it('trains, and says what came of it', async () => {
    const { code, out, err } = await train('--out', run, '--seed', '7', '--threads', '1');
    expect(code).toBe(0);
    expect(err).toMatch(/^data stripes, .*stripes \(IDX files\): 240 training and 60 test samples of 2 classes\n(\w+ done: test error [\d.]+%\n){3}$/);
    expect(out).toMatch(/^Stripes on stripes, seed 7/);
    expect(out).toMatch(/finetune +[\d.]+% +[\d.]+%/);
    expect(listing(run)).toEqual(expect.arrayContaining(['model.ssl', 'summary.json', 'metrics.jsonl', 'weights.safetensors', 'checkpoint.json']));
  });

  it('refuses to train over a run, and goes on where asked', async () => {
    const refused = await train('--out', run);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('add --resume');
    const { code, out } = await train('--out', run, '--seed', '7', '--resume', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ ok: true, network: 'Stripes', dataset: 'stripes', seed: 7, layers: [{ name: 'conv1' }, { name: 'output' }] });
    const other = await train('--out', run, '--resume');
    expect(other.code).toBe(1);
    expect(other.err).toContain('run/different');
  });

  it('its run builds, explains and verifies', async () => {
    expect((await runCli(['build', run, '--out', join(folder, 'out')])).code).toBe(0);
    expect((await runCli(['verify', join(folder, 'out'), '--weights', run])).out).toMatch(/\nok\n$/);
    expect((await runCli(['explain', run])).out).toContain('filters of conv1 (4):');
    expect(readFileSync(join(folder, 'out', 'stripes.js'), 'utf8')).toContain('seed: 7');
  });
});

it('weights of a run that were changed are noticed, used by their own name, and written anew', async () => {
  const changed = join(folder, 'changed');
  cpSync(run, changed, { recursive: true });
  const file = join(changed, 'weights.safetensors');
  const [bytes, trained] = [readFileSync(file), readFileSync(file)];
  bytes.writeFloatLE(0.5, bytes.length - 4);
  writeFileSync(file, bytes);
  const out = join(folder, 'changed-out');
  for (const args of [['build', changed, '--out', out], ['explain', changed], ['bench', changed], ['verify', join(folder, 'out'), '--weights', changed], ['evaluate', changed, '--data', folder]]) {
    const { code, err } = await runCli(args);
    expect({ args, code, err }).toMatchObject({ code: 1, err: expect.stringMatching(/^error\[run\/changed\]: \S*weights\.safetensors is not as training left it: its sha256 is [\s\S]*--resume[\s\S]*--weights \S*weights\.safetensors/) });
  }
  expect(await runCli(['build', join(changed, 'model.ssl'), '--weights', file, '--out', out])).toMatchObject({ code: 0, err: '' });
  expect(await train('--out', changed, '--seed', '7', '--resume')).toMatchObject({ code: 0 });
  expect(readFileSync(file)).toEqual(trained);
});

it('says after which epoch a phase has stopped, which it has kept, and what that makes of the comparison', async () => {
  const early = join(folder, 'early.ssl');
  writeFileSync(early, text.replace('epochs = 4, ', 'epochs = 30, keep = best, patience = 1, ').replace('finetune { epochs = 1 }', 'finetune { epochs = 9, keep = best, patience = 1 }\n  control {}'));
  const { code, out, err } = await runCli(['train', early, '--data', folder, '--no-timing', '--out', join(folder, 'early'), '--threads', '1']);
  expect(code).toBe(0);
  const [, stopped, kept] = present(/^baseline done: stopped after epoch (\d+) of 30, kept epoch (\d+), test error [\d.]+%$/m.exec(err), err);
  expect(Number(stopped)).toBe(Number(kept) + 1);
  expect(out).toContain(`\nbaseline stopped after epoch ${stopped} and kept the weights of epoch ${kept}\n`);
  const { epochs } = JSON.parse(readFileSync(join(folder, 'early', 'summary.json'), 'utf8')) as { epochs: Record<string, number> };
  const [ours, dense] = [epochs['finetune'], epochs['control']];
  expect(epochs['baseline']).toBe(Number(kept));
  expect(out).toMatch(ours === dense ? new RegExp(`: each after ${ours} epochs\n`) : new RegExp(`compacted \\S+ after ${ours} epochs, dense \\S+ after ${dense}\n`));
});

it('warns of outputs that are never a right answer', async () => {
  const file = join(folder, 'three.ssl');
  writeFileSync(file, text.replace('units = 2', 'units = 3'));
  const { code, err } = await runCli(['train', file, '--data', folder, '--out', join(folder, 'three'), '--no-timing']);
  expect(code).toBe(0);
  expect(err).toMatch(/^warning\[data\/classes\]: stripes has 2 classes, but the network has 3 outputs\n/);
});

describe('--init', () => {
  const again = (name: string, ...more: string[]): ReturnType<typeof runCli> => train('--out', join(folder, name), '--init', join(run, 'baseline.safetensors'), ...more);

  it('begins with weights and says which', async () => {
    const { code, out, err } = await again('told');
    expect(code).toBe(0);
    expect(out).toContain(`begun with 4 of 4 tensors of ${join(run, 'baseline.safetensors')}; epochs count from there\n`);
    expect(err).toContain(
      [
        `Stripes begins with weights of ${join(run, 'baseline.safetensors')}`,
        '  taken: 4: conv1.weight, conv1.bias, output.weight, output.bias',
        '  drawn from the seed: nothing',
        '  not used: nothing',
        '',
      ].join('\n'),
    );
  });

  it('of another run, with names mapped, and what is left drawn', async () => {
    const head = join(folder, 'head.ssl');
    writeFileSync(head, text.replace('return dense(conv1, units = 2)', 'fc = dense(conv1, units = 2)\n  return fc'));
    const args = ['train', head, '--data', folder, '--init', run, '--json', '--no-timing'];
    const { code, out } = await runCli([...args, '--out', join(folder, 'head'), '--map', 'output.w*=fc.w*']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      initial: { from: join(run, 'weights.safetensors'), sha256: expect.stringMatching(/^[0-9a-f]{64}$/), taken: 3, fresh: ['fc.bias'] },
      initialTensors: { fresh: [{ parameter: 'fc.bias', why: 'no tensor of that name' }], unused: [{ tensor: 'output.bias', why: 'Stripes has no such name' }] },
    });
    const clash = await runCli([...args, '--out', join(folder, 'clash'), '--map', '*.bias=fc.bias']);
    expect({ code: clash.code, codes: (JSON.parse(clash.out) as { diagnostics: { code: string }[] }).diagnostics.map((each) => each.code) }).toEqual({ code: 1, codes: ['map/collision'] });
  });

  it.each([
    ['a pattern without what it stands for', ['--map', 'conv1'], 'expected OLD=NEW'],
    ['an empty name', ['--map', '=a'], 'expected OLD=NEW'],
    ['a pattern twice', ['--map', 'a=b', '--map', 'a=c'], "'a' is mapped twice"],
  ])('%s is no usage', async (_, more, message) => {
    const { code, err } = await again('usage', ...more);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  it('belongs to --map', async () => {
    expect(await train('--out', join(folder, 'usage'), '--map', 'a=b')).toMatchObject({ code: 2, err: expect.stringContaining('add --init FILE') });
  });
});

describe('what cannot be trained exits 1 and leaves no run', () => {
  const place = temporaryFolder();

  it.each<[string, string, readonly string[]]>([
    ['no train block', text.slice(0, text.indexOf('train on')), ['run/no-train']],
    ['data that is nowhere', text.replace('"stripes"', '"dots"'), ['data/not-found', 'changed.ssl:6:10', 'train on "dots" {', '^^^^^^']],
    ['nothing left to train on', text.replace('finetune', 'held_out = 0.9999\n  finetune'), ['data/held-out', 'changed.ssl:6:10']],
    ['samples of another shape', text.replaceAll('[1, 6, 6]', '[1, 8, 8]'), ['data/shape', '[1, 6, 6]', '[1, 8, 8]']],
    ['too few outputs', text.replace('units = 2', 'units = 1'), ['data/classes']],
    [
      'a batch larger than the data',
      text.replace('batch = 20', 'batch = 5000'),
      ['run/batch', 'baseline, sparsify, finetune take batches of 5000, but there are 220 samples to train on, 20 held out', '^^^^^^^^^^^^', 'write `batch = 128`, or hold out less with `held_out`'],
    ],
    [
      'a batch by default larger than the data',
      text.replace('batch = 20,', '').replace('finetune', 'held_out = 0.9\n  finetune'),
      ['take batches of 64, as none is written, but there are 24 samples to train on, 216 held out', 'train on "stripes"', 'write for example `batch = 16`'],
    ],
    ['a network too large', text.replace('units = 2)', 'units = 900000000)'), ['size/']],
  ])('%s', async (_, changed, messages) => {
    const file = join(place, 'changed.ssl');
    writeFileSync(file, changed);
    const { code, out, err } = await runCli(['train', file, '--data', folder, '--out', join(place, 'run')]);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    for (const message of messages) expect(err).toContain(message);
    expect(err).not.toMatch(/^ +at /m);
    expect(listing(place)).toEqual(['changed.ssl']);
  });

  it.each([
    ['truncated', (bytes: Uint8Array): Uint8Array => bytes.slice(0, -7), 'data/length'],
    ['of another format', (bytes: Uint8Array): Uint8Array => bytes.map((byte, i) => (i === 2 ? 99 : byte)), 'data/'],
    ['empty', (): Uint8Array => new Uint8Array(0), 'data/'],
  ])('data that is %s', async (_, change, message) => {
    const data = temporaryFolder();
    writeStripes(join(data, 'stripes'));
    const images = join(data, 'stripes', 'train-images-idx3-ubyte');
    writeFileSync(images, change(readFileSync(images)));
    const { code, err } = await runCli(['train', source, '--data', data, '--out', join(place, 'run')]);
    expect(code).toBe(1);
    expect(err).toContain(message);
    expect(err).toContain('train-images-idx3-ubyte');
  });

  it('a checkpoint that is corrupt', async () => {
    const broken = join(place, 'broken');
    mkdirSync(broken);
    writeFileSync(join(broken, 'checkpoint.json'), '{"version": 1');
    const { code, err } = await train('--out', broken, '--resume');
    expect(code).toBe(1);
    expect(err).toContain('run/corrupt');
  });

  it('a rate at which numbers overflow: the layer is named, the last good checkpoint kept', async () => {
    const [file, out] = [join(place, 'wild.ssl'), join(place, 'wild')];
    writeFileSync(file, text.replace('rate = 0.05', 'rate = 1e25'));
    const { code, err } = await runCli(['train', file, '--data', folder, '--out', out]);
    expect(code).toBe(1);
    expect(err).toContain('train/diverged');
    expect(err).toMatch(/layer (conv1|output) /);
    expect(err).not.toMatch(/^ +at /m);
    expect(listing(out)).toEqual(expect.arrayContaining(['checkpoint-0-0.safetensors', 'checkpoint.json']));
  });

  it('a run that cannot be written', async () => {
    const { code, err } = await train('--out', join(source, 'run'));
    expect(code).toBe(1);
    expect(err).toContain('run/not-writable');
  });
});

describe('data', () => {
  it('knows what it can download', async () => {
    const unknown = await runCli(['data', 'mnits']);
    expect(unknown.code).toBe(1);
    expect(unknown.err).toContain('did you mean "mnist"?');
    expect((await runCli(['data', 'digits'])).err).toContain('draws the digits itself');
  });
});

describe('a result that is none', () => {
  const trainWith = async (name: string, change: (text: string) => string): Promise<{ readonly place: string; readonly out: string }> => {
    const file = join(folder, `${name}.ssl`);
    const place = join(folder, name);
    writeFileSync(file, change(text));
    const { code, out } = await runCli(['train', file, '--data', folder, '--out', place, '--threads', '1', '--no-timing']);
    // It is a result, and was asked for: what is wrong with it stands in its first line and in the findings.
    expect(code).toBe(0);
    return { place, out };
  };
  const findingsIn = (place: string): unknown => (JSON.parse(readFileSync(join(place, 'summary.json'), 'utf8')) as { findings: unknown }).findings;

  it('because a layer is gone: first line, no praise, and so in explain, build and bench', async () => {
    const { place, out } = await trainWith('dead', (from) => from.replace('strength 0.1', 'strength 50'));
    const first = /^warning\[result\/dead-layer\]: every filter of conv1 is zero: the network no longer sees its input[^]*?= help: lower the strength of `filters of conv1` \(50\)\n/;
    expect(out).toMatch(first);
    expect(out).not.toContain('x less');
    expect(findingsIn(place)).toMatchObject([{ code: 'result/dead-layer' }]);
    const explained = await runCli(['explain', place]);
    expect(explained.out).toMatch(first);
    expect(explained.out).not.toContain('x less');
    const timed = await runCli(['bench', place]);
    expect(timed.out).toMatch(first);
    expect(timed.out).not.toMatch(/\dx/);
    // Without its zeros nothing would be left of it.
    const built = await runCli(['build', place, '--out', join(folder, 'dead-out')]);
    expect(built).toMatchObject({ code: 1, err: expect.stringMatching(/^error\[result\/dead-layer\]: every filter of conv1 is zero: [^]*`filters of conv1` \(50\); `--dense` builds it with its zeros/) });
    expect((await runCli(['build', place, '--dense', '--out', join(folder, 'dead-out')])).out).toMatch(first);
    for (const args of [['explain', place, '--json'], ['bench', place, '--json'], ['build', place, '--dense', '--out', join(folder, 'dead-out'), '--json']]) {
      expect((await runCli(args)).out, `of ${args.join(' ')}`).toContain('"code":"result/dead-layer"');
    }
  });

  it('because the penalties removed nothing', async () => {
    const { place, out } = await trainWith('untouched', (from) => from.replace('strength 0.1', 'strength 1e-9'));
    expect(out).toMatch(/^warning\[result\/untouched\]: the penalties removed nothing: no group is zero\n[^]*?raise the strength of `filters of conv1` \(1e-9\)/);
    expect((await runCli(['explain', place])).out).toMatch(/^warning\[result\/untouched\]/);
  });

  it('because the rate never learns', async () => {
    const { place, out } = await trainWith('unlearned', (from) => from.replace('rate = 0.05', 'rate = 2'));
    expect(out).toMatch(/^warning\[result\/never-learned\]: baseline has not learned: its test error is [\d.]+%, and always answering the most frequent class has 50\.00%/);
    expect(findingsIn(place)).toMatchObject([{ code: 'result/never-learned' }]);
    expect((await runCli(['explain', place])).out).toMatch(/^warning\[result\/never-learned\]/);
    expect((await runCli(['bench', place, '--json'])).out).toContain('"code":"result/never-learned"');
  });
});
