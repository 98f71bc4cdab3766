import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readRegularFile, withRegularFile } from '../../src/driver/files/regular-file.ts';
import { loadSource } from '../../src/driver/model/source.ts';
import { diagnosed } from '../data/diagnosed.ts';

let folder = '';
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'ssl-file-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('reads a file whole, or any part of it', () => {
  const path = join(folder, 'plain');
  writeFileSync(path, Uint8Array.of(1, 2, 3, 4));
  expect([...readRegularFile(path, 4)]).toEqual([1, 2, 3, 4]);
  withRegularFile(path, ({ size, read }) => {
    expect(size).toBe(4);
    expect([...read(2, 9)]).toEqual([3, 4]);
    expect([...read(9, 2)]).toEqual([]);
  });
  expect(diagnosed(() => readRegularFile(path, 3)).message).toBe(`${path} has 4 bytes, at most 3 are read`);
});

test('what is no regular file is refused before anything is read', () => {
  expect(diagnosed(() => readRegularFile(folder, 9)).message).toBe(`cannot read ${folder}: it is a folder`);
  expect(diagnosed(() => readRegularFile(join(folder, 'none'), 9)).message).toContain('there is no such file');
});

test.skipIf(process.platform === 'win32')('a device is not read, and nobody waits for the writer of a pipe', () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  expect(diagnosed(() => loadSource(pipe)).message).toBe(`cannot read ${pipe}: it is a pipe, expected a regular file`);
  expect(diagnosed(() => loadSource('/dev/zero'))).toMatchObject({ code: 'file/unreadable', message: 'cannot read /dev/zero: it is a device, expected a regular file' });
});
