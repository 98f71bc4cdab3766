import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DiagnosticError } from '../../src/base/diagnostic.ts';
import type { Diagnostic } from '../../src/base/diagnostic.ts';
import { present } from '../../src/base/invariant.ts';
import type { TrainEvent } from '../../src/driver/run/run-events.ts';
import { train } from '../../src/driver/run/train.ts';
import type { TrainOptions, TrainResult } from '../../src/driver/run/train-options.ts';
import { readSafetensors } from '../../src/engine/safetensors.ts';
import { ops } from '../../src/ops/index.ts';
import { groupSets } from '../../src/sparsity/groups.ts';
import { alive } from '../../src/sparsity/norms.ts';
import { startRacer } from '../driver/lock-races.ts';
import { augmentedSource, modelOf, smallSource, stripes } from './fixture.ts';

let root = '';
let whole = '';
const events: TrainEvent[] = [];
let result: TrainResult | undefined;

const folder = (name: string): string => path.join(root, name);
const weights = (out: string): Promise<Buffer> => readFile(path.join(out, 'weights.safetensors'));
const run = (out: string, options: Partial<TrainOptions> = {}, source = smallSource, data = stripes(600, 100)): Promise<TrainResult> =>
  train(modelOf(source), data, { out, threads: 2, ...options });

async function faultOf(work: Promise<unknown>): Promise<Diagnostic> {
  try {
    await work;
  } catch (error) {
    if (error instanceof DiagnosticError) return present(error.diagnostics[0], 'diagnostic');
    throw error;
  }
  throw new Error('nothing was reported');
}

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'ssl-run-'));
  whole = folder('whole');
  result = await run(whole, { threads: 1, onProgress: (event) => void events.push(event) });
}, 30_000);
afterAll(() => rm(root, { recursive: true, force: true }));

const child = path.join(import.meta.dirname, 'run-child.ts');

/** Runs a command, kills it after `life` milliseconds, answers its exit code: null where it was killed. */
function exitOf(command: string, args: readonly string[], life: number): Promise<number | null> {
  return new Promise((resolve) => {
    const running = spawn(command, args, { stdio: 'ignore' });
    const timer = setTimeout(() => running.kill('SIGKILL'), life);
    running.on('exit', (code) => {
      clearTimeout(timer);
      resolve(code);
    });
  });
}

describe('a run', () => {
  test('leaves its files', async () => {
    const files = await readdir(whole);
    expect(files.toSorted()).toEqual([
      'baseline.safetensors',
      expect.stringMatching(/^checkpoint-3-\d+\.safetensors$/),
      'checkpoint.json',
      'finetune.safetensors',
      'metrics.jsonl',
      'model.ssl',
      'sparsify.safetensors',
      'summary.json',
      'weights.safetensors',
    ]);
    expect(await readFile(path.join(whole, 'model.ssl'), 'utf8')).toBe(smallSource);
    const lines = (await readFile(path.join(whole, 'metrics.jsonl'), 'utf8')).trimEnd().split('\n');
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      ...[1, 2].map((epoch) => ({ phase: 'baseline', epoch })),
      ...[1, 2, 3].map((epoch) => ({ phase: 'sparsify', epoch })),
      ...[1, 2].map((epoch) => ({ phase: 'finetune', epoch, step: 34 * (5 + epoch), heldOut: { loss: expect.any(Number) }, groups: [{ layer: 'conv1', total: 6 }, { layer: 'fc1', total: 20 }] })),
    ]);
  });

  test('summarises itself', async () => {
    const summary: unknown = JSON.parse(await readFile(path.join(whole, 'summary.json'), 'utf8'));
    expect(result).toEqual({ status: 'finished', summary });
    const shares = { baseline: expect.any(Number), sparsify: expect.any(Number), finetune: expect.any(Number) };
    expect(summary).toMatchObject({
      network: 'Small',
      dataset: 'stripes',
      seed: 3,
      error: shares,
      heldOut: shares,
      weights: { dense: 6 * 9 + 54 * 20 + 60 },
      layers: [{ name: 'conv1', op: 'conv', filters: [expect.any(Number), 6] }, { name: 'fc1', op: 'dense', outputs: [expect.any(Number), 20] }, { name: 'fc2' }],
    });
  });

  test('learns, and what sparsifying makes zero stays zero', async () => {
    const last = events.findLast((event) => event.kind === 'phase');
    expect(last?.error).toBeLessThan(0.2);
    const model = modelOf(smallSource);
    const sets = groupSets(model.network, ops, model.penalties);
    const flagsOf = async (name: string): Promise<number[][]> => {
      const { tensors } = readSafetensors(await readFile(path.join(whole, name)), name);
      return sets.map((set) => [...alive(set, tensors)]);
    };
    const flags = await flagsOf('sparsify.safetensors');
    expect(flags.flat()).toContain(0);
    expect(await flagsOf('weights.safetensors')).toEqual(flags);
  });
});

describe('a control', () => {
  const source = smallSource.replace('  seed = 3', '  control {}\n  seed = 3');
  const out = (): string => folder('control');
  const withoutTime = ({ summary }: Extract<TrainResult, { status: 'finished' }>): object => ({ ...summary, seconds: 0 });

  test('trains the dense network as long, and leaves the run its own weights', { timeout: 30_000 }, async () => {
    const seen: TrainEvent[] = [];
    const ended = await run(out(), { onProgress: (event) => void seen.push(event) }, source);
    expect(await weights(out())).toEqual(await weights(whole));
    expect(ended).toMatchObject({ summary: { product: 'finetune', control: 'control', epochs: { baseline: 2, sparsify: 5, finetune: 7, control: 7 }, error: { control: expect.any(Number) } } });
    const epochs = seen.flatMap((event) => (event.kind === 'epoch' && event.phase === 'control' ? [event] : []));
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5]);
    // It goes on where the baseline ended, and loses no group.
    const baseline = present(seen.find((event) => event.kind === 'phase' && event.phase === 'baseline'), 'end of the baseline');
    expect(epochs[0]?.training.error).toBeLessThan(2 * ('error' in baseline ? baseline.error : NaN) + 0.05);
    expect(epochs.at(-1)?.groups.every(({ alive: left, total }) => left === total)).toBe(true);
  });

  test('that was interrupted goes on, to the same weights and figures', { timeout: 30_000 }, async () => {
    const stopped = folder('control-stopped');
    const stop = new AbortController();
    const onProgress = (event: TrainEvent): void => {
      if (event.kind === 'epoch' && event.phase === 'control' && event.epoch === 2) stop.abort();
    };
    expect(await run(stopped, { onProgress, signal: stop.signal }, source)).toMatchObject({ status: 'interrupted' });
    const [once, again] = [await run(out(), { resume: true }, source), await run(stopped, { resume: true }, source)];
    expect(again.status === 'finished' && withoutTime(again)).toEqual(once.status === 'finished' && withoutTime(once));
    expect(await weights(stopped)).toEqual(await weights(whole));
    expect(await readFile(path.join(stopped, 'control.safetensors'))).toEqual(await readFile(path.join(out(), 'control.safetensors')));
  });
});

test('a baseline of no epochs judges what the run starts from', async () => {
  const ended = await run(folder('judged'), {}, smallSource.replace('epochs = 2, batch', 'epochs = 0, batch'));
  expect(ended).toMatchObject({ summary: { epochs: { baseline: 0, sparsify: 3, finetune: 5 } } });
  expect(ended.status === 'finished' && ended.summary.error['baseline']).toBeGreaterThan(0.4);
});

test('sparsify may come first: what it begins with is alive', async () => {
  const source = smallSource.replace(/ {2}baseline .*\n/, '');
  const seen: TrainEvent[] = [];
  await run(folder('no-baseline'), { onProgress: (event) => void seen.push(event) }, source);
  const [first] = seen.flatMap((event) => (event.kind === 'epoch' ? [event] : []));
  expect(first?.groups.every(({ alive: left }) => left > 0)).toBe(true);
  expect(seen.findLast((event) => event.kind === 'phase')?.error).toBeLessThan(0.3);
});

test('the subgradient method shrinks groups to a jitter and freezes none', async () => {
  // Over 100 steps this strength takes more from a group than its norm: the proximal method would hold all at zero.
  const sparsity = /sparsity \{[^}]*\}/;
  const source = smallSource.replace(sparsity, (block) => block.replace('weighting = one', 'weighting = one\n  method = subgradient').replaceAll('0.06', '10')).replace('sparsify { epochs = 3, rate = 0.05 }', 'sparsify { epochs = 3, rate = 0.002 }');
  const out = folder('subgradient');
  await run(out, {}, source);
  const { tensors } = readSafetensors(await readFile(path.join(out, 'sparsify.safetensors')), 'sparsify');
  const { network, penalties } = modelOf(source);
  expect(groupSets(network, ops, penalties).map((set) => [...alive(set, tensors)]).flat()).not.toContain(0);
});

describe('going on', () => {
  test('after an interruption ends with the same bits', { timeout: 30_000 }, async () => {
    const out = folder('interrupted');
    const stop = new AbortController();
    const seen: TrainEvent[] = [];
    const onProgress = (event: TrainEvent): void => {
      seen.push(event);
      if (seen.length === 3) stop.abort();
    };
    expect(await run(out, { onProgress, signal: stop.signal })).toMatchObject({ status: 'interrupted' });
    expect(await run(out, { resume: true })).toMatchObject({ status: 'finished' });
    expect(await weights(out)).toEqual(await weights(whole));
    const metrics = async (of: string): Promise<unknown[]> =>
      (await readFile(path.join(of, 'metrics.jsonl'), 'utf8')).trimEnd().split('\n').map((line) => ({ ...(JSON.parse(line) as object), seconds: 0 }));
    expect(await metrics(out)).toEqual(await metrics(whole));
  });

  test('after kills at any moment ends with the same bits', { timeout: 60_000 }, async () => {
    const out = folder('killed');
    let code: number | null = null;
    // Later and later, so that it gets to its end.
    for (let life = 350; code !== 0; life *= 1.7) code = await exitOf(process.execPath, [child, out, 'resume'], life);
    expect(await weights(out)).toEqual(await weights(whole));
    // A lock that was just about to be prepared names nobody: it goes a minute later.
    const left = (await readdir(out)).filter((file) => !file.startsWith('run.lock.'));
    expect(left.toSorted()).toEqual((await readdir(whole)).toSorted());
  });

  test('with images that are changed at random ends with the same bits, of the control too', { timeout: 90_000 }, async () => {
    const [once, out] = [folder('augmented'), folder('augmented-killed')];
    const seen: TrainEvent[] = [];
    await run(once, { threads: 1, onProgress: (event) => void seen.push(event) }, augmentedSource);
    let code: number | null = null;
    let starts = 0;
    for (let life = 350; code !== 0; life *= 1.7, starts++) code = await exitOf(process.execPath, [child, out, 'resume', 'augmented'], life);
    expect(starts).toBeGreaterThan(1);
    for (const file of ['weights.safetensors', 'baseline.safetensors', 'control.safetensors']) expect(readFileSync(path.join(out, file)).equals(readFileSync(path.join(once, file)))).toBe(true);
    expect(readFileSync(path.join(once, 'baseline.safetensors')).equals(readFileSync(path.join(whole, 'baseline.safetensors')))).toBe(false);
    // Samples that are answered rightly are counted, whatever they weigh.
    const wrong = seen.flatMap((event) => (event.kind === 'epoch' ? [event.training.error * 544] : []));
    for (const count of wrong) expect(Math.abs(count - Math.round(count))).toBeLessThan(1e-6);
  });

  test('a class of which all samples are held out has no weight that balances it', async () => {
    const data = stripes(600, 100);
    const labels = Uint8Array.from(data.training.labels, (label) => (label === 2 ? 1 : label));
    const fault = await faultOf(run(folder('none'), {}, augmentedSource, { ...data, training: { ...data.training, labels } }));
    expect(fault).toMatchObject({ code: 'run/no-class', message: 'class 2 has no samples to train on, 50 of all held out: weights that balance the classes have none for it', span: expect.anything() });
  });

  // A limit on the size of files stands for a full disk: it lets the first phase through, not the larger second.
  test.skipIf(process.platform === 'win32')('after the disk was full ends with the same bits', { timeout: 30_000 }, async () => {
    const out = folder('full');
    expect(await exitOf('sh', ['-c', 'ulimit -f 24 && exec "$0" "$1" "$2"', process.execPath, child, out], 20_000)).toBe(1);
    const files = await readdir(out);
    expect(files).toContain('baseline.safetensors');
    expect(files.filter((file) => file.startsWith('run.lock') || file.startsWith('checkpoint-1'))).toEqual([]);
    await run(out, { resume: true });
    expect(await weights(out)).toEqual(await weights(whole));
  });

  test('with a finished run answers its summary again, whatever its source looks like by now', async () => {
    expect(await run(whole, { resume: true }, `// a comment\n${smallSource}`)).toMatchObject({ status: 'finished', summary: { seed: 3 } });
    expect(await readFile(path.join(whole, 'model.ssl'), 'utf8')).toBe(smallSource);
  });

  test('names each part of the run that is another', async () => {
    const model = modelOf(smallSource);
    const stronger = { ...model, penalties: model.penalties.map((each) => ({ ...each, strength: 1 })) };
    const refused = train(stronger, stripes(600, 100), { out: whole, resume: true });
    await expect(refused).rejects.toThrow(/another strength of filters of conv1: it was 0\.06, and is 1 now\n.*another strength of neurons of fc1: /);
  });

  test.skipIf(process.platform === 'win32')('follows no link out of the folder', async () => {
    const [out, outside] = [folder('linked'), folder('outside.jsonl')];
    await cp(whole, out, { recursive: true });
    await rename(path.join(out, 'metrics.jsonl'), outside);
    await symlink(outside, path.join(out, 'metrics.jsonl'));
    const text = await readFile(outside, 'utf8');
    expect(await faultOf(run(out, { resume: true }))).toMatchObject({ code: 'run/changed', message: expect.stringContaining('it is a symbolic link') });
    expect(await readFile(outside, 'utf8')).toBe(text);
    // What a run writes anew replaces a link.
    await rename(outside, path.join(out, 'metrics.jsonl'));
    await writeFile(outside, 'precious');
    await rm(path.join(out, 'summary.json'));
    await symlink(outside, path.join(out, 'summary.json'));
    await run(out, { resume: true });
    expect(await readFile(outside, 'utf8')).toBe('precious');
    expect(JSON.parse(await readFile(path.join(out, 'summary.json'), 'utf8'))).toMatchObject({ seed: 3 });
  });
});

describe('refusals', () => {
  const hugeSource = smallSource.replace('batch = 16', 'batch = 100').replace('filters = 6', 'filters = 150000');
  const refused: [string, () => Promise<unknown>, string][] = [
    ['a folder that holds a run', () => run(whole), 'run/not-empty'],
    ['another source', () => run(whole, { resume: true }, smallSource.replace('filters = 6', 'filters = 5')), 'run/different'],
    ['another seed', () => run(whole, { resume: true }, smallSource.replace('seed = 3', 'seed = 4')), 'run/different'],
    ['another data set', () => run(whole, { resume: true }, smallSource, stripes(601, 100)), 'run/different'],
    ['a source without a train block', () => run(folder('none'), {}, smallSource.slice(0, smallSource.indexOf('train on'))), 'run/no-train'],
    ['a batch larger than the data', () => run(folder('none'), {}, smallSource, stripes(15, 10)), 'run/batch'],
    ['data of another shape', () => run(folder('none'), {}, smallSource.replace('[1, 8, 8]', '[1, 9, 9]')), 'data/shape'],
    ['a network that no address space holds', () => run(folder('none'), {}, hugeSource), 'train/too-much-memory'],
  ];
  test.each(refused)('%s', async (_, work, code) => {
    expect((await faultOf(work())).code).toBe(code);
  });

  test('of memory name both that take it', async () => {
    expect((await faultOf(run(folder('none'), {}, hugeSource))).help).toBe('use a smaller batch or smaller layers');
  });

  test('a folder of something else', async () => {
    const out = folder('letters');
    await mkdir(out);
    await writeFile(path.join(out, 'letter.txt'), 'Dear');
    expect((await faultOf(run(out))).code).toBe('run/not-empty');
    expect((await faultOf(run(out, { resume: true }))).code).toBe('run/not-a-run');
    expect(await readdir(out)).toEqual(['letter.txt']);
  });

  test('a folder that cannot be made', async () => {
    const file = folder('file');
    await writeFile(file, '');
    expect((await faultOf(run(path.join(file, 'run')))).code).toBe('run/not-writable');
  });

  test('a checkpoint of another version, or one that does not say what it should', async () => {
    const out = folder('worded');
    await mkdir(out);
    const text = await readFile(path.join(whole, 'checkpoint.json'), 'utf8');
    const { state, ...rest } = JSON.parse(text) as { readonly state: Record<string, unknown> };
    const signed = (changed: Record<string, unknown>): string =>
      JSON.stringify({ ...rest, sha256: createHash('sha256').update(JSON.stringify(changed)).digest('hex'), state: changed });
    const faults: [string, string][] = [
      ['{', 'run/corrupt'],
      ['[]', 'run/corrupt'],
      [text.replace('"version": 3', '"version": 2'), 'run/version'],
      [text.replace('"step": ', '"step": 1'), 'run/corrupt'],
      [signed({ ...state, step: 'x' }), 'run/corrupt'],
      [signed({ ...state, phase: 0.5 }), 'run/corrupt'],
      [signed({ ...state, error: { baseline: 7 } }), 'run/corrupt'],
      [signed({ ...state, files: { 'metrics.jsonl': 1 } }), 'run/corrupt'],
      // Where there is no other file of the run.
      [text, 'run/changed'],
    ];
    for (const [changed, code] of faults) {
      await writeFile(path.join(out, 'checkpoint.json'), changed);
      expect({ changed, code: (await faultOf(run(out, { resume: true }))).code }).toEqual({ changed, code });
    }
    expect(await readdir(out)).toEqual(['checkpoint.json']);
  });
});

test('a folder is trained in by one process at a time; what a dead one left is taken over', async () => {
  const out = folder('locked');
  await cp(whole, out, { recursive: true });
  const { child: other, ask } = await startRacer();
  await ask({ kind: 'take', folder: out });
  expect(await faultOf(run(out, { resume: true }))).toMatchObject({ code: 'run/in-use', message: expect.stringContaining(`by process ${other.pid} on `) });
  expect(await readdir(out)).toContain('run.lock');
  const gone = new Promise((resolve) => void other.on('exit', resolve));
  other.kill('SIGKILL');
  await gone;
  expect(await run(out, { resume: true })).toMatchObject({ status: 'finished' });
  expect((await readdir(out)).filter((name) => name.startsWith('run.lock'))).toEqual([]);
});

test('a run that has lost its lock stops and writes nothing more', { timeout: 30_000 }, async () => {
  const out = folder('robbed');
  let left: readonly string[] = [];
  const rob = (event: TrainEvent): void => {
    if (event.kind !== 'epoch' || event.epoch !== 2 || event.phase !== 'baseline') return;
    rmSync(path.join(out, 'run.lock'), { recursive: true });
    left = readdirSync(out).map((name) => `${name} ${readFileSync(path.join(out, name), 'utf8')}`);
  };
  expect((await faultOf(run(out, { onProgress: rob }))).code).toBe('run/lock-lost');
  expect(readdirSync(out).map((name) => `${name} ${readFileSync(path.join(out, name), 'utf8')}`)).toEqual(left);
  await run(out, { resume: true });
  expect(await weights(out)).toEqual(await weights(whole));
});

test('of two processes that begin in one folder at once, one trains', { timeout: 60_000 }, async () => {
  const out = folder('raced');
  const both = [1, 2].map(() => spawn(process.execPath, [child, out, 'resume', 'together'], { stdio: ['pipe', 'pipe', 'ignore'] }));
  await Promise.all(both.map((running) => once(running.stdout, 'data')));
  const exits = both.map((running) => once(running, 'exit'));
  for (const running of both) running.stdin.end();
  const codes = (await Promise.all(exits)).map(([code]) => code as number | null);
  expect(new Set(codes)).toEqual(new Set([0, 1]));
  expect(await weights(out)).toEqual(await weights(whole));
});

test('an update that only the next step would show to be too large is not kept', async () => {
  const out = folder('overshot');
  // One step, after which the weights are finite and their products are not.
  const wild = smallSource.replace('epochs = 2, batch = 16, optimizer = sgd(rate = cosine(0.05), momentum = 0.9)', 'epochs = 1, batch = 500, rate = 1e30').replace(/ {2}norm1 = .*\n/, '').replace('relu(norm1)', 'relu(conv1)');
  const { code, message } = await faultOf(run(out, {}, wild));
  expect({ code, message }).toMatchObject({ code: 'train/diverged', message: expect.stringMatching(/^training diverged at step 0 .*layer \w+ goes non-finite .* after its update$/) });
  expect(await readdir(out)).toContain('checkpoint-0-0.safetensors');
  expect(await readdir(out)).not.toContain('metrics.jsonl');
});

test('divergence names the layer and keeps the last good checkpoint', { timeout: 30_000 }, async () => {
  const out = folder('diverged');
  const wild = smallSource.replace('rate = cosine(0.05)', 'rate = 1e20');
  const { code, message } = await faultOf(run(out, {}, wild));
  expect({ code, message }).toMatchObject({ code: 'train/diverged', message: expect.stringMatching(/layer (conv1|norm1|fc1|fc2) /) });
  const { state } = JSON.parse(await readFile(path.join(out, 'checkpoint.json'), 'utf8')) as { state: { step: number } };
  expect(state.step).toBe(0);
  expect(await readdir(out)).toContain('checkpoint-0-0.safetensors');
});
