import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli, smallFiles, temporaryFolder, weightsOf } from './support.ts';
import { safetensorsFile } from '../safetensors-file.ts';

const { source, weights } = smallFiles();

describe('explain', () => {
  it('says what a file may lose, and that its groups cross', async () => {
    const { code, out, err } = await runCli(['explain', source]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/filters of conv1 +4 +10 +0\.01 +sqrt_size +0\.0316/);
    expect(out).toContain('Groups of conv2 cross');
    expect(out).toContain('not the exact proximal map of the sum');
  });

  it('says what became of each group, before and after', async () => {
    const { code, out } = await runCli(['explain', source, '--weights', weights]);
    expect(code).toBe(0);
    expect(out).toMatch(/conv1 +conv +2\/4 +1\/1 +9\/9/);
    expect(out).toMatch(/bytes of parameters: 3\.20 KB -> /);
    expect(out).toMatch(/filters of conv1 \(4\):\n {2}2 kept: 0, 2\n {2}2 zero: removed: 1, 3\n/);
  });

  it('names all layers of a coupled set, and lists its groups once', async () => {
    const coupled = smallFiles(`network Residual(image: tensor[1, 8, 8]) {
  stem = conv(image, filters = 4, window = 3, padding = 1)
  mid  = conv(relu(stem), filters = 6, window = 3, padding = 1)
  last = conv(relu(mid), filters = 4, window = 3, padding = 1)
  return dense(add(stem, last), units = 2)
}

sparsity {
  magnitude coupled_filters of ** keep 50%
}
`);
    const { out } = await runCli(['explain', coupled.source, '--weights', coupled.weights]);
    expect(out).toMatch(/^coupled_filters of stem, last +4 +\d+ +2$/m);
    expect(out).toContain('\ncoupled_filters of stem, last (4):\n  2 kept: 0, 2\n  2 zero: removed: 1, 3\n');
    expect(out).toContain('\ncoupled_filters of mid (6):\n');
    const { penalties, trained } = JSON.parse((await runCli(['explain', coupled.source, '--weights', coupled.weights, '--json'])).out) as { penalties: object; trained: { fates: object } };
    for (const listed of [penalties, trained.fates]) expect(listed).toMatchObject([{ layer: 'stem', layers: ['stem', 'last'] }, { layer: 'mid', layers: ['mid'] }]);
  });

  it('answers machines', async () => {
    const { out } = await runCli(['explain', source, '--weights', weights, '--json']);
    expect(JSON.parse(out)).toMatchObject({
      ok: true,
      method: 'proximal',
      crossing: ['conv2'],
      penalties: expect.arrayContaining([expect.objectContaining({ layer: 'conv1', structure: 'filters', groups: 4, size: 10, weighting: 'sqrt_size' })]),
      trained: { structure: { layers: [{ name: 'conv1', filters: [2, 4] }, { name: 'conv2' }, { name: 'fc1' }, { name: 'output' }] } },
    });
  });

  it('says what zeros save at each grain that has some, and in memory references', async () => {
    const { code, out } = await runCli(['explain', source, '--weights', weights, '--storage']);
    expect(code).toBe(0);
    // 36 weights in 4 filters, two of them zero: 18 * (8 + 4) bits, 6 * (24 + 4), 2 * (72 + 4).
    expect(out).toMatch(/^conv1 +elements +18\/36 +50\.00% +0 +216 +75\.00%\n +vectors +6\/12 +50\.00% +0 +168 +58\.33%\n +filters +2\/4 +50\.00% +0 +152 +52\.78%$/m);
    expect(out).toMatch(/^fc1 +no zeros +100\.00% +5,120 +100\.00%$/m);
    // 144 activations in 36 groups; each kept filter of 9 weights is read by each.
    expect(out).toMatch(/^conv1 +50\.00% +648 +144 +/m);
    expect(out).toMatch(/^output +100\.00% +24 +8 +48 +80 +100\.00%$/m);
  });

  it('counts for machines, and not without weights', async () => {
    const { out } = await runCli(['explain', source, '--weights', weights, '--storage', '--json']);
    const { storage } = JSON.parse(out) as { storage: { leastBits: number; layers: readonly { leastBits: number }[] } };
    expect(storage).toMatchObject({ weights: 780, denseBits: 6240, layers: [{ name: 'conv1', nonzero: 18 }, { name: 'conv2' }, { name: 'fc1', storage: [] }, { name: 'output' }] });
    expect(storage.leastBits).toBe(storage.layers.reduce((sum, { leastBits }) => sum + leastBits, 0));
    expect((await runCli(['explain', source, '--weights', weights])).out).not.toContain('Storage');
    const refused = await runCli(['explain', source, '--storage']);
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('--storage counts the zeros of weights: add --weights') });
  });

  it('draws the inputs that a dense network reads', async () => {
    const folder = temporaryFolder();
    const text = 'network Net(image: tensor[1, 3, 4]) {\n  fc = relu(dense(image, units = 4))\n  return dense(fc, units = 2)\n}\nsparsity { lasso inputs of fc times 0.1 strength 0.1 }\n';
    writeFileSync(join(folder, 'net.ssl'), text);
    writeFileSync(join(folder, 'net.safetensors'), safetensorsFile(weightsOf(text)));
    const { out } = await runCli(['explain', join(folder, 'net.ssl'), '--weights', join(folder, 'net.safetensors')]);
    expect(out).toMatch(/inputs of fc +12 +4 +0\.01 +sqrt_size/);
    expect(out).toContain('Inputs read: 6 of 12 (50.0%).\n  #.#.\n  #.#.\n  #.#.\n');
    expect((await runCli(['explain', source, '--weights', weights])).out).not.toContain('Inputs read');
  });
});

describe('bench', () => {
  it('times dense against compacted, layer by layer', async () => {
    const { code, out } = await runCli(['bench', source, '--weights', weights, '--budget-ms', '1e6', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ ok: true, call: expect.any(Number), budget: { milliseconds: 1e6, met: true } });
    const report = JSON.parse(out) as { layers: { name: string; dense: { microseconds: number; macs: number }; compacted: { macs: number } }[]; whole: { dense: { macs: number } } };
    expect(report.layers.map(({ name }) => name)).toEqual(['conv1', 'conv2', 'fc1', 'output']);
    expect(report.layers[0]).toMatchObject({ dense: { macs: 3600 }, compacted: { macs: 1800 } });
    expect(report.layers.every(({ dense }) => dense.microseconds > 0)).toBe(true);
    expect(report.whole.dense.macs).toBe(5544);
  });

  it('says that a run does not keep to a budget, and where its time goes', async () => {
    const { code, out } = await runCli(['bench', source, '--weights', weights, '--budget-ms', '1e-7']);
    expect(code).toBe(1);
    expect(out).toMatch(/^target wasm( \(\w+\))?, 1 sample a run, one thread, \S/);
    expect(out).toMatch(/^misses the budget of 1e-7 ms, \d+ times as long$/m);
    const spent = out.slice(out.indexOf('where the time goes')).split('\n').slice(2).map((line) => line.split('  ')[0]);
    expect(spent).toEqual(expect.arrayContaining(['conv1', 'conv2', 'fc1', 'output']));
  });

  it('takes no budget that no run could be held to', async () => {
    const { code, err } = await runCli(['bench', source, '--weights', weights, '--budget-ms', '0']);
    expect(code).toBe(2);
    expect(err).toContain('expected a number above 0');
  });

  it('gives no ratio of nothing', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'net.ssl'), 'network Net(image: tensor[1, 4, 4]) {\n  return flatten(max_pool(relu(image), window = 2))\n}\n');
    writeFileSync(join(folder, 'net.safetensors'), safetensorsFile(new Map()));
    const { code, out } = await runCli(['bench', join(folder, 'net.ssl'), '--weights', join(folder, 'net.safetensors')]);
    expect(code).toBe(0);
    expect(out).toMatch(/^whole +0 +0 +[\d.]+ +[\d.]+ +[\d.]+x$/m);
  });
});
