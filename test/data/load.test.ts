import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadDataset } from '../../src/driver/data/load-dataset.ts';
import { cacheDirectory, dataRoots, fetchCommand } from '../../src/driver/data/search-path.ts';
import type { DataSearch } from '../../src/driver/data/search-path.ts';
import { diagnosedAsync } from './diagnosed.ts';
import { bytesOf, idxBytes, npyBytes, pngBytes } from './files.ts';
import { contentsOf } from './samples.ts';

let root = '';
let search: DataSearch = {};
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ssl-data-'));
  search = { workingDirectory: root, environment: { HOME: join(root, 'home') }, platform: 'linux' };
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), bytes);
}

test('the search path goes from the most to the least particular', () => {
  const environment = { HOME: '/home/me', SSL_DATA: '/big/data' };
  const common = { environment, workingDirectory: '/project', platform: 'linux' } as const;
  expect(dataRoots({ ...common, directory: 'mine' })).toEqual([
    '/project/mine',
    '/big/data',
    '/project/data',
    '/home/me/.cache/ssl-compile',
  ]);
  expect(cacheDirectory({ ...common, environment: { XDG_CACHE_HOME: '/xdg' } })).toBe('/xdg/ssl-compile');
  expect(cacheDirectory({ ...common, environment: { HOME: '/h', XDG_CACHE_HOME: 'relative' } })).toBe('/h/.cache/ssl-compile');
  expect(cacheDirectory({ platform: 'darwin', environment: { HOME: '/Users/me' } })).toBe('/Users/me/Library/Caches/ssl-compile');
  expect(cacheDirectory({ platform: 'win32', environment: { LOCALAPPDATA: '/local' } })).toBe(join('/local', 'ssl-compile'));
});

function putIdx(folder: string, pack: (bytes: Uint8Array) => Uint8Array, end = ''): void {
  put(`${folder}/train-images-idx3-ubyte${end}`, pack(idxBytes([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8])));
  put(`${folder}/train-labels-idx1-ubyte${end}`, pack(idxBytes([2], [0, 1])));
  put(`${folder}/t10k-images-idx3-ubyte${end}`, pack(idxBytes([1, 2, 2], [9, 9, 9, 9])));
  put(`${folder}/t10k-labels-idx1-ubyte${end}`, pack(idxBytes([1], [3])));
}

test.each([
  ['plain', (bytes: Uint8Array) => bytes, ''],
  ['packed', gzipSync, '.gz'],
  ['packed in two members', (bytes: Uint8Array) => Buffer.concat([gzipSync(bytes.subarray(0, 9)), gzipSync(bytes.subarray(9))]), '.gz'],
])('a folder of %s IDX files', async (_, pack, end) => {
  putIdx('mine', pack, end);
  const dataset = await loadDataset('mine', search);
  expect(dataset).toMatchObject({ name: 'mine', shape: [1, 2, 2], classes: 4 });
  expect(dataset.training.count).toBe(2);
  expect([...contentsOf(dataset.training.samples)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect([...dataset.test.labels]).toEqual([3]);
});

test('paths are also looked for in the search path', async () => {
  putIdx('elsewhere/mine', (bytes) => bytes);
  expect((await loadDataset('mine', { ...search, directory: 'elsewhere' })).training.count).toBe(2);
});

test('a folder of --data that is not there is not passed over for the next of the search path', async () => {
  putIdx('mine', (bytes) => bytes);
  put('file', Uint8Array.of(1));
  for (const directory of ['elsewhre', 'file', 'file/deeper']) {
    const { code, message } = await diagnosedAsync(loadDataset('mine', { ...search, directory }));
    expect(code).toBe('data/unreadable');
    expect(message).toContain(`${join(root, directory)}: there is no such folder`);
  }
});

test('quotes mean a folder, and a name without them the known data set', async () => {
  putIdx('digits', (bytes) => bytes);
  expect((await loadDataset({ kind: 'folder', path: 'digits' }, search)).training.count).toBe(2);
  expect((await loadDataset('./digits', search)).training.count).toBe(2);
  expect(await loadDataset({ kind: 'named', name: 'digits' }, search)).toMatchObject({ classes: 10, origin: 'drawn by ssl-compile' });
  expect(await diagnosedAsync(loadDataset('digits', search))).toMatchObject({
    code: 'data/name-or-folder',
    message: `'digits' may be the known data set or the folder ${join(root, 'digits')}`,
    help: "write './digits' for the folder, { kind: 'named', name: 'digits' } for the known data set",
  });
  // Never one for want of the other.
  expect(await diagnosedAsync(loadDataset({ kind: 'folder', path: 'mnist' }, search))).toMatchObject({
    code: 'data/not-found',
    help: 'did you mean the known data set? In a source it is written without quotes: `train on mnist`',
  });
  putIdx('pets', (bytes) => bytes);
  expect(await diagnosedAsync(loadDataset({ kind: 'named', name: 'pets' }, search))).toMatchObject({
    message: 'there is no known data set `pets`',
    help: 'a folder is written in quotes: `train on "pets"`',
  });
  expect((await diagnosedAsync(loadDataset({ kind: 'named', name: 'digit' }, search))).help).toBe('did you mean "digits"?');
});

test.each([undefined, null, 7, '', {}, { kind: 'named' }, { kind: 'folder', path: '' }, { folder: 'digits' }])('%o names no data set', async (wanted) => {
  expect((await diagnosedAsync(loadDataset(wanted as string, search))).code).toBe('data/reference');
});

test('of two folders the first of the search path is read, with a warning', async () => {
  putIdx('mine', (bytes) => bytes);
  putIdx('data/mine', (bytes) => bytes);
  const both = await loadDataset('mine', search);
  expect(both.origin).toBe(`${join(root, 'mine')} (IDX files)`);
  expect(both.warnings?.map(({ message }) => message)).toEqual([`"mine" is also at ${join(root, 'data/mine')}; ${join(root, 'mine')} is read`]);
  // Two ways to one folder are no choice.
  rmSync(join(root, 'data'), { recursive: true });
  symlinkSync(root, join(root, 'data'));
  expect((await loadDataset('mine', search)).warnings).toEqual([]);
});

test('what a header promises is held against the other files, and against the file itself, before anything is unpacked', async () => {
  putIdx('mine', gzipSync, '.gz');
  const path = join(root, 'mine', 'train-images-idx3-ubyte.gz');
  const fault = async (bytes: Uint8Array): Promise<string> => {
    writeFileSync(path, gzipSync(bytes));
    return (await diagnosedAsync(loadDataset('mine', search))).message;
  };
  const right = idxBytes([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
  // Zeros without end pack to next to nothing.
  expect(await fault(new Uint8Array(2 ** 24))).toContain('is not an IDX file: it begins with 00 00 00 00');
  expect(await fault(Buffer.concat([right, new Uint8Array(2 ** 24)]))).toBe(`${path} is too long: found more than the expected 24 bytes unpacked`);
  expect(await fault(idxBytes([2, 2 ** 16, 2 ** 16], []))).toContain('has samples of shape [1, 2, 2], expected [1, 65536, 65536]');
  expect(await fault(idxBytes([2 ** 31, 2, 2], []))).toContain('holds 2147483648 samples, but');
  writeFileSync(join(root, 'mine', 't10k-images-idx3-ubyte.gz'), gzipSync(idxBytes([1, 2 ** 16, 2 ** 16], [])));
  expect(await fault(idxBytes([2, 2 ** 16, 2 ** 16], []))).toContain('is too large: found 8589934608 bytes, the limit is 2147483648 bytes');
});

test('the shape of samples is judged before the first is read', async () => {
  const judge = (shape: readonly number[]): void => {
    throw new Error(`judged ${shape.join()}`);
  };
  putIdx('mine', (bytes) => bytes);
  put('mine/train-images-idx3-ubyte', idxBytes([2, 2, 2], []));
  await expect(loadDataset('mine', search, { judge })).rejects.toThrow('judged 1,2,2');
  for (const part of ['train', 'test']) put(`images/${part}/a/1.png`, grayPixel(1).subarray(0, 40));
  await expect(loadDataset('images', search, { judge })).rejects.toThrow('judged 1,1,1');
});

test.skipIf(process.platform === 'win32')('nobody waits for the writer of a pipe', async () => {
  putIdx('mine', (bytes) => bytes);
  for (const name of ['train-images-idx3-ubyte', 'train-labels-idx1-ubyte']) {
    const path = join(root, 'mine', name);
    rmSync(path);
    execFileSync('mkfifo', [path]);
    expect((await diagnosedAsync(loadDataset('mine', search))).message).toContain('it is a pipe, expected a regular file');
  }
});

test('a folder that holds two data sets, or one of them twice', async () => {
  const message = async (): Promise<string> => (await diagnosedAsync(loadDataset('mine', search))).message;
  putIdx('mine', (bytes) => bytes);
  put('mine/train-images.npy', npyBytes('|u1', [1, 1], Uint8Array.of(1)));
  expect(await message()).toBe(`${join(root, 'mine')} holds IDX files and .npy files, expected one data set`);
  rmSync(join(root, 'mine/train-images.npy'));
  put('mine/train/a/1.png', grayPixel(1));
  expect(await message()).toContain('holds IDX files and the folder train');
  rmSync(join(root, 'mine/train'), { recursive: true });
  // The four files of one set, begun like those of another.
  rmSync(join(root, 'mine/t10k-labels-idx1-ubyte'));
  put('mine/letters-t10k-labels-idx1-ubyte', idxBytes([1], [3]));
  expect(await message()).toContain('holds files of a set without a name and letters, expected one data set');
});

test('of a plain and a packed copy the plain one is read, with a warning', async () => {
  putIdx('mine', (bytes) => bytes);
  putIdx('mine', gzipSync, '.gz');
  const { warnings } = await loadDataset('mine', search);
  expect(warnings?.map(({ severity, message }) => [severity, message])[0]).toEqual([
    'warning',
    `${join(root, 'mine')} holds train-images-idx3-ubyte and train-images-idx3-ubyte.gz; train-images-idx3-ubyte is read`,
  ]);
});

test('damaged packed files', async () => {
  putIdx('mine', gzipSync, '.gz');
  const whole = gzipSync(idxBytes([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]));
  const path = join(root, 'mine', 'train-images-idx3-ubyte.gz');
  for (const bad of [whole.subarray(0, whole.length - 6), whole.subarray(0, 3), whole.map((b, i) => (i === 12 ? b ^ 255 : b))]) {
    writeFileSync(path, bad);
    const { code, message } = await diagnosedAsync(loadDataset('mine', search));
    expect(code).toBe('data/corrupt');
    expect(message).toContain(path);
  }
  // The last four bytes promise 4 GiB.
  writeFileSync(path, Buffer.concat([whole.subarray(0, -4), Buffer.of(255, 255, 255, 255)]));
  expect((await diagnosedAsync(loadDataset('mine', search))).code).toBe('data/corrupt');
  // Likewise, of a file large enough to keep such a promise.
  put('mine/t10k-images-idx3-ubyte.gz', gzipSync(idxBytes([1, 1100, 1000], new Uint8Array(1_100_000))));
  const cut = gzipSync(idxBytes([2, 1100, 1000], new Uint8Array(2_200_000)), { level: 0 }).subarray(0, 2_100_000);
  writeFileSync(path, cut.fill(255, cut.length - 4));
  expect((await diagnosedAsync(loadDataset('mine', search))).code).toBe('data/corrupt');
  writeFileSync(path, '');
  expect((await diagnosedAsync(loadDataset('mine', search))).code).toBe('data/corrupt');
});

test('missing and ambiguous files', async () => {
  putIdx('mine', (bytes) => bytes);
  rmSync(join(root, 'mine', 't10k-labels-idx1-ubyte'));
  const missing = await diagnosedAsync(loadDataset('mine', search));
  expect(missing.message).toBe(`${join(root, 'mine')} lacks test labels`);
  expect(missing.help).toContain('t10k-labels-idx1-ubyte');
  put('mine/letters-train-images-idx3-ubyte', new Uint8Array(0));
  expect((await diagnosedAsync(loadDataset('mine', search))).code).toBe('data/ambiguous');

  const unknown = await diagnosedAsync(loadDataset('mnits', search));
  expect(unknown.message).toContain('no data set mnits; looked in');
  expect(unknown.help).toBe('did you mean the known data set? In a source it is written without quotes: `train on mnist`');
  mkdirSync(join(root, 'hollow'));
  expect((await diagnosedAsync(loadDataset('hollow', search))).code).toBe('data/no-layout');
  put('file', new Uint8Array(1));
  expect((await diagnosedAsync(loadDataset('file', search))).message).toBe(`cannot read ${join(root, 'file')}: it is a file, expected a folder`);
});

test('.npy pairs', async () => {
  const images = (count: number): Uint8Array => npyBytes('<f4', [count, 2], bytesOf(new Float32Array(2 * count).fill(0.5)));
  put('pairs/train-images.npy', images(3));
  put('pairs/train-labels.npy', npyBytes('|u1', [3], Uint8Array.of(0, 1, 2)));
  put('pairs/test-images.npy', images(1));
  put('pairs/test-labels.npy', npyBytes('|u1', [1], Uint8Array.of(1)));
  const dataset = await loadDataset('./pairs', search);
  expect(dataset).toMatchObject({ shape: [2], classes: 3 });
  expect(contentsOf(dataset.training.samples)).toEqual(new Float32Array(6).fill(0.5));
});

const grayPixel = (value: number): Uint8Array => pngBytes({ width: 1, height: 1, colour: 0, rows: Uint8Array.of(value) });

test('a folder Train is not taken for train, nor passed over beside it', async () => {
  put('images/Train/a/1.png', grayPixel(1));
  put('images/test/a/1.png', grayPixel(1));
  const { code, help } = await diagnosedAsync(loadDataset('images', search));
  expect([code, help]).toEqual(['data/no-layout', 'call the folder train, not Train']);
});

test('the command that fetches a data set puts it where it is looked for first', () => {
  const at = { environment: { HOME: '/home/me' }, platform: 'linux' };
  expect(fetchCommand('mnist', cacheDirectory(at), at)).toBe('ssl-compile data mnist');
  expect(fetchCommand('mnist', '/big/data', at)).toBe('ssl-compile data mnist --data /big/data');
  expect(fetchCommand('cifar10', '/my data', at)).toBe('ssl-compile data cifar10 --data "/my data"');
});

test('mnist is found on the search path, and only the published files pass for it', async () => {
  const nowhere = await diagnosedAsync(loadDataset('mnist', search));
  expect(nowhere.code).toBe('data/not-found');
  expect(nowhere.help).toContain('ssl-compile data mnist');

  putIdx('data/mnist', gzipSync, '.gz');
  const wrongSize = await diagnosedAsync(loadDataset('mnist', search));
  expect(wrongSize.message).toContain('found 24 bytes, expected 47040016');
  expect(wrongSize.help).toContain(`run \`ssl-compile data mnist --data ${join(root, 'data')}\` to fetch it again`);

  put('data/mnist/train-images-idx3-ubyte.gz', gzipSync(idxBytes([60_000, 28, 28], new Uint8Array(47_040_000)), { level: 1 }));
  expect((await diagnosedAsync(loadDataset('mnist', search))).code).toBe('data/checksum');

  rmSync(join(root, 'data/mnist/t10k-labels-idx1-ubyte.gz'));
  expect((await diagnosedAsync(loadDataset('mnist', search))).message).toBe(
    `${join(root, 'data/mnist')} lacks t10k-labels-idx1-ubyte[.gz]`,
  );
});
