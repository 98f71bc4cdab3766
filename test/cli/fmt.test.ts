import { lstatSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listing, runCli, temporaryFolder } from './support.ts';

const loose = 'network Net(x: tensor[4]) {   // four numbers\n return dense( x,units=2 )\n}\n';
const laidOut = 'network Net(x: tensor[4]) { // four numbers\n  return dense(x, units = 2)\n}\n';

function files(contents: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(contents)) writeFileSync(join(folder, name), text);
  return folder;
}

const textOf = (folder: string, name: string): string => readFileSync(join(folder, name), 'utf8');

describe('fmt', () => {
  it('formats in place and leaves no other file', async () => {
    const folder = files({ 'a.ssl': loose, 'b.ssl': laidOut });
    const { code, out } = await runCli(['fmt', join(folder, 'a.ssl'), join(folder, 'b.ssl'), '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ ok: true, files: [{ file: join(folder, 'a.ssl'), changed: true }, { file: join(folder, 'b.ssl'), changed: false }] });
    expect(textOf(folder, 'a.ssl')).toBe(laidOut);
    expect(listing(folder)).toEqual(['a.ssl', 'b.ssl']);
  });

  it('only looks where asked', async () => {
    const folder = files({ 'a.ssl': loose });
    const { code, err } = await runCli(['fmt', '--check', join(folder, 'a.ssl')]);
    expect({ code, err }).toEqual({ code: 1, err: `${join(folder, 'a.ssl')} is not formatted\n` });
    expect(await runCli(['fmt', '--stdout', join(folder, 'a.ssl')])).toEqual({ code: 0, out: laidOut, err: '' });
    expect(textOf(folder, 'a.ssl')).toBe(loose);
  });

  it('changes nothing where one file has a mistake', async () => {
    const folder = files({ 'a.ssl': loose, 'b.ssl': 'network {' });
    expect((await runCli(['fmt', join(folder, 'a.ssl'), join(folder, 'b.ssl')])).code).toBe(1);
    expect(textOf(folder, 'a.ssl')).toBe(loose);
  });

  it('tells the mistakes of all files', async () => {
    const folder = files({ 'a.ssl': 'network {', 'c.ssl': 'network {' });
    const { code, err } = await runCli(['fmt', ...['a', 'b', 'c'].map((name) => join(folder, `${name}.ssl`))]);
    expect(code).toBe(1);
    for (const name of ['a', 'b', 'c']) expect(err).toContain(join(folder, `${name}.ssl`));
  });

  it('keeps a link a link', async () => {
    const folder = files({ 'a.ssl': loose });
    symlinkSync('a.ssl', join(folder, 'link.ssl'));
    expect((await runCli(['fmt', join(folder, 'link.ssl')])).code).toBe(0);
    expect(lstatSync(join(folder, 'link.ssl')).isSymbolicLink()).toBe(true);
    expect(textOf(folder, 'a.ssl')).toBe(laidOut);
  });
});
