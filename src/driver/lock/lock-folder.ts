// The moves of a lock on disk, each of them one rename. A lock is a folder in a folder:
//
//   run.lock/<token>/holder.json
//
//   claim    run.lock.<token> -> run.lock: a folder replaces none that holds something, so one of several claims
//            wins, and a lock is never there without its holder
//   remove   run.lock/<token> -> run.lock.<token>: a lock goes by its own token. Of several who remove it one wins,
//            and one who comes late finds nothing to remove: the lock that was taken meanwhile has another token

import { randomUUID } from 'node:crypto';
import { lstat, mkdir, open, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fail } from '../../base/diagnostic.ts';
import { codeOf } from '../../base/system-error.ts';
import { runDiagnostics } from '../run/run-diagnostics.ts';

const holderName = 'holder.json';
const tokenPattern = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const isToken = new RegExp(`^${tokenPattern}$`);
const isAside = new RegExp(`\\.${tokenPattern}$`);

export interface PreparedLock {
  readonly token: string;
  /** `run.lock.<token>`, not yet in its place. */
  readonly folder: string;
  readonly text: string;
}

/** @param text Who shall hold it. */
export async function prepareLock(path: string, text: string): Promise<PreparedLock> {
  const token = randomUUID();
  const folder = asideOf(path, token);
  await mkdir(folder);
  await mkdir(join(folder, token));
  const file = await open(join(folder, token, holderName), 'wx');
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
  return { token, folder, text };
}

/** Whether the lock is ours; where it is not, somebody has it, or had it a moment ago. Throws as the file system does. */
export async function claimLock(path: string, { token, folder }: PreparedLock): Promise<boolean> {
  // Windows replaces no folder, not even an empty one.
  await rmdir(path).catch(() => {});
  try {
    await rename(folder, path);
    return true;
  } catch (error) {
    // A file server may have done what it was asked for twice.
    if ((await entriesOf(path)).includes(token)) return true;
    if (['ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EPERM', 'EACCES', 'EBUSY'].includes(codeOf(error) ?? '')) return false;
    throw error;
  }
}

export interface FoundLock {
  readonly token: string;
  /** Who holds it; empty where that cannot be read. */
  readonly text: string;
  /** Its last beat, in milliseconds of the file server's clock. */
  readonly beat: number;
}

/** Undefined where nobody has it. Fails with `run/foreign-lock`. */
export async function lookAtLock(path: string): Promise<FoundLock | undefined> {
  const found = await lstat(path).catch(goneOrThrow);
  if (!found) return undefined;
  // A link is not followed: what lies behind it is not ours to remove.
  if (!found.isDirectory()) failForeign(path);
  const [token] = await entriesOf(path);
  if (token === undefined) return undefined;
  if (!isToken.test(token)) failForeign(path);
  const file = await open(join(path, token, holderName), 'r').catch(goneOrThrow);
  // The machine may have gone down before the file reached the disk.
  if (!file) return lstat(join(path, token)).then(({ mtimeMs }) => ({ token, text: '', beat: mtimeMs }), goneOrThrow);
  try {
    const { mtimeMs } = await file.stat();
    return { token, text: await file.readFile('utf8'), beat: mtimeMs };
  } finally {
    await file.close();
  }
}

export function failForeign(path: string): never {
  fail(runDiagnostics['foreign-lock']({ args: [path], help: `if nothing trains there, remove ${path}` }));
}

/** Whether it was there. */
export async function removeLock(path: string, token: string): Promise<boolean> {
  const aside = asideOf(path, token);
  try {
    await rename(join(path, token), aside);
  } catch (error) {
    goneOrThrow(error);
    return false;
  }
  // Somebody may have claimed it since.
  await rmdir(path).catch(() => {});
  await rm(aside, { recursive: true, force: true });
  return true;
}

/** Wherever it is. */
export async function discardLock(path: string, { token, folder }: PreparedLock): Promise<void> {
  await rm(folder, { recursive: true, force: true }).catch(() => {});
  await removeLock(path, token).catch(() => {});
}

/**
 * Writes who holds the lock over itself, so that the file server puts its own time on it; answers with that time in
 * milliseconds. Undefined: the lock is gone.
 * @param folder The lock before it is claimed, or in its place.
 */
export async function beatLock(folder: string, { token, text }: PreparedLock): Promise<number | undefined> {
  // Never made anew: what is gone belongs to somebody else.
  const file = await open(join(folder, token, holderName), 'r+').catch(goneOrThrow);
  if (!file) return undefined;
  try {
    await file.write(text, 0);
    return (await file.stat()).mtimeMs;
  } finally {
    await file.close();
  }
}

/**
 * Removes what killed processes have left beside the lock: at once where it names a process that `isDead`, else once
 * it is old.
 * @param before In milliseconds of the file server's clock.
 */
export async function sweepLocks(path: string, isDead: (text: string) => Promise<boolean>, before: number): Promise<void> {
  const folder = dirname(path);
  for (const entry of await entriesOf(folder)) {
    if (!entry.startsWith(basename(path)) || !isAside.test(entry)) continue;
    const aside = join(folder, entry);
    const found = await lstat(aside).catch(goneOrThrow);
    if (found && (found.mtimeMs < before || (await isDead(await textAside(aside))))) await rm(aside, { recursive: true, force: true });
  }
}

/** Who prepared or removed it; empty where it does not say so. */
async function textAside(aside: string): Promise<string> {
  // It holds the token's folder before it is claimed, and is that folder while it is removed.
  const token = (await entriesOf(aside)).find((entry) => isToken.test(entry)) ?? '';
  return (await readFile(join(aside, token, holderName), 'utf8').catch(goneOrThrow)) ?? '';
}

function asideOf(path: string, token: string): string {
  return `${path}.${token}`;
}

async function entriesOf(path: string): Promise<readonly string[]> {
  return (await readdir(path).catch(goneOrThrow)) ?? [];
}

function goneOrThrow(error: unknown): undefined {
  if (!['ENOENT', 'ENOTDIR', 'ESTALE'].includes(codeOf(error) ?? '')) throw error;
}
