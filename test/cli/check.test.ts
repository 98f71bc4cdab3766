import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listing, runCli, smallFiles, temporaryFolder } from './support.ts';

const folder = temporaryFolder();
let files = 0;

function written(text: string | Uint8Array): string {
  const path = join(folder, `${files++}.ssl`);
  writeFileSync(path, text);
  return path;
}

const network = (body: string, rest = ''): string => `network Net(image: tensor[1, 8, 8]) {\n${body}\n}\n${rest}`;
const sound = network('  conv1 = conv(image, filters = 2, window = 3)\n  return dense(conv1, units = 2)');

describe('check', () => {
  const { source } = smallFiles();

  it('prints the layers', async () => {
    const { code, out, err } = await runCli(['check', source]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/conv1 +conv +\[4, 10, 10\] +40 +3,600/);
    expect(out).toMatch(/total +800 +5,544/);
  });

  it('answers machines', async () => {
    const { code, out } = await runCli(['check', source, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ ok: true, network: { name: 'Small', inputShape: [1, 12, 12], classes: 3, labels: ['a', 'b', 'c'] }, diagnostics: [] });
  });

  it('shows faults to machines too', async () => {
    const file = written(network('  return dens(image, units = 3)'));
    const { code, out, err } = await runCli(['check', file, '--json']);
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(JSON.parse(out)).toMatchObject({ ok: false, diagnostics: [{ code: 'name/unknown-op', severity: 'error', place: { file, line: 2, column: 10 }, help: 'did you mean "dense"?' }] });
  });

  it('writes the graph where asked', async () => {
    const { code, err } = await runCli(['check', source, '--dump-after', 'check']);
    expect(code).toBe(0);
    expect(err).toMatch(/^graph "Small" batch 1 shards 1 \{\n {2}%0 = input/);
    expect((await runCli(['check', source, '--dump-after', 'chek'])).err).toContain('did you mean "check"?');
  });

  it('stops after a stage, and times stages', async () => {
    const stopped = await runCli(['check', source, '--stop-after', 'parse'], { SSL_DEBUG: '1' });
    expect(stopped).toEqual({ code: 0, out: '', err: expect.stringMatching(/^# parse: [\d.]+ ms\n$/) });
  });
});

const oversized = network('  fc1 = dense(image, units = 900000000)\n  return dense(fc1, units = 2)');
const layers = (count: number): string => Array.from({ length: count }, (_, i) => `  l${i} = relu(${i === 0 ? 'image' : `l${i - 1}`})`).join('\n');

describe('bad input exits 1 with a message and no stack trace', () => {
  it.each([
    ['syntax errors in several places', network('  conv1 = conv(image, filters = , window = 3)\n  fc = dense(conv1 units = 2)\n  return fc'), ['syntax/', '2 errors']],
    ['an unknown layer', network('  conv1 = conv(image, filters = 2, window = 3)\n  return dense(covn1, units = 2)'), ['unknown layer `covn1`', 'did you mean "conv1"?']],
    ['an unknown argument', network('  conv1 = conv(image, filter = 2, window = 3)\n  return dense(conv1, units = 2)'), ['no argument `filter`', 'did you mean "filters"?']],
    ['shapes that do not fit', network('  a = conv(image, filters = 2, window = 3)\n  b = add(a, image)\n  return dense(b, units = 2)'), ['[2, 6, 6]', '[1, 8, 8]']],
    ['a window larger than its input', network('  a = conv(image, filters = 2, window = 9)\n  return dense(a, units = 2)'), ['shape/mismatch', '9', '8']],
    ['no filters', network('  a = conv(image, filters = 0, window = 3)\n  return dense(a, units = 2)'), ['argument/value', '`filters` is 0']],
    ['a negative stride', network('  a = conv(image, filters = 2, window = 3, stride = -1)\n  return dense(a, units = 2)'), ['argument/value', '-1']],
    ['half a filter', network('  a = conv(image, filters = 1.5, window = 3)\n  return dense(a, units = 2)'), ['argument/value', '1.5']],
    ['too many weights', oversized, ['size/weights', '268,435,456']],
    ['a cycle', network('  a = relu(b)\n  b = relu(a)\n  return dense(a, units = 2)'), ['name/cycle']],
    ['a name given twice', network('  a = relu(image)\n  a = relu(image)\n  return dense(a, units = 2)'), ['name/duplicate']],
    ['a negative strength', `${sound}sparsity { lasso filters of conv1 strength -1 }\n`, ['sparsity/value']],
    ['a strength that is no number', `${sound}sparsity { lasso filters of conv1 strength 0 / 0 }\n`, ['argument/arithmetic']],
    ['a group that the op does not have', `${sound}sparsity { lasso neurons of conv1 strength 0.1 }\n`, ['sparsity/no-group']],
    ['an empty file', '', ['name/no-network']],
    ['bytes that are no text', Uint8Array.of(0xff, 0xfe, 0x00, 0x41), ['file/not-text']],
    ['a file of another kind', new Uint8Array(2 ** 23), ['file/too-large']],
  ])('%s', async (_, text, messages) => {
    const { code, out, err } = await runCli(['check', written(text)]);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    for (const message of messages) expect(err).toContain(message);
    expect(err).not.toMatch(/^ +at /m);
    expect(err).not.toContain('report');
  });

  it.each([
    ['a file that is not there', join(folder, 'nothing.ssl'), 'there is no such file'],
    ['a folder without a source', folder, 'it is a folder'],
    ['a path through a file', join(written('x'), 'y.ssl'), 'not a folder'],
  ])('%s', async (_, path, message) => {
    const { code, err } = await runCli(['check', path]);
    expect(code).toBe(1);
    expect(err).toContain(message);
  });

  it('names that look like code', async () => {
    const names = ['__proto__', 'constructor', 'toString', 'eval', 'process'];
    const chain = names.map((name, i) => `  ${name} = relu(${i === 0 ? 'image' : names[i - 1]})`).join('\n');
    const { code, out } = await runCli(['check', written(network(`${chain}\n  return dense(process, units = 2)`)), '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ network: { layers: expect.arrayContaining(names.map((name) => expect.objectContaining({ name }))) } });
  });

  it('is quick on a long network', async () => {
    const start = performance.now();
    const { code } = await runCli(['check', written(network(`${layers(1500)}\n  return dense(l1499, units = 2)`))]);
    expect(code).toBe(0);
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it('leaves nothing behind', () => {
    expect(listing(folder).every((name) => /^\d+\.ssl$/.test(name))).toBe(true);
  });
});
