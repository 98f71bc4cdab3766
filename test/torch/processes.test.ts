// A run that two processes share, over gloo on one machine: what it comes to, and what becomes of it when one of them dies.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { augmentedSource, modelOf, stripes } from '../engine/fixture.ts';
import { apart, metricsOf, runPython, startPython, temporaryFolder, tensorsIn, writeData, writeProgramOf } from './program.ts';
import type { Ran } from './program.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
const folder = temporaryFolder();
const at = (...parts: readonly string[]): string => join(folder, ...parts);

/** With batch norm, dropout, crops, weights of classes, groups that go, and a control. */
const source = augmentedSource.replace('epochs = 2, batch = 16', 'epochs = 3, batch = 16, clip_gradients = 2');

beforeAll(() => {
  writeData(stripes(200, 61), at('data', 'stripes'));
  writeData(stripes(201, 61), at('others', 'stripes'));
  const model = modelOf(source);
  writeProgramOf({ ...model, train: { ...present(model.train, 'train'), dataset: { kind: 'folder', path: 'stripes' } } }, at('program'));
});

const program = at('program', 'train.py');

/** torchrun of torch 1.13 fails under Python 3.11 where it is not told for each process what becomes of its output: it goes on to ours. */
function torchrun(processes: number, ...args: readonly string[]): Promise<Ran> {
  const output = Array.from({ length: processes }, (_, rank) => `${rank}:1`).join(',');
  return runPython(['-m', 'torch.distributed.run', '--standalone', '--nproc_per_node', String(processes), '--redirects', output, '--tee', output, '--log_dir', at('logs'), program, '--data', at('data'), ...args]);
}

/** Two processes without torchrun, so that each can be seen for itself. */
function startBoth(argsOf: (rank: number) => readonly string[]): ReturnType<typeof startPython>[] {
  // Below those that connections are given.
  const port = String(20_000 + Math.floor(Math.random() * 10_000));
  return [0, 1].map((rank) => startPython([program, ...argsOf(rank)], { RANK: String(rank), LOCAL_RANK: String(rank), WORLD_SIZE: '2', MASTER_ADDR: '127.0.0.1', MASTER_PORT: port }));
}

describe('two processes', () => {
  it.each([
    ['in float64', ['--float64'], 1e-9],
    ['in float32', [], 1e-4],
  ])('come to the losses of one, %s', async (name, args, tolerance) => {
    const [one, two] = [at(`${name}-one`), at(`${name}-two`)];
    expect(await runPython([program, '--data', at('data'), '--out', one, ...args])).toMatchObject({ code: 0 });
    expect(await torchrun(2, '--out', two, ...args)).toMatchObject({ code: 0 });
    const [expected, found] = [metricsOf(one), metricsOf(two)];
    expect(found.map(({ groups }) => groups)).toEqual(expected.map(({ groups }) => groups));
    // In f32 runs part by themselves later on.
    const epochs = name === 'in float64' ? expected.length : 2;
    for (let i = 0; i < epochs; i++) {
      expect(apart([found[i]?.training.loss ?? NaN], [expected[i]?.training.loss ?? NaN])).toBeLessThan(tolerance);
      expect(apart([found[i]?.heldOut?.loss ?? NaN], [expected[i]?.heldOut?.loss ?? NaN])).toBeLessThan(tolerance);
    }
  });

  it('say which numbers of them share a batch', async () => {
    const { code, err } = await torchrun(3, '--out', at('three'));
    expect(code).not.toBe(0);
    expect(err).toContain('error: 3 processes cannot share the batch of 16 of baseline evenly: start 2 or 4 of them, or write another batch and export anew');
    expect(existsSync(at('three'))).toBe(false);
  });

  it('end where they have other data than each other', async () => {
    const [first, second] = await Promise.all(startBoth((rank) => ['--out', at('apart'), '--data', at(rank === 0 ? 'data' : 'others')]).map(({ ran }) => ran));
    expect([first?.code, second?.code]).toEqual([1, 1]);
    expect(first?.err).toMatch(/error: process 1 has another data set \(sha256\) than process 0: [\da-f]{64} and [\da-f]{64}; give all of them the same/);
    expect(existsSync(at('apart'))).toBe(false);
  });

  it('stop with a message when one is killed, and go on from the last checkpoint to the same weights', async () => {
    const args = ['--data', at('data'), '--out', at('killed'), '--float64'];
    const [first, second] = startBoth(() => args);
    while (!existsSync(at('killed', 'baseline.safetensors'))) await sleep(20);
    second?.child.kill('SIGKILL');
    const told = await present(first, 'first').ran;
    expect(told.code).toBe(1);
    expect(told.err).toMatch(/error: process 0 of 2 cannot go on \(.*\); where another process has ended that is why: start all of them again with --resume/);
    expect(existsSync(at('killed', 'summary.json'))).toBe(false);
    const resumed = await Promise.all(startBoth(() => [...args, '--resume']).map(({ ran }) => ran));
    expect(resumed.map(({ code }) => code)).toEqual([0, 0]);
    const [expected, found] = [at('in float64-two'), at('killed')].map((run) => tensorsIn(join(run, 'weights.safetensors')));
    for (const [name, { data }] of present(expected, 'weights')) expect(apart(present(found?.get(name), name).data, data, 0.05)).toBeLessThan(1e-6);
  });
});
