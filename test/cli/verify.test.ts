import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { safetensorsFile } from '../safetensors-file.ts';
import { runCli, smallFiles, smallSource, temporaryFolder, weightsOf } from './support.ts';

const { folder, source, weights } = smallFiles();
const verify = (place: string, ...more: string[]): ReturnType<typeof runCli> => runCli(['verify', place, '--weights', weights, '--source', source, ...more]);
/** With as many filters as make tiles of ten sums: of those relaxed code differs from strict. */
const wide = smallFiles(smallSource.replace('filters = 4', 'filters = 16'));
const verifyWide = (place: string, ...more: string[]): ReturnType<typeof runCli> => runCli(['verify', place, '--weights', wide.weights, '--source', wide.source, ...more]);
const copies = temporaryFolder();

interface Report {
  readonly ok: boolean;
  readonly layers: readonly { readonly name: string; readonly maxAbsDifference: number; readonly maxAbsReference: number; readonly bound: number }[];
  readonly outputs: { readonly maxAbsDifference: number; readonly bound: number };
  readonly files: readonly { readonly name: string; readonly same: boolean }[];
  readonly diagnostics: readonly { readonly code: string }[];
}

const variants = [
  ['wasm', ['--target', 'wasm']],
  ['wasm-inline', ['--target', 'wasm', '--inline', '--dense']],
  ['wasm-hwc', ['--target', 'wasm', '--layout', 'hwc', '--batch', '3']],
  ['js', ['--target', 'js']],
] as const;

beforeAll(async () => {
  await runCli(['build', wide.source, '--weights', wide.weights, '--out', join(folder, 'wide')]);
  for (const [name, options] of variants) await runCli(['build', source, '--weights', weights, '--out', join(folder, name), ...options]);
});

/** A copy of the module with a file changed. */
function tampered(variant: string, file: string, change: (bytes: Buffer) => Uint8Array | string): string {
  const place = join(copies, `${variant}-${file}-${Math.random()}`);
  cpSync(join(folder, variant), place, { recursive: true });
  writeFileSync(join(place, file), change(readFileSync(join(place, file))));
  return place;
}

describe('verify', () => {
  it.each(variants.map(([name]) => name))('%s is what it was built from', async (name) => {
    const { code, out } = await verify(join(folder, name), '--json');
    const report = JSON.parse(out) as Report;
    expect(report).toMatchObject({ ok: true, inputs: 4, diagnostics: [] });
    expect(code).toBe(0);
    expect(report.layers.map((layer) => layer.name)).toEqual(['conv1', 'pool1', 'conv2', 'fc1.relu', 'output']);
    for (const { maxAbsDifference, maxAbsReference, bound } of report.layers) {
      expect(maxAbsDifference).toBeLessThanOrEqual(bound);
      expect(bound).toBeLessThan(1e-4 * maxAbsReference);
    }
    expect(report.files.every(({ same }) => same)).toBe(true);
  });

  it('checks both versions of WebAssembly, or says which one it cannot', async () => {
    const { out } = await verify(join(folder, 'wasm'));
    expect(out).toMatch(/^layer +largest difference, relaxed +largest difference, strict +rounding bound/);
    expect(out).toMatch(/\nshipped module: run on 4 random inputs\nversions: relaxed and strict\nfiles: 3 of 3 /);
    vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
    try {
      // The module's own process has relaxed SIMD nevertheless, and is found out.
      const { code, out: without, err } = await verify(join(folder, 'wasm'));
      expect(without).toContain('\nversions: strict; not relaxed, which this engine does not have\n');
      expect([code, err]).toEqual([1, expect.stringContaining('runs its relaxed version where the strict one was asked for')]);
    } finally {
      vi.restoreAllMocks();
    }
  });

  it('tells people', async () => {
    const { code, out } = await verify(join(folder, 'js'));
    expect(code).toBe(0);
    expect(out).toMatch(/^layer +largest difference +rounding bound/);
    expect(out).toMatch(/\nshipped module: run on 4 random inputs\nfiles: 2 of 2 as built, byte for byte\nok\n$/);
  });
});

it.each([1, 1e6, 1e9, 1e30])('bounds shares by what a share can be off, with logits of %s', async (size) => {
  const place = join(copies, `logits-${size}`);
  mkdirSync(place);
  const text = 'network Net(input: tensor[6]) {\n  return softmax(dense(input, units = 4))\n}\n';
  const logits = new Map([...weightsOf(text)].map(([name, { shape, data }]) => [name, { shape, data: data.map((value) => Math.fround(value * size)) }]));
  writeFileSync(join(place, 'net.ssl'), text);
  writeFileSync(join(place, 'net.safetensors'), safetensorsFile(logits));
  const given = ['--weights', join(place, 'net.safetensors')];
  for (const target of ['wasm', 'js']) {
    await runCli(['build', join(place, 'net.ssl'), ...given, '--out', join(place, target), '--target', target]);
    const { code, out } = await runCli(['verify', join(place, target), ...given, '--source', join(place, 'net.ssl'), '--json']);
    expect(code).toBe(0);
    const report = JSON.parse(out) as Report;
    expect(report.outputs.bound).toBeGreaterThan(0);
    expect(report.outputs.bound).toBeLessThanOrEqual(size === 1 ? 1e-4 : 1);
  }
});

describe('a module that has been tampered with is not ok', () => {
  it('one byte of the weights', async () => {
    const place = tampered('wasm', 'small.wasm', (bytes) => {
      const at = bytes.length - 60;
      return bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
    });
    const { code, out } = await verify(place, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ ok: false, files: [{ same: true }, { same: true }, { name: 'small.wasm', same: false }] });
  });

  it.each([
    ['that computes something else', [0x86, 0x02], ['module/changed', 'module/outputs']],
    ['that does not compile, in place of which strict code runs', [0xff, 0x7f], ['module/changed', 'module/version']],
  ])('relaxed code %s', async (_, code, codes) => {
    const place = tampered('wide', 'small.wasm', (bytes) => {
      // The last relaxed multiply-add: in its place the one that subtracts, or none.
      const at = bytes.lastIndexOf(Buffer.from([0xfd, 0x85, 0x02]));
      return bytes.fill(Buffer.from(code), at + 1, at + 3);
    });
    const report = JSON.parse((await verifyWide(place, '--json')).out) as Report;
    expect(report.diagnostics.map((diagnostic) => diagnostic.code)).toEqual(codes);
  });

  it.each([
    ['does not compile', [0xfd, 0xff, 0xff], /small\.wasm: [^\n]+/],
    // unreachable, nop, nop
    ['traps', [0x00, 0x01, 0x01], /unreachable/],
  ])('strict code that %s, beside relaxed code that runs', async (_, code, why) => {
    const place = tampered('wide', 'small.wasm', (bytes) => {
      const at = bytes.indexOf(Buffer.from([0xfd, 0xe6, 0x01]));
      return bytes.fill(Buffer.from(code), at, at + 3);
    });
    const { code: exit, out, err } = await verifyWide(place);
    expect(exit).toBe(1);
    expect(err).toContain('error[module/changed]');
    expect(err).toMatch(new RegExp(`error\\[module/broken\\]: \\S+small\\.js \\(strict\\) does not run: .*${why.source}\\n +=? *help: build it again`));
    expect(out).toMatch(/\nshipped module +\S+ +\S+ +\S+\n/);
    expect(out).toContain('files: 2 of 3 as built, byte for byte\nNOT ok');
  });

  it('another sign, which the outputs show too', async () => {
    const place = tampered('js', 'small.js', (bytes) => Buffer.from(bytes).toString().replace('into[i] = heap[addresses[i]]', 'into[i] = -heap[addresses[i]]'));
    const { code, out } = await verify(place, '--json');
    expect(code).toBe(1);
    expect((JSON.parse(out) as Report).diagnostics.map((diagnostic) => diagnostic.code)).toEqual(['module/changed', 'module/outputs']);
  });

  it('answers that are no numbers, whose difference is the largest number of JSON', async () => {
    const place = tampered('js', 'small.js', (bytes) => Buffer.from(bytes).toString().replace('into[i] = heap[addresses[i]]', 'into[i] = NaN'));
    const { code, out } = await verify(place, '--json');
    expect(code).toBe(1);
    expect((JSON.parse(out) as Report).outputs.maxAbsDifference).toBe(Number.MAX_VALUE);
  });

  it.each([
    ['code that is no code', (): string => 'export const load = 3;'],
    ['code that throws', (): string => 'throw new Error("no");'],
    ['code that throws when nobody waits', (text: string): string => `${text}\nsetTimeout(() => { throw new Error("late"); }, 1);`],
    ['code that never comes to its end', (text: string): string => `${text}\nawait new Promise(() => {});`],
    ['code that answers no network', (): string => 'export const load = async () => undefined;'],
    ['a run that throws', (text: string): string => text.replace('return makeNet(', 'return { ...makeNet(').replace('.run);', '.run), run: () => nothing };')],
    ['a run that answers nothing', (text: string): string => text.replace('return makeNet(', 'return { ...makeNet(').replace('.run);', '.run), run: () => undefined };')],
    ['a batch beyond all measure', (text: string): string => text.replace('batch: 1, layout', 'batch: 1000000000, layout')],
    ['a record of nothing', (): string => 'export const load = async () => ({ meta: {}, run: () => new Float32Array(3) });'],
  ])('%s', async (_, change) => {
    const { code, err } = await verify(tampered('js', 'small.js', (bytes) => change(Buffer.from(bytes).toString())));
    expect(code).toBe(1);
    expect(err).toMatch(/^error\[module\/(broken|record)\]/);
  });

  it('a missing file', async () => {
    const place = tampered('wasm', 'small.wasm', (bytes) => bytes);
    mkdirSync(join(copies, 'part'));
    for (const name of ['small.js', 'small.d.ts']) cpSync(join(place, name), join(copies, 'part', name));
    const { code, err } = await verify(join(copies, 'part'));
    expect(code).toBe(1);
    expect(err).toContain('small.wasm');
  });

  it('missing declarations, beside scripts of somebody else', async () => {
    const place = tampered('js', 'small.d.ts', (bytes) => bytes);
    rmSync(join(place, 'small.d.ts'));
    writeFileSync(join(place, 'page.js'), 'export {};');
    const { code, err } = await verify(place);
    expect(code).toBe(1);
    expect(err).toContain(`cannot read ${join(place, 'small.d.ts')}: there is no such file`);
  });
});

describe('what does not belong together', () => {
  const other = smallFiles();

  it('other weights', async () => {
    const bytes = readFileSync(other.weights);
    bytes[bytes.length - 1] = 0x3f;
    writeFileSync(other.weights, bytes);
    const { code, err } = await runCli(['verify', join(folder, 'js'), '--weights', other.weights, '--source', source]);
    expect(code).toBe(1);
    expect(err).toContain('module/other-weights');
  });

  it('another source', async () => {
    writeFileSync(other.source, `// another\n${readFileSync(source, 'utf8')}`);
    const { code, err } = await runCli(['verify', join(folder, 'js'), '--weights', weights, '--source', other.source]);
    expect(code).toBe(1);
    expect(err).toContain('module/other-source');
  });

  it('a folder without a module, and one with two', async () => {
    const none = await verify(temporaryFolder());
    expect(none.code).toBe(1);
    expect(none.err).toContain('module/none');
    const place = tampered('js', 'small.js', (bytes) => bytes);
    for (const end of ['js', 'd.ts']) cpSync(join(place, `small.${end}`), join(place, `other.${end}`));
    const several = await verify(place);
    expect(several.code).toBe(1);
    expect(several.err).toContain('other.js, small.js');
    expect((await verify(join(place, 'small.js'))).code).toBe(0);
  });

  it('weights without a source', async () => {
    const { code, err } = await runCli(['verify', join(folder, 'js'), '--weights', weights]);
    expect(code).toBe(2);
    expect(err).toContain('--source FILE');
  });
});
