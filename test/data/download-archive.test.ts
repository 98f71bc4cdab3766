import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DiagnosticError } from '../../src/base/diagnostic.ts';
import type { PublishedArchive } from '../../src/data/cifar10.ts';
import { downloadArchive } from '../../src/driver/data/download-archive.ts';
import { downloadDataset } from '../../src/driver/data/download.ts';
import { diagnosedAsync } from './diagnosed.ts';
import { tarBytes } from './files.ts';
import type { TarOptions } from './files.ts';
import { startServer } from './server.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ssl-archive-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

// Too varied to be packed into a few bytes.
const contents = (seed: number): Uint8Array => Uint8Array.from({ length: 70_000 }, (_, i) => (i === 0 ? 7 : Math.imul(i * i + seed, 0x9e3779b1) >>> 24));
const [a, b] = [contents(1), contents(2)];
const members: readonly TarOptions[] = [
  { name: 'set/', contents: new Uint8Array(0), type: '5' },
  { name: 'set/readme.html', contents: new Uint8Array(1000) },
  { name: 'set/b.bin', contents: b },
  { name: '../a.bin', contents: contents(3) },
  { name: 'set/a.bin', contents: new Uint8Array(0), type: '2' },
  { name: 'set/a.bin', contents: a },
];
const packed = gzipSync(tarBytes(members));

const publish = (bytes: Uint8Array): PublishedArchive => ({
  name: 'set.tar.gz',
  md5: createHash('md5').update(bytes).digest('hex'),
  mostBytes: 1_000_000,
  folder: 'set',
  files: ['a.bin', 'b.bin'],
  fileBytes: 70_000,
  check: ({ bytes: [first] }) => {
    if (first !== 7) throw new DiagnosticError([]);
  },
});
const archive = publish(packed);

const inPlace = (): void => {
  expect(readdirSync(directory).toSorted()).toEqual(['a.bin', 'b.bin']);
  expect(readFileSync(join(directory, 'a.bin')).equals(a)).toBe(true);
  expect(readFileSync(join(directory, 'b.bin')).equals(b)).toBe(true);
};

test('its files are put in place, and a second call asks for nothing', async () => {
  const asked: (string | undefined)[] = [];
  const { url } = await startServer((request, response) => {
    asked.push(request.url);
    if (request.url === '/files/set.tar.gz') response.writeHead(302, { location: '/elsewhere' }).end();
    else response.setHeader('content-length', packed.length).end(packed);
  });
  const steps: (readonly [number, number | undefined])[] = [];
  const download = (): Promise<readonly string[]> => downloadArchive(archive, directory, ({ receivedBytes, totalBytes }) => steps.push([receivedBytes, totalBytes]), [url]);
  expect(await download()).toEqual([join(directory, 'a.bin'), join(directory, 'b.bin')]);
  inPlace();
  expect(steps.at(-1)).toEqual([packed.length, packed.length]);
  expect(asked).toEqual(['/files/set.tar.gz', '/elsewhere']);

  await download();
  expect(asked.length).toBe(2);
  // A packed copy will do.
  rmSync(join(directory, 'b.bin'));
  writeFileSync(join(directory, 'b.bin.gz'), gzipSync(b));
  expect(await download()).toEqual([join(directory, 'a.bin'), join(directory, 'b.bin.gz')]);
  expect(asked.length).toBe(2);
  rmSync(join(directory, 'b.bin.gz'));
  // What is there and not right is not left, and what is right not touched.
  writeFileSync(join(directory, 'b.bin'), b.subarray(1));
  await download();
  expect(asked.length).toBe(4);
  inPlace();
});

/** Stops in the middle where it is not asked to go on from there; `hangUp` then breaks the connection. */
const breaking = (asked: (string | undefined)[], ranges: boolean, line = { hangUp: () => {} }): RequestListener => (request, response) => {
  const { range } = request.headers;
  asked.push(range);
  const from = Number(/^bytes=(?<from>\d+)-$/.exec(range ?? '')?.groups?.['from'] ?? 0);
  if (from > packed.length) response.writeHead(416).end();
  else if (from > 0 && ranges) response.writeHead(206, { 'content-length': packed.length - from }).end(packed.subarray(from));
  else if (asked.length > 1) response.end(packed);
  else {
    response.writeHead(200, { 'content-length': packed.length });
    line.hangUp = () => void response.destroy();
    response.write(packed.subarray(0, 50_000));
  }
};

test.each([true, false])('a download that broke off goes on, with a server that knows ranges: %s', async (ranges) => {
  const asked: (string | undefined)[] = [];
  const line = { hangUp: () => {} };
  const { url } = await startServer(breaking(asked, ranges, line));
  const { code, help } = await diagnosedAsync(downloadArchive(archive, directory, ({ receivedBytes }) => receivedBytes === 50_000 && line.hangUp(), [url]));
  expect([code, help]).toEqual(['data/download', 'what has come so far is kept: the same command goes on from there']);
  expect(readdirSync(directory)).toEqual(['set.tar.gz.partial']);
  const steps: number[] = [];
  await downloadArchive(archive, directory, ({ receivedBytes }) => steps.push(receivedBytes), [url]);
  expect(asked).toEqual([undefined, 'bytes=50000-']);
  expect(steps[0]).toBeGreaterThan(ranges ? 50_000 : 0);
  expect(steps.at(-1)).toBe(packed.length);
  inPlace();
});

test.each([40_000, 400_000])('a beginning of %i bytes that is of something else is thrown away', async (length) => {
  const asked: (string | undefined)[] = ['first'];
  const { url } = await startServer(breaking(asked, true));
  writeFileSync(join(directory, 'set.tar.gz.partial'), new Uint8Array(length));
  await downloadArchive(archive, directory, () => {}, [url]);
  expect(asked).toEqual(['first', `bytes=${length}-`, undefined]);
  inPlace();
});

test('an archive that is whole already is not asked for', async () => {
  writeFileSync(join(directory, 'set.tar.gz.partial'), packed);
  expect(await downloadArchive(archive, directory, () => {}, ['http://127.0.0.1:9/'])).toHaveLength(2);
  inPlace();
});

test.each<readonly [string, RequestListener, string]>([
  ['another sum', (_, response) => response.end(packed.subarray(0, -1)), 'found md5'],
  ['a page', (_, response) => response.writeHead(404).end('no'), 'HTTP status 404'],
  ['too much', (_, response) => response.end(new Uint8Array(1_000_001)), 'more than the expected 1000000 bytes'],
])('%s is refused, and the next mirror asked', async (_, listener, reason) => {
  const [bad, good] = [await startServer(listener), await startServer((__, response) => response.end(packed))];
  const folder = join(directory, 'new');
  const { code, message, help } = await diagnosedAsync(downloadArchive(archive, folder, () => {}, [bad.url]));
  expect(code).toBe('data/download');
  expect(message).toContain(`cannot download set.tar.gz: ${bad.url}set.tar.gz: ${reason}`);
  expect(help).toBe(`to do without the download, put the files of set.tar.gz into ${folder} by hand: a.bin, b.bin`);
  expect(readdirSync(directory)).toEqual([]);
  await downloadArchive(archive, directory, () => {}, [bad.url, good.url]);
  inPlace();
});

test('of an archive with faults nothing is put in place', async () => {
  const fault = async (tar: Uint8Array): Promise<string | undefined> => {
    const bytes = gzipSync(tar);
    const { url } = await startServer((_, response) => response.end(bytes));
    const found = await diagnosedAsync(downloadArchive(publish(bytes), directory, () => {}, [url]));
    expect(readdirSync(directory).filter((name) => !name.startsWith('set.tar.gz'))).toEqual([]);
    return found.message;
  };
  const whole = tarBytes(members);
  expect(await fault(tarBytes(members.slice(0, 5)))).toBe('set.tar.gz lacks a.bin');
  expect(await fault(whole.subarray(0, -10_000))).toBe('set.tar.gz is corrupt: found its end within a member, expected a whole archive');
  const flipped = Uint8Array.from(whole);
  flipped[2] = 1;
  expect(await fault(flipped)).toMatch(/^set\.tar\.gz is corrupt: found a header with checksum \d+, expected \d+$/);
  expect(await fault(tarBytes([{ name: 'set/a.bin', contents: new Uint8Array(70_001) }]))).toBe('set/a.bin of set.tar.gz is too large: found 70001 bytes, the limit is 70000 bytes');
});

test('cifar10 is published as an archive', async () => {
  const asked: (string | undefined)[] = [];
  const { url } = await startServer((request, response) => {
    asked.push(request.url);
    response.end('no archive');
  });
  const { message } = await diagnosedAsync(downloadDataset('cifar10', join(directory, 'cifar10'), () => {}, [url]));
  expect(asked).toEqual(['/files/cifar-10-binary.tar.gz']);
  expect(message).toContain('expected c32a1d4ab5d03f1284b67883e8d87530');
  expect((await diagnosedAsync(downloadDataset('cifar', directory))).help).toBe('here it is called `cifar10`');
});
