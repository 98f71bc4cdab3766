import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { replaceFile, writeFilesAtomically } from '../../src/driver/files/write-files.ts';
import { diagnosed } from '../data/diagnosed.ts';

const root = mkdtempSync(join(tmpdir(), 'ssl-compile-write-'));
afterAll(() => rmSync(root, { recursive: true }));
let folders = 0;
const folder = (): string => join(root, String(folders++));
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('writing files', () => {
  it('makes the folder and replaces what is there', () => {
    const place = join(folder(), 'a', 'b');
    writeFilesAtomically(place, [{ name: 'x', bytes: bytes('1') }, { name: 'y', bytes: bytes('2') }]);
    writeFilesAtomically(place, [{ name: 'x', bytes: bytes('3') }]);
    expect(readdirSync(place)).toEqual(['x', 'y']);
    expect(readFileSync(join(place, 'x'), 'utf8')).toBe('3');
  });

  it('writes all or none, and takes its new folders back', () => {
    const place = folder();
    mkdirSync(join(place, 'y'), { recursive: true });
    const files = [{ name: 'x', bytes: bytes('1') }, { name: 'y', bytes: bytes('2') }];
    expect(diagnosed(() => writeFilesAtomically(place, files))).toMatchObject({ code: 'file/not-writable', message: `cannot write ${join(place, 'y')}: it is a folder` });
    expect(readdirSync(place)).toEqual(['y']);

    const below = join(place, 'new', 'deep');
    const nested = { name: 'in/a/folder', bytes: bytes('1') };
    expect(diagnosed(() => writeFilesAtomically(below, [nested, { name: 'in', bytes: bytes('2') }]))).toMatchObject({ code: 'file/not-writable', message: `cannot write ${join(below, 'in')}: it is a folder` });
    expect(readdirSync(place)).toEqual(['y']);

    writeFilesAtomically(below, [nested]);
    expect(readFileSync(join(below, 'in', 'a', 'folder'), 'utf8')).toBe('1');
    expect(readdirSync(join(below, 'in', 'a'))).toEqual(['folder']);
  });

  // Node's recursive mkdir does not come back from there.
  it.runIf(existsSync('/proc/self'))('refuses a place that takes no folders', () => {
    const files = [{ name: 'x', bytes: bytes('1') }];
    expect(diagnosed(() => writeFilesAtomically('/proc/none/deep', files))).toMatchObject({ code: 'file/not-writable', message: 'cannot write /proc/none/deep: no folder can be made in /proc' });
  });

  it('keeps the permissions of a file', () => {
    const place = folder();
    mkdirSync(place);
    const file = join(place, 'x');
    writeFileSync(file, 'before');
    chmodSync(file, 0o640);
    replaceFile(file, bytes('after'));
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readFileSync(file, 'utf8')).toBe('after');
  });
});
