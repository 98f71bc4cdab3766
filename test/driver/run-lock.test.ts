import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DiagnosticError } from '../../src/base/diagnostic.ts';
import { claimLock, lookAtLock, prepareLock, removeLock } from '../../src/driver/lock/lock-folder.ts';
import type { PreparedLock } from '../../src/driver/lock/lock-folder.ts';
import { thisProcess } from '../../src/driver/lock/lock-holder.ts';
import type { Holder } from '../../src/driver/lock/lock-holder.ts';
import { openRunFolder, writeRunFile } from '../../src/driver/run/run-folder.ts';
import { lockName, lockRun } from '../../src/driver/lock/run-lock.ts';
import { race, racePace, races, startRacer } from './lock-races.ts';
import type { Racer } from './lock-races.ts';

let root = '';
const racers: Racer[] = [];
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'ssl-lock-'));
  racers.push(...(await Promise.all([startRacer(), startRacer()])));
}, 60_000);
afterAll(async () => {
  for (const { child } of racers) child.kill('SIGKILL');
  await rm(root, { recursive: true });
});

async function newFolder(name: string): Promise<string> {
  const folder = path.join(root, name);
  await mkdir(folder);
  return folder;
}

async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics[0]?.code;
    throw error;
  }
}

// Hundreds of each, and between PID namespaces: `node test/driver/race-locks.ts`.
test.each(Object.entries(races))('of two takers of %s', { timeout: 60_000 }, async (_, each) => {
  expect(await race(each, racers, 5)).toEqual({ winners: each.winners === 1 ? [0, 5, 0] : [5, 0, 0], wrong: 0 });
});

test('a dead lock goes once: who comes late removes nothing of the next', async () => {
  const lock = path.join(await newFolder('late'), lockName);
  await claimLock(lock, await prepareLock(lock, 'dead'));
  const [fast, slow] = [await prepareLock(lock, 'fast'), await prepareLock(lock, 'slow')];
  const seen = [await lookAtLock(lock), await lookAtLock(lock)].map((found) => found?.token ?? '');
  expect(await removeLock(lock, seen[0] ?? '')).toBe(true);
  expect(await claimLock(lock, fast)).toBe(true);
  expect(await removeLock(lock, seen[1] ?? '')).toBe(false);
  expect(await claimLock(lock, slow)).toBe(false);
  expect(await lookAtLock(lock)).toMatchObject({ token: fast.token, text: 'fast' });
});

test('what a killed process left beside the lock goes with the next one; what a living one prepares stays', async () => {
  const folder = await newFolder('swept');
  const lock = path.join(folder, lockName);
  const self = await thisProcess();
  const leftBy = (holder: Holder): Promise<PreparedLock> => prepareLock(lock, JSON.stringify(holder));
  // A process of our number that began at another time is dead; on machines that do not tell, so is one of no number.
  const dead = self.started === undefined ? { ...self, pid: 2 ** 30 } : { ...self, started: '1' };
  const removed = await leftBy(dead);
  await rename(path.join(removed.folder, removed.token), `${removed.folder}.away`);
  await rm(removed.folder, { recursive: true });
  await rename(`${removed.folder}.away`, removed.folder);
  await leftBy(dead);
  const living = await leftBy(self);
  await (await lockRun(folder)).release();
  expect(await readdir(folder)).toEqual([path.basename(living.folder)]);
});

describe('a lock that is held', () => {
  test('names its holder', async () => {
    const folder = await newFolder('named');
    const lock = await lockRun(folder);
    const refused = lockRun(folder);
    await expect(refused).rejects.toThrow(`run/in-use: ${folder} is being trained in by process ${process.pid} on `);
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
  });

  test('and lost is noticed, and nothing is written without it', async () => {
    const { folder } = await openRunFolder(await newFolder('lost'), false, new Set());
    await writeRunFile(folder, 'summary.json', 'before');
    await rm(path.join(folder.path, lockName), { recursive: true });
    expect(await codeOf(writeRunFile(folder, 'summary.json', 'after'))).toBe('run/lock-lost');
    expect(await readFile(path.join(folder.path, 'summary.json'), 'utf8')).toBe('before');
    expect(existsSync(path.join(folder.path, lockName))).toBe(false);
    await folder.lock.release();
  });

  test('tells its holder when it is gone', async () => {
    const folder = await newFolder('told');
    const lock = await lockRun(folder, racePace);
    await sleep(4 * racePace.beat);
    expect(lock.lost.aborted).toBe(false);
    await rm(path.join(folder, lockName), { recursive: true });
    // The beat between these two lines may have found it already.
    if (!lock.lost.aborted) await new Promise((resolve) => void lock.lost.addEventListener('abort', resolve));
    await lock.release();
  });
});

describe('what is no lock', () => {
  test('is left alone', async () => {
    const folder = await newFolder('foreign');
    const precious = path.join(folder, lockName, 'precious');
    await mkdir(precious, { recursive: true });
    expect(await codeOf(lockRun(folder))).toBe('run/foreign-lock');
    expect(await readdir(folder)).toEqual([lockName]);
    expect(existsSync(precious)).toBe(true);
  });

  test.skipIf(process.platform === 'win32')('is not followed where it is a link', async () => {
    const [folder, elsewhere] = [await newFolder('linked'), await newFolder('elsewhere')];
    await writeFile(path.join(elsewhere, 'file'), '');
    await symlink(elsewhere, path.join(folder, lockName));
    expect(await codeOf(lockRun(folder))).toBe('run/foreign-lock');
    expect(await readdir(elsewhere)).toEqual(['file']);
  });
});
