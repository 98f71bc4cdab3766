// ssl-compile prune: from a model to a smaller one and a module, by one command.

import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readModel } from '../../src/onnx/model/read-model.ts';
import { writeStripes } from './stripes.ts';
import { listing, runCli, temporaryFolder } from './support.ts';

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

const prune = (out: string, ...more: readonly string[]) => runCli(['prune', at('model.onnx'), '--data', at('sets', 'stripes'), '--keep', '50% of macs', '--epochs', '2', '--batch', '20', '--out', at(out), ...more]);

describe('prune', () => {
  it('leaves what the budget says, of a sum as well, and writes a module and a smaller model', async () => {
    const told = await prune('small');
    expect(told).toMatchObject({ code: 0 });
    const { macs } = JSON.parse(readFileSync(at('small', 'run', 'summary.json'), 'utf8')) as { macs: { dense: number; compacted: number } };
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

  it('leaves no source behind where the data is not there', async () => {
    const told = await prune('bad', '--data', at('nowhere'));
    expect(told.code).toBe(1);
    expect(told.err).toMatch(/^error\[data\//m);
    expect(listing(at('bad'))).toEqual([]);
  });
});
