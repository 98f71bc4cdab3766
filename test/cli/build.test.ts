import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { listing, runCli, smallFiles, smallSource, temporaryFolder, weightsOf } from './support.ts';
import { safetensorsFile } from '../safetensors-file.ts';
import { compaction } from '../../src/passes/pipeline.ts';

const { folder, source, weights } = smallFiles();
const built = (name: string): string => join(folder, name);
const build = (out: string, ...more: string[]): ReturnType<typeof runCli> => runCli(['build', source, '--weights', weights, '--out', out, ...more]);

describe('build', () => {
  it('writes a module and says how large it is', async () => {
    const out = built('wasm');
    const { code, out: text } = await build(out, '--json');
    expect(code).toBe(0);
    expect(listing(out)).toEqual(['package.json', 'small.d.ts', 'small.js', 'small.wasm']);
    const report = JSON.parse(text) as { files: { name: string; bytes: number; gzipBytes: number }[] };
    expect(report).toMatchObject({ ok: true, out, macs: { dense: 5544 }, equivalence: { samples: 4 } });
    for (const { name, bytes, gzipBytes } of report.files) {
      expect(readFileSync(join(out, name)).length).toBe(bytes);
      expect(gzipBytes).toBeGreaterThan(0);
    }
  });

  it('tells where a module comes from', async () => {
    const { load } = (await import(pathToFileURL(join(built('wasm'), 'small.js')).href)) as { load: () => Promise<{ labels: readonly string[]; meta: object; run: (input: Float32Array) => Float32Array }> };
    const net = await load();
    expect(net.labels).toEqual(['a', 'b', 'c']);
    expect(net.run(new Float32Array(144))).toHaveLength(3);
    expect(net.meta).toMatchObject({
      compiler: expect.stringMatching(/^ssl-compile \d/),
      target: 'wasm',
      options: { dense: false, batch: 1, layout: 'chw', inline: false },
      source: expect.stringMatching(/^sha256:[\da-f]{64}$/),
      weights: expect.stringMatching(/^sha256:[\da-f]{64}$/),
      equivalence: { maxAbsDifference: expect.any(Number) },
      layers: expect.arrayContaining([expect.objectContaining({ name: 'conv1', filters: [2, 4] })]),
    });
  });

  it('writes the same bytes again', async () => {
    await build(built('again'));
    for (const name of listing(built('wasm'))) expect(readFileSync(join(built('again'), name))).toEqual(readFileSync(join(built('wasm'), name)));
  });

  it.each(['js', 'gpujs'])('builds for %s', async (target) => {
    const out = built(target);
    expect((await build(out, '--target', target, '--dense', '--batch', '2', '--layout', 'hwc')).code).toBe(0);
    expect(listing(out)).toEqual(['package.json', 'small.d.ts', 'small.js']);
  });

  it('stops where asked, writing nothing', async () => {
    const out = built('stopped');
    expect((await build(out, '--stop-after', 'lower')).code).toBe(0);
    expect(existsSync(out)).toBe(false);
  });

  it('shows the graph after a pass', async () => {
    const { err } = await build(built('dumped'), '--dump-after', 'eliminate', '--stop-after', 'compact');
    expect(err).toMatch(/^graph "Small"/);
    expect(err).toContain('filters: 2');
    expect((await build(built('dumped'), '--dump-after', 'eliminat')).err).toContain('did you mean "eliminate"?');
  });

  it('shows nests, schedules and kernels', async () => {
    const dump = async (...options: readonly string[]): Promise<string> => (await build(built('kernels'), '--stop-after', 'lower', ...options)).err;
    expect(await dump('--dump-after', 'nest')).toMatch(/^nest conv1: n:1 o:2 /);
    expect(await dump('--dump-after', 'schedule')).toMatch(/^conv1: tile \d of x, 1 vector of o/);
    expect(await dump('--dump-after', 'kernel')).toMatch(/^function run0_/);
    expect(await dump('--dump-after', 'schedule', '--target', 'gpujs')).toContain("there is no pass 'schedule'");
  });

  it.each([
    ['1', { times: true, passes: false, graphs: 0 }],
    ['2', { times: true, passes: true, graphs: 0 }],
    ['3', { times: true, passes: true, graphs: compaction.length }],
    ['4', { times: true, passes: true, graphs: compaction.length + 1 }],
  ])('shows more at SSL_DEBUG=%s', async (level, expected) => {
    const { code, err } = await runCli(['build', source, '--weights', weights, '--stop-after', 'compact'], { SSL_DEBUG: level });
    expect(code).toBe(0);
    expect({ times: /^# compact: [\d.]+ ms$/m.test(err), passes: /^# after eliminate: \d+ nodes, \d+ parameters$/m.test(err), graphs: err.match(/^graph "Small"/gm)?.length ?? 0 }).toEqual(expected);
  });
});

const tensors = weightsOf(smallSource);
const changed = (change: (copy: typeof tensors) => void): Uint8Array => {
  const copy = new Map(tensors);
  change(copy);
  return safetensorsFile(copy);
};
const whole = safetensorsFile(tensors);
const conv1 = { shape: [4, 1, 3, 3], data: new Float32Array(36) };

describe('weights that do not fit exit 1 and leave nothing', () => {
  it.each<[string, Uint8Array, readonly string[]]>([
    ['a parameter is missing', changed((copy) => copy.delete('fc1.bias')), ['fit/missing', '"fc1.bias" of shape [8]']],
    ['a misspelt name', changed((copy) => [copy.delete('fc1.bias'), copy.set('fc1.bais', conv1)]), ['fit/unknown', '"fc1.bais"', 'did you mean the "fc1.bais" in it?', '1 error, 1 warning']],
    ['another shape', changed((copy) => copy.set('conv1.weight', { shape: [4, 1, 5, 5], data: new Float32Array(100) })), ['fit/shape', '[4, 1, 5, 5], expected [4, 1, 3, 3]']],
    ['several faults', changed((copy) => [copy.delete('fc1.bias'), copy.delete('conv1.bias')]), ['2 errors']],
    ['weights of another network', safetensorsFile(new Map([['a.weight', conv1]])), ['fit/another-network', 'weights of another network than Small']],
    ['a number that is none', changed((copy) => copy.set('conv1.weight', { ...conv1, data: conv1.data.map(() => NaN) })), ['fit/not-finite', 'NaN']],
    ['a truncated file', whole.slice(0, -100), ['weights/truncated']],
    ['a corrupt header', whole.map((byte, i) => (i === 8 ? 0 : byte)), ['weights/corrupt']],
    ['a header of a terabyte', whole.map((byte, i) => (i === 5 ? 1 : byte)), ['weights/too-large']],
    ['an empty file', new Uint8Array(0), ['weights/truncated']],
  ])('%s', async (_, bytes, messages) => {
    const place = temporaryFolder();
    const file = join(place, 'w.safetensors');
    writeFileSync(file, bytes);
    const { code, out, err } = await runCli(['build', source, '--weights', file, '--out', join(place, 'out')]);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    for (const message of messages) expect(err).toContain(message);
    expect(err).not.toMatch(/^ +at /m);
    expect(listing(place)).toEqual(['w.safetensors']);
  });

  it.each([
    ['no weights at all', [], '--weights RUN'],
    ['weights that are not there', ['--weights', join(folder, 'nothing.safetensors')], 'there is no such file'],
    ['a folder that is no run', ['--weights', folder], 'fit/no-run'],
  ])('%s', async (_, args, message) => {
    const { code, err } = await runCli(['build', source, ...args, '--out', built('none')]);
    expect(code).toBe(1);
    expect(err).toContain(message);
    expect(existsSync(built('none'))).toBe(false);
  });

  it('knows a target from a slip of the pen', async () => {
    const { code, err } = await build(built('none'), '--target', 'wsam');
    expect({ code, err }).toEqual({ code: 2, err: 'error: there is no target \'wsam\': did you mean "wasm"?\n' });
  });
});

it('refuses a batch beyond what a module can address', async () => {
  const place = temporaryFolder();
  const [file, saved] = [join(place, 'wide.ssl'), join(place, 'wide.safetensors')];
  const text = 'network Wide(x: tensor[30000]) {\n  a = relu(dense(x, units = 3))\n  return dense(a, units = 20000)\n}\n';
  writeFileSync(file, text);
  writeFileSync(saved, safetensorsFile(weightsOf(text)));
  const { code, err } = await runCli(['build', file, '--weights', saved, '--batch', '65536', '--out', join(place, 'out')]);
  expect(code).toBe(1);
  expect(err).toContain('module/too-large');
  expect(listing(place)).toEqual(['wide.safetensors', 'wide.ssl']);
});

describe('a place that cannot be written', () => {
  it('below a file', async () => {
    const { code, err } = await build(join(weights, 'out'));
    expect(code).toBe(1);
    expect(err).toContain('file/not-writable');
    expect(err).toContain(`${weights} is not a folder`);
  });

  it('a folder in the place of a file: nothing is written, what was there stays', async () => {
    const out = temporaryFolder();
    mkdirSync(join(out, 'small.wasm'));
    writeFileSync(join(out, 'small.js'), 'before');
    const { code, err } = await build(out);
    expect(code).toBe(1);
    expect(err).toContain('it is a folder');
    expect(listing(out)).toEqual(['small.js', 'small.wasm']);
    expect(readFileSync(join(out, 'small.js'), 'utf8')).toBe('before');
  });
});

describe('hostile names', () => {
  it('stay text in what is built', async () => {
    const place = temporaryFolder();
    const [file, saved] = [join(place, 'h.ssl'), join(place, 'h.safetensors')];
    const text = 'network __proto__(constructor: tensor[4]) {\n  eval = relu(dense(constructor, units = 3))\n  labels ["</script>", "`${process.exit(3)}`"]\n  return dense(eval, units = 2)\n}\n';
    writeFileSync(file, text);
    writeFileSync(saved, safetensorsFile(weightsOf(text)));
    for (const target of ['wasm', 'js']) {
      const out = join(place, target);
      const { code, err } = await runCli(['build', file, '--weights', saved, '--target', target, '--out', out]);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      const [module = ''] = listing(out).filter((name) => name.endsWith('.js'));
      expect(readFileSync(join(out, module), 'utf8')).not.toContain('</script>');
      const { load } = (await import(pathToFileURL(join(out, module)).href)) as { load: () => Promise<{ labels: readonly string[]; run: (input: readonly number[]) => Float32Array }> };
      const net = await load();
      expect(net.labels).toEqual(['</script>', '`${process.exit(3)}`']);
      expect(net.run([1, 2, 3, 4])).toHaveLength(2);
      expect((await runCli(['verify', out, '--weights', saved, '--source', file])).code).toBe(0);
    }
  });
});

describe('long lists', () => {
  const layers = Array.from({ length: 12 }, (_, i) => `  h${i} = dense(${i === 0 ? 'x' : `h${i - 1}`}, units = 4)`).join('\n');
  const deep = join(folder, 'deep.ssl');
  const alone = join(folder, 'alone.safetensors');
  const lists = (...more: readonly string[]): ReturnType<typeof runCli> => runCli(['build', deep, '--weights', alone, '--out', built('deep'), ...more]);

  it('are cut for people, who are told how much is missing, and whole for machines', async () => {
    writeFileSync(deep, `network Deep(x: tensor[4]) {\n${layers}\n  return dense(h11, units = 4)\n}\n`);
    writeFileSync(alone, safetensorsFile(new Map([['h0.weight', { shape: [4, 4], data: new Float32Array(16) }]])));
    const { err } = await lists();
    expect(err.match(/^error\[fit\/missing\]/gm)).toHaveLength(8);
    expect(err).toContain('and 17 more fit/missing\n25 errors; --json lists all\n');
    const { diagnostics } = JSON.parse((await lists('--json')).out) as { diagnostics: readonly unknown[] };
    expect(diagnostics).toHaveLength(25);
  });
});
