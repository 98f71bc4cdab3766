import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PublishedFile } from '../../src/data/mnist.ts';
import { downloadDataset } from '../../src/driver/data/download.ts';
import { downloadFiles } from '../../src/driver/data/download-files.ts';
import { diagnosedAsync } from './diagnosed.ts';
import { startServer } from './server.ts';

const contents = Buffer.from('a data file, long enough to be cut in the middle. '.repeat(50));
const packed = gzipSync(contents);
const file: PublishedFile = {
  name: 'numbers-idx1-ubyte',
  md5: createHash('md5').update(contents).digest('hex'),
  bytes: contents.length,
};

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ssl-download-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const mirror = async (listener: RequestListener): Promise<string> => (await startServer(listener)).url;

const serve = (bytes: Uint8Array): RequestListener => (_, response) => response.end(bytes);

test('puts the file in place and tells how far it is', async () => {
  const asked: (string | undefined)[] = [];
  const url = await mirror((request, response) => {
    asked.push(request.url);
    response.setHeader('content-length', packed.length).end(packed);
  });
  const steps: (readonly [number, number | undefined])[] = [];
  const target = join(directory, 'deep', 'er');
  const paths = await downloadFiles([file], target, (p) => steps.push([p.receivedBytes, p.totalBytes]), [url]);
  expect(paths).toEqual([join(target, `${file.name}.gz`)]);
  expect(readFileSync(join(target, `${file.name}.gz`))).toEqual(packed);
  expect(readdirSync(target)).toEqual([`${file.name}.gz`]);
  expect(steps.at(-1)).toEqual([packed.length, packed.length]);
  expect(asked).toEqual([`/files/${file.name}.gz`]);

  // What is there and right is not fetched again.
  await downloadFiles([file], target, () => {}, [url]);
  expect(asked.length).toBe(1);
  writeFileSync(join(target, `${file.name}.gz`), 'damaged');
  await downloadFiles([file], target, () => {}, [url]);
  expect(asked.length).toBe(2);
  expect(readFileSync(join(target, `${file.name}.gz`))).toEqual(packed);

  // A plain copy is read first: it will do, or has to go.
  writeFileSync(join(target, file.name), contents);
  expect(await downloadFiles([file], target, () => {}, [url])).toEqual([join(target, file.name)]);
  writeFileSync(join(target, file.name), 'damaged');
  expect(await downloadFiles([file], target, () => {}, [url])).toEqual([join(target, `${file.name}.gz`)]);
  expect(readdirSync(target)).toEqual([`${file.name}.gz`]);
  expect(asked.length).toBe(2);
});

const broken: readonly (readonly [string, RequestListener, string])[] = [
  ['a wrong checksum', serve(gzipSync(contents.map((byte) => byte ^ 1))), 'md5'],
  ['a truncated file', serve(packed.subarray(0, packed.length - 12)), 'does not unpack'],
  ['a connection that breaks', (_, response) => {
    response.writeHead(200, { 'content-length': packed.length });
    response.write(packed.subarray(0, 20), () => response.destroy());
  }, 'other side closed'],
  ['a missing file', (_, response) => response.writeHead(404).end('no'), 'HTTP status 404'],
  ['a page instead of the file', serve(Buffer.from('<html>sign in</html>')), 'does not unpack'],
  ['too much', serve(gzipSync(new Uint8Array(1_000_000))), 'found more than the expected'],
  ['too little', serve(gzipSync(contents.subarray(1))), 'bytes unpacked, expected'],
  ['rubbish behind the file', serve(Buffer.concat([packed, Buffer.alloc(1_000_000)])), 'more than the expected'],
];

test.each(broken)('%s is refused, and the next mirror asked', async (_, listener, reason) => {
  const bad = await mirror(listener);
  const { code, message, help } = await diagnosedAsync(downloadFiles([file], directory, () => {}, [bad]));
  expect(code).toBe('data/download');
  expect(message).toContain(`${bad}${file.name}.gz: `);
  expect(message).toContain(reason);
  expect(help).toContain(directory);
  expect(readdirSync(directory)).toEqual([]);

  const good = await mirror(serve(packed));
  await downloadFiles([file], directory, () => {}, [bad, good]);
  expect(readdirSync(directory)).toEqual([`${file.name}.gz`]);
});

test('offline, every mirror is named with its reason', async () => {
  const { url: gone, close } = await startServer(serve(packed));
  await close();
  const { message, help } = await diagnosedAsync(downloadDataset('mnist', join(directory, 'new', 'mnist'), () => {}, [gone]));
  expect(message).toContain(gone);
  expect(message).toContain('ECONNREFUSED');
  expect(help).toContain('by hand');
  expect(readdirSync(directory)).toEqual([]);
});

test('folders that cannot be written', async () => {
  const blocked = join(directory, 'file');
  writeFileSync(blocked, '');
  expect((await diagnosedAsync(downloadFiles([file], blocked, () => {}, ['http://127.0.0.1:9/']))).code).toBe('data/not-writable');
});

test('what has no download', async () => {
  expect((await diagnosedAsync(downloadDataset('digits', directory))).help).toContain('no files');
  expect((await diagnosedAsync(downloadDataset('minst', directory))).help).toBe('did you mean "mnist"?');
});
