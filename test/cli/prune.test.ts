// ssl-compile prune: from a model to a smaller one and a module, by one command.

import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type * as Bench from '../../src/driver/module/bench.ts';
import { compact } from '../../src/driver/build/compact.ts';
import { ops } from '../../src/ops/index.ts';
import { structureReport } from '../../src/sparsity/structure-report.ts';
import { grouped } from '../../src/base/number-text.ts';
import type { Program } from '../../src/ir/graph.ts';
import { readModel } from '../../src/onnx/model/read-model.ts';
import { writeStripes } from './stripes.ts';
import { listing, runCli, temporaryFolder } from './support.ts';

/** Of the search: how long the whole network takes in milliseconds, each smaller one by its share of the MACs; how many were timed. */
const clock = vi.hoisted(() => ({ dense: 1, timed: 0 }));
vi.mock('../../src/driver/module/bench.ts', async (original) => ({
  ...(await original<typeof Bench>()),
  timeCall: async (trained: Program) => {
    clock.timed++;
    const { dense, compacted } = structureReport(trained, compact(trained, ops), ops).macs;
    return (1000 * clock.dense * compacted) / dense;
  },
}));
beforeEach(() => {
  clock.dense = 1;
  clock.timed = 0;
});

const folder = temporaryFolder();
const at = (...parts: readonly string[]): string => join(folder, ...parts);

/** A sum that couples the filters of two layers, learned well enough to be worth keeping. */
beforeAll(async () => {
  mkdirSync(at('sets'));
  writeStripes(at('sets', 'stripes'));
  writeFileSync(at('net.ssl'), `network Stripes(image: tensor[1, 6, 6]) {
  stem  = relu(conv(image, filters = 8, window = 3, padding = 1))
  inner = relu(conv(stem, filters = 12, window = 3, padding = 1))
  sum   = relu(add(conv(inner, filters = 8, window = 3, padding = 1), stem))
  return dense(sum, units = 2)
}

train on "stripes" {
  seed = 1
  baseline { epochs = 4, batch = 20, rate = 0.05 }
}
`);
  await runCli(['train', at('net.ssl'), '--data', at('sets'), '--out', at('dense'), '--threads', '1', '--no-timing']);
  await runCli(['export', at('dense'), '--out', at('model.onnx')]);
});

const pruneTo = (out: string, ...more: readonly string[]) => runCli(['prune', at('model.onnx'), '--data', at('sets', 'stripes'), '--epochs', '1', '--batch', '20', '--out', at(out), ...more]);
const prune = (out: string, ...more: readonly string[]) => pruneTo(out, '--keep', '50% of macs', ...more);
const macsOf = (out: string) => (JSON.parse(readFileSync(at(out, 'run', 'summary.json'), 'utf8')) as { macs: { dense: number; compacted: number } }).macs;

describe('prune', () => {
  it('leaves what the budget says, of a sum as well, and writes a module and a smaller model', async () => {
    const told = await prune('small');
    expect(told).toMatchObject({ code: 0 });
    expect(told.err).toMatch(/^the model as it was given: test error \d+\.\d\d%$/m);
    expect(told.err).not.toContain('warning');
    // The next step is taken here.
    expect(told.out).not.toContain('build it');
    const macs = macsOf('small');
    expect(macs.compacted).toBeLessThanOrEqual(macs.dense / 2);
    expect(macs.compacted).toBeGreaterThan(macs.dense / 3);
    const filters = (file: string) => [...readModel(readFileSync(file), file).graph.initializers.values()].filter(({ shape }) => shape.length === 4).map(({ shape }) => shape[0] as number);
    const [stem = NaN, , last = NaN] = filters(at('small', 'model.onnx'));
    expect(stem).toBe(last);
    expect(stem).toBeLessThanOrEqual(8);
    expect(statSync(at('small', 'model.onnx')).size).toBeLessThan(statSync(at('model.onnx')).size);
    expect(listing(at('small', 'module'))).toContain('stripes.wasm');
    expect(await runCli(['verify', at('small', 'module'), '--weights', at('small', 'run')])).toMatchObject({ code: 0 });
    expect(readFileSync(at('small', 'net.ssl'), 'utf8')).toContain('admm coupled_filters of **\n  keep 50% of macs');
  });

  it('goes on where it was, and tells all in one object', async () => {
    const told = await prune('small', '--resume', '--json');
    expect(told).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(told.out)).toMatchObject({ ok: true, trained: { ok: true }, built: { ok: true, out: at('small', 'module') }, exported: { ok: true, file: at('small', 'model.onnx') } });
  });

  it.each([
    ['50%', /^error\[prune\/keep\]: `50%` is no budget of a whole network$/m],
    ['50% of macs\n}\nsparsity {', /^error\[prune\/keep\]/m],
    ['50% of mcas', /^error\[sparsity\/value\]: `keep` is of `mcas`/m],
  ])('refuses the budget %j, and leaves nothing', async (keep, said) => {
    const told = await prune('bad', '--keep', keep);
    expect(told.code).toBe(1);
    expect(told.err).toMatch(said);
    expect(existsSync(at('bad'))).toBe(false);
  });

  it('says to machines that it was interrupted', async () => {
    const told = await runCli(['prune', at('model.onnx'), '--data', at('sets', 'stripes'), '--keep', '50% of macs', '--out', at('stopped'), '--json'], {}, async (work) => ({ result: await work(AbortSignal.abort()), signal: 'SIGINT' }));
    expect(told.code).toBe(130);
    expect(JSON.parse(told.out)).toMatchObject({ ok: false, interrupted: { step: 0 } });
  });

  it.each([
    ['the data is not there', ['--data', at('nowhere')], /^error\[data\//m],
    ['no batch is full', ['--batch', '1000'], /^error\[run\//m],
  ])('leaves no source behind where %s', async (_, given, said) => {
    const told = await prune('bad', ...given);
    expect(told.code).toBe(1);
    expect(told.err).toMatch(said);
    expect(existsSync(at('bad', 'net.ssl'))).toBe(false);
  });
});

describe('prune --budget-ms', () => {
  it('finds the share that keeps to the budget, and trains within it', async () => {
    const told = await pruneTo('timed', '--budget-ms', '0.5');
    expect(told).toMatchObject({ code: 0 });
    const percent = Number(/keep (\d+)% of macs \/\/ 0\.5 ms a run/.exec(readFileSync(at('timed', 'net.ssl'), 'utf8'))?.[1]);
    expect(percent).toBeGreaterThan(40);
    // 95% of the budget is what the search goes by.
    const macs = macsOf('timed');
    expect(macs.compacted / macs.dense).toBeLessThanOrEqual(0.475);
    expect(told.err).toMatch(/^100% of the MACs \(\S+\): 1 ms a run$/m);
    expect(told.err).toContain(` of the MACs (${grouped(macs.compacted)}): `);
    expect(told.out).toMatch(/^a run of the module takes \S+ ms here: meets the budget of 0\.5 ms, \d+% of it$/m);
  });

  it('shares as the run does that is told the share', async () => {
    const sharedIn = (out: string) => (JSON.parse(readFileSync(at(out, 'run', 'summary.json'), 'utf8')) as { shared: { reached: number } }).shared;
    const [, share = ''] = /keep (\d+% of macs)/.exec(readFileSync(at('timed', 'net.ssl'), 'utf8')) ?? [];
    await pruneTo('told', '--keep', share);
    expect(sharedIn('told')).toEqual(sharedIn('timed'));
    expect(macsOf('timed').compacted).toBe(sharedIn('timed').reached);
  });

  it('goes on without a search, and tells all in one object', async () => {
    const told = await pruneTo('timed', '--budget-ms', '0.5', '--resume', '--json');
    expect(told).toMatchObject({ code: 0, err: '' });
    expect(clock.timed).toBe(0);
    const { budget } = JSON.parse(told.out) as { budget: { milliseconds: number; measured: number; met: boolean; percent: number } };
    expect(budget).toMatchObject({ milliseconds: 0.5, met: true });
    expect(readFileSync(at('timed', 'net.ssl'), 'utf8')).toContain(`keep ${budget.percent}% of macs //`);
  });

  it('goes on with no other budget', async () => {
    const told = await pruneTo('timed', '--budget-ms', '0.4', '--resume');
    expect(told.code).toBe(1);
    expect(told.err).toMatch(/^error\[file\/not-writable\]: .*net\.ssl: there is another one already$/m);
  });

  it('ends with 1 where the module takes longer in the end, and keeps it', async () => {
    clock.dense = 2e-6;
    const told = await pruneTo('late', '--budget-ms', '1e-6');
    expect(told.code).toBe(1);
    expect(told.out).toMatch(/: misses the budget of 0\.000001 ms, \d+ times as long$/m);
    expect(told.out).toMatch(/ --keep '\d+% of macs'$/m);
    expect(listing(at('late', 'module'))).toContain('stripes.wasm');
  });

  it.each([
    ['the whole network keeps to', '1.5', /^error\[prune\/fits\]: the module of the whole network takes 1 ms a run here, no more than the 1\.5 ms/m],
    ['no network keeps to', '0.0001', /^error\[prune\/too-slow\]: /m],
  ])('refuses a budget that %s, and leaves nothing', async (_, milliseconds, said) => {
    const told = await pruneTo('bad', '--budget-ms', milliseconds);
    expect(told.code).toBe(1);
    expect(told.err).toMatch(said);
    expect(existsSync(at('bad', 'net.ssl'))).toBe(false);
  });

  it.each([[['--budget-ms', '0']], [['--budget-ms', '-1']], [['--budget-ms', 'fast']], [['--budget-ms', '']], [['--budget-ms', '1', '--keep', '50% of macs']], [[]]])('takes one budget, and milliseconds above 0: not %j', async (given) => {
    const told = await pruneTo('bad', ...given);
    expect(told.code).toBe(2);
    expect(told.err).toMatch(/^error: .*--budget-ms/m);
  });
});

describe('the data', () => {
  it.each([
    ['a folder with the files of CIFAR-10', 'cifar', 'these are the files of CIFAR-10: `--data cifar10`, and name their folder with SSL_DATA'],
    ['a name that is nearly known', 'mnits', 'did you mean the known data set: `--data mnist`'],
    ['nothing', 'nowhere', 'name a folder, from the working directory or from that of SSL_DATA'],
  ])('is named by the option of the command: %s', async (_, name, help) => {
    mkdirSync(at('sets', 'cifar'), { recursive: true });
    writeFileSync(at('sets', 'cifar', 'data_batch_1.bin'), '');
    const told = await prune('bad', '--data', at('sets', name));
    expect(told.code).toBe(1);
    expect(told.err).toContain(`= help: ${help}\n`);
  });
});

describe('a model that guesses', () => {
  it('is warned of, with the usual cause, before it is pruned all the same', async () => {
    // The other way round.
    writeStripes(at('sets', 'swapped'), (label) => 1 - label);
    const told = await prune('guesses', '--data', at('sets', 'swapped'));
    expect(told.code).toBe(0);
    expect(told.err).toMatch(/^warning\[prune\/at-chance\]: before anything is pruned, the model is no better than guessing: its test error is (9\d\.\d\d|100\.00)%, and always answering the most frequent class has 50\.00%$/m);
    expect(told.err).toContain('becomes `normalize`');
    expect(told.err.indexOf('prune/at-chance')).toBeLessThan(told.err.indexOf('sparsify'));
  });

  it('is warned of in one object as well, though training fails', async () => {
    const told = await prune('guesses-json', '--data', at('sets', 'swapped'), '--batch', '1000', '--json');
    expect(told).toMatchObject({ code: 1, err: '' });
    expect(JSON.parse(told.out)).toMatchObject({ ok: false, diagnostics: [{ code: 'prune/at-chance', severity: 'warning' }, { code: 'run/batch' }, { code: 'run/batch' }, { code: 'run/batch' }] });
  });

  it('is told from one of other classes', async () => {
    writeStripes(at('sets', 'five'), (_, i) => i % 5);
    const told = await prune('bad', '--data', at('sets', 'five'));
    expect(told.code).toBe(1);
    expect(told.err).toMatch(/^error\[data\//m);
    expect(existsSync(at('bad', 'net.ssl'))).toBe(false);
  });
});
