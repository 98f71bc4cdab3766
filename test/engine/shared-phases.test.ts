// Runs that take phases from a run of the dense part of their program come to the bits that they would have trained.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { densePart } from '../../src/driver/run/dense-part.ts';
import type { EpochEvent } from '../../src/driver/run/run-events.ts';
import { hashOfIdentity, identityOf } from '../../src/driver/run/run-identity.ts';
import { readState } from '../../src/driver/run/run-reader.ts';
import { train } from '../../src/driver/run/train.ts';
import type { TrainResult } from '../../src/driver/run/train-options.ts';
import type { Model } from '../../src/ir/network.ts';
import { ops } from '../../src/ops/index.ts';
import { augmentedSource, modelOf, optionsSource, smallSource, stripes } from './fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'ssl-compile-shared-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const data = stripes(120, 30);
const withControl = smallSource.replace('seed = 3', 'control {}\n  seed = 3');
const withoutDraws = withControl.replace('dropout(relu(dense(pool1, units = 20)), rate = 0.25)', 'relu(dense(pool1, units = 20))');
const withBudgets = withoutDraws.replace('lasso filters of conv1 strength 0.06', 'admm filters of conv1 keep 50%').replace('lasso neurons of fc1   strength 0.06', 'admm neurons of fc1 keep 12').replace('weighting = one', 'rho = 0.1');
const withTotal = withBudgets.replace('keep 50%', '').replace('keep 12', '').replace('rho = 0.1', 'rho = 0.1\n  keep 50% of macs');
const keysOf = (text: string): readonly string[] | undefined => densePart(modelOf(text), ops)?.keys;
const hashOf = (model: Model | undefined): string => hashOfIdentity(identityOf(present(model, 'model'), present(model?.train, 'train'), { data: '' }));
const denseHash = (text: string): string => hashOf(densePart(modelOf(text), ops)?.model);

describe('the dense part', () => {
  test.each<[string, string, readonly string[] | undefined]>([
    ['is the baseline', smallSource, ['baseline']],
    ['is the baseline and the control, where nothing is drawn by the step', withoutDraws, ['baseline', 'control']],
    ['leaves the control where dropout draws by the step', withControl, ['baseline']],
    ['is nothing where no phase comes before the penalties', smallSource.replace(/ {2}baseline.*\n/, '').replace('rate = 0.05 }', 'batch = 16, rate = 0.05 }'), undefined],
    ['is nothing where no phase has penalties', smallSource.replace(/ {2}sparsify.*\n/, '').replace(/ {2}finetune.*\n/, ''), undefined],
  ])('%s', (_, text, keys) => {
    expect(keysOf(text)).toEqual(keys);
  });

  it('is the same whatever the penalties are and comes after them, and no other', () => {
    expect(denseHash(withBudgets)).toBe(denseHash(withoutDraws));
    expect(denseHash(withTotal)).toBe(denseHash(withoutDraws));
    for (const text of [smallSource.replaceAll('0.06', '0.5'), smallSource.replace('lasso neurons of fc1   strength 0.06', ''), smallSource.replace('weighting = one', 'method = subgradient'), smallSource.replace('epochs = 3', 'epochs = 9')]) {
      expect(text).not.toBe(smallSource);
      expect(denseHash(text)).toBe(denseHash(smallSource));
    }
    for (const text of [smallSource.replace('seed = 3', 'seed = 4'), smallSource.replace('cosine(0.05)', 'cosine(0.04)'), smallSource.replace('units = 20', 'units = 21')]) expect(denseHash(text)).not.toBe(denseHash(smallSource));
  });
});

interface Trained {
  readonly result: TrainResult;
  /** Phases of which it has trained an epoch. */
  readonly phases: readonly string[];
}

async function trained(model: Model, out: string, dense?: string, signal?: AbortSignal): Promise<Trained> {
  const events: EpochEvent[] = [];
  const result = await train(model, data, { out, resume: true, threads: 1, dense, signal, onProgress: (event) => event.kind === 'epoch' && events.push(event) });
  return { result, phases: [...new Set(events.map(({ phase }) => phase))] };
}

const filesOf = (run: string): object => Object.fromEntries(readdirSync(run).filter((name) => name.endsWith('.safetensors')).map((name) => [name, readFileSync(join(run, name)).toString('base64')]));
const metricsOf = (run: string): readonly object[] => readFileSync(join(run, 'metrics.jsonl'), 'utf8').trim().split('\n').map((line) => ({ ...(JSON.parse(line) as object), seconds: 0 }));
const stateOf = (run: string): object => ({ ...readState(run).checkpoint, seconds: 0, files: [] });

describe('a run that takes phases', () => {
  test.each([
    ['of a network with dropout and batch norm', withControl, ['sparsify', 'finetune', 'control']],
    ['of one that draws nothing', withoutDraws, ['sparsify', 'finetune']],
    ['with budgets', withBudgets, ['sparsify', 'finetune']],
    ['with a budget of the whole network', withTotal, ['sparsify', 'finetune']],
    ['that keep their best epochs and end early', optionsSource.replace('dropout(relu(dense(pool1, units = 20)), rate = 0.25)', 'relu(dense(pool1, units = 20))'), ['sparsify', 'finetune']],
    ['of images that are moved, mirrored and measured', augmentedSource, ['sparsify', 'finetune', 'control']],
  ])('%s', async (name, text, phases) => {
    const at = (run: string): string => join(folder, name, run);
    const model = modelOf(text);
    await trained(present(densePart(model, ops), 'dense part').model, at('dense'));
    const taking = await trained(model, at('taking'), at('dense'));
    expect(taking.phases).toEqual(phases);
    await trained(model, at('plain'));
    expect(filesOf(at('taking'))).toEqual(filesOf(at('plain')));
    expect(metricsOf(at('taking'))).toEqual(metricsOf(at('plain')));
    expect(stateOf(at('taking'))).toEqual(stateOf(at('plain')));
  });

  it('that are not there yet waits, and goes on', async () => {
    const at = (run: string): string => join(folder, 'waits', run);
    const model = modelOf(withoutDraws);
    const dense = present(densePart(model, ops), 'dense part').model;
    const stop = new AbortController();
    await train(dense, data, { out: at('dense'), threads: 1, signal: stop.signal, onProgress: (event) => event.kind === 'epoch' && event.phase === 'control' && stop.abort() });
    const first = await trained(model, at('taking'), at('dense'));
    expect(first).toMatchObject({ result: { status: 'interrupted' }, phases: ['sparsify', 'finetune'] });
    await trained(dense, at('dense'));
    expect(await trained(model, at('taking'), at('dense'))).toMatchObject({ result: { status: 'finished' }, phases: [] });
    await trained(model, at('plain'));
    expect(filesOf(at('taking'))).toEqual(filesOf(at('plain')));
    expect(metricsOf(at('taking'))).toEqual(metricsOf(at('plain')));
  });

  it('of another program is refused', async () => {
    const at = (run: string): string => join(folder, 'refused', run);
    await trained(present(densePart(modelOf(withoutDraws), ops), 'dense part').model, at('dense'));
    await expect(trained(modelOf(withoutDraws.replace('seed = 3', 'seed = 4')), at('taking'), at('dense'))).rejects.toThrow(/run\/different.*another seed: it was 3, and is 4 now/);
  });
});
