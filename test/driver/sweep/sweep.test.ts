import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../../src/base/diagnostic.ts';
import { present } from '../../../src/base/invariant.ts';
import { loadDataset } from '../../../src/driver/data/load-dataset.ts';
import { openModel } from '../../../src/driver/model/model.ts';
import { readState } from '../../../src/driver/run/run-reader.ts';
import { train } from '../../../src/driver/run/train.ts';
import type { JobEvent, TrainJob } from '../../../src/driver/sweep/job.ts';
import type { SweepOutcome, SweepRun } from '../../../src/driver/sweep/results.ts';
import { sweep } from '../../../src/driver/sweep/sweep.ts';
import type { SweepOptions } from '../../../src/driver/sweep/sweep.ts';
import { lockFolder } from '../../../src/driver/sweep/sweep-folder.ts';
import { trainInProcess } from '../../../src/driver/sweep/worker.ts';
import { readAxis } from '../../../src/driver/sweep/values.ts';
import { ops } from '../../../src/ops/index.ts';
import { runCli, temporaryFolder } from '../../cli/support.ts';
import { writeStripes } from '../../cli/stripes.ts';
import { killSweep } from './kill-sweep.ts';

const folder = temporaryFolder();
// Processes take what others have compiled.
process.env['NODE_COMPILE_CACHE'] = join(folder, 'compiled');
const out = join(folder, 'out');
const source = join(folder, 'stripes.ssl');
/** A busy machine may take long to start so many processes. */
const patience = 180_000;
const text = `const strength = 0.1
const step = 0.05
const unused = 1
network Stripes(image: tensor[1, 6, 6]) {
  conv1 = relu(conv(image, filters = 4, window = 3))
  return dense(conv1, units = 2)
}
sparsity { lasso filters of conv1 strength strength }
train on "stripes" {
  held_out = 0.3
  baseline { epochs = 6, batch = 20, optimizer = sgd(rate = 0.05, momentum = 0.9) }
  sparsify { epochs = 3, rate = step }
  finetune { epochs = 2, rate = 0.05 }
  control {}
}
`;

const request = (...sets: readonly string[]): SweepOptions => ({ file: source, axes: sets.map((each) => readAxis(each)), out, workers: 2, search: { directory: folder }, confirmed: false });

/** A run of the very program, trained alone. */
async function trainPlain(run: SweepRun): Promise<string> {
  const plain = join(folder, 'plain', run.hash);
  const { model } = openModel(join(run.run, 'model.ssl'), undefined, ops);
  await train(model, await loadDataset({ kind: 'folder', path: 'stripes' }, { directory: folder }), { out: plain });
  return plain;
}

const bytesOf = (run: string): readonly Buffer[] => ['weights', 'baseline', 'sparsify', 'finetune', 'control'].map((name) => readFileSync(join(run, `${name}.safetensors`)));
const metricsOf = (run: string): readonly object[] => readFileSync(join(run, 'metrics.jsonl'), 'utf8').trim().split('\n').map((line) => ({ ...(JSON.parse(line) as object), seconds: 0 }));

beforeAll(() => {
  writeFileSync(source, text);
  writeStripes(join(folder, 'stripes'));
});

describe('a sweep', () => {
  let stopped: SweepOutcome;
  let outcome: SweepOutcome;
  const trained: [part: string, phase: string][] = [];

  beforeAll(async () => {
    const sets = ['strength=0.01', 'step=0.05,1e38'];
    const stop = new AbortController();
    stopped = await sweep({ ...request(...sets), signal: stop.signal, onProgress: ({ kind }) => kind === 'training' && stop.abort() });
    const train: TrainJob = (job, onEvent, signal) => trainInProcess(job, (event: JobEvent) => {
      if (event.kind === 'epoch') trained.push([job.part, event.phase]);
      onEvent(event);
    }, signal);
    outcome = await sweep(request(...sets), { train, most: 2 });
  }, patience);

  it('stops when it is asked to, and the same call goes on', () => {
    expect(stopped).toMatchObject({ interrupted: true, runs: [{ state: 'waiting' }, { state: 'waiting' }] });
  });

  it('trains every combination, and takes what diverges for a result', () => {
    expect(outcome.runs.map(({ values, state }) => [values['strength'], values['step'], state])).toEqual([[0.01, 0.05, 'finished'], [0.01, 1e38, 'failed']]);
    expect(outcome.runs[1]?.faults?.[0]).toMatchObject({ code: 'train/diverged', message: expect.stringContaining('sparsify') });
    expect(JSON.parse(readFileSync(join(out, 'sweep.json'), 'utf8'))).toMatchObject({ runs: outcome.runs.map(({ hash, state }) => ({ hash, state, run: `runs/${hash}` })) });
  });

  it('trains once what the penalties have no say in', () => {
    const partsOf = (name: string): ReadonlySet<string> => new Set(trained.filter(([, phase]) => phase === name).map(([part]) => part));
    expect([partsOf('baseline'), partsOf('control'), partsOf('finetune')]).toEqual([new Set(['dense']), new Set(['dense']), new Set(['whole'])]);
    expect(readdirSync(join(out, 'dense'))).toHaveLength(1);
  });

  it('comes to the bits of each program trained alone', async () => {
    for (const run of outcome.runs.filter(({ state }) => state === 'finished')) {
      const plain = await trainPlain(run);
      expect(bytesOf(run.run)).toEqual(bytesOf(plain));
      expect(readState(run.run).checkpoint.identity).toEqual(readState(plain).checkpoint.identity);
      expect(metricsOf(run.run)).toEqual(metricsOf(plain));
      expect(openModel(run.run, undefined, ops).warnings).toEqual([]);
    }
  });

  it('is not trained again', async () => {
    const again = await sweep(request('step=1e38,0.05', 'strength=0.01'), { train: () => Promise.reject(new Error('trained again')), most: 1 });
    const ofHash = ({ runs }: SweepOutcome): object => Object.fromEntries(runs.map(({ hash, state, result, faults }) => [hash, { state, result, faults }]));
    expect(ofHash(again)).toEqual(ofHash(outcome));
  });

  it('goes where its folder goes, and says so on the command line', async () => {
    const args = ['sweep', source, '--data', folder, '--out', out, '--set', 'strength=0.01', '--set', 'step=0.05,1e38'];
    const { code, out: table, err } = await runCli([...args, '--budget-macs', '1000000']);
    expect({ code, err }).toEqual({ code: 0, err: '2 runs, 2 of them trained before\n' });
    const best = present(outcome.runs.filter(({ result }) => result && !result.useless).toSorted((a, b) => (a.result?.heldOut ?? 1) - (b.result?.heldOut ?? 1))[0], 'best run');
    expect(table).toMatch(/^strength +step +held-out error +test error +MACs +weights +time +front +run\n/);
    expect(table).toContain('strength 0.01, step 1e+38: failed: training diverged');
    expect(table).toContain(`build it with: ssl-compile build ${best.run} --out DIR\n`);
    expect((await runCli(['build', best.run, '--out', join(folder, 'built')])).code).toBe(0);
    const tooSmall = await runCli([...args, '--budget-macs', '1', '--json']);
    expect(tooSmall.code).toBe(1);
    expect(JSON.parse(tooSmall.out)).toMatchObject({ ok: false, choice: { met: false }, runs: outcome.runs.map(({ hash, values }) => ({ hash, values })) });
    expect(await runCli([...args, '--budget-ms', '1000', '--json'])).toMatchObject({ code: 0, out: expect.stringMatching(/"choice":\{"met":true.*"ms":/) });
    expect(readFileSync(join(out, 'sweep.svg'), 'utf8')).toContain('strength 0.01, step 0.05');
  });

  it('shares its folder with no other', async () => {
    const lock = await lockFolder(out);
    try {
      await expect(sweep(request('strength=0.01'))).rejects.toThrow('run/in-use');
    } finally {
      await lock.release();
    }
  });
});

describe('before anything is written', () => {
  const fresh = join(folder, 'fresh');
  const codesOf = async (options: Partial<SweepOptions>, ...sets: readonly string[]): Promise<readonly string[]> => {
    try {
      await sweep({ ...request(...sets), out: fresh, ...options }, { train: () => Promise.reject(new Error('begun')), most: 1 });
    } catch (error) {
      if (error instanceof DiagnosticError) return error.diagnostics.map(({ code }) => code);
      throw error;
    }
    return [];
  };

  it.each([
    ['more than 1,000 runs', ['seed=1..1001'], ['sweep/many']],
    ['a constant that changes nothing', ['strength=1', 'unused=1,2'], ['sweep/same-run']],
    ['a value that the file does not take', ['strength=1,-1'], ['sparsity/value']],
    ['a name that there is not', ['lambda=1'], ['sweep/unknown-name']],
  ])('%s is refused', async (_, sets, codes) => {
    expect(await codesOf({}, ...sets)).toEqual(codes);
    expect(existsSync(fresh)).toBe(false);
  });

  it('a folder of other things is left alone', async () => {
    mkdirSync(join(folder, 'other'));
    writeFileSync(join(folder, 'other', 'letter.txt'), '');
    expect(await codesOf({ out: join(folder, 'other') }, 'strength=1')).toEqual(['sweep/not-a-sweep']);
    expect(readdirSync(join(folder, 'other'))).toEqual(['letter.txt']);
  });

  it('runs of another version of training are left alone', async () => {
    const old = join(folder, 'old');
    mkdirSync(old);
    writeFileSync(join(old, 'sweep.json'), '{ "format": 1, "training": 0, "runs": [] }');
    expect(await codesOf({ out: old }, 'strength=1')).toEqual(['sweep/version']);
    writeFileSync(join(old, 'sweep.json'), '{ "format": 1, ');
    expect(await codesOf({ out: old }, 'strength=1')).toEqual(['sweep/corrupt']);
  });
});

it.runIf(process.platform === 'linux')('that is killed goes on to the same bits', async () => {
  const killed = join(folder, 'killed');
  const { code, err, calls } = await killSweep([source, '--data', folder, '--out', killed, '--workers', '2', '--set', 'strength=0.02,0.03', '--set', 'seed=7'], ['sweep', 'worker', 'sweep'], 2500);
  expect({ code, err }).toEqual({ code: 0, err: expect.stringMatching(/^2 runs/) });
  expect(calls).toBeGreaterThan(1);
  const { runs } = JSON.parse(readFileSync(join(killed, 'sweep.json'), 'utf8')) as { runs: readonly SweepRun[] };
  expect(runs.map(({ state }) => state)).toEqual(['finished', 'finished']);
  for (const run of runs) {
    const at = { ...run, run: join(killed, run.run) };
    expect(bytesOf(at.run)).toEqual(bytesOf(await trainPlain(at)));
  }
  expect(readdirSync(join(killed, 'dense'))).toHaveLength(1);
}, patience);
