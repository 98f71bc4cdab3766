// Where data sets are looked for: the folder given by `--data`, `$SSL_DATA`, `./data`, the user's cache.

import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

export interface DataSearch {
  /** The folder of `--data`. */
  readonly directory?: string | undefined;
  /** By which a user names the data set itself; absent: a source does, and `--data` says where to look. */
  readonly namedBy?: '--data';
  /** Environment variables; those of the process unless given. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** What relative paths start from; the process's unless given. */
  readonly workingDirectory?: string;
  /** As `process.platform` names it; the process's unless given. */
  readonly platform?: string;
}

/** How a user names a data set: `train on cifar10`, or by an option. @param name As it is written. */
export function namingOf(name: string, { namedBy }: DataSearch): string {
  return `\`${namedBy ?? 'train on'} ${name}\``;
}

/** What a user says a folder to look in by. */
export function placingOf({ namedBy }: DataSearch): string {
  return namedBy === undefined ? '--data or SSL_DATA' : 'SSL_DATA';
}

/** The folders of the search path, first choice first, whether they exist or not. */
export function dataRoots(search: DataSearch = {}): readonly string[] {
  const { directory, environment = process.env, workingDirectory = process.cwd() } = search;
  const given = [directory, environment['SSL_DATA'], 'data'].filter((path) => path !== undefined && path !== '');
  return [...new Set([...given.map((path) => resolve(workingDirectory, path ?? '')), cacheDirectory(search)])];
}

/** The per-user cache, where downloads go unless a folder is named. */
export function cacheDirectory(search: DataSearch = {}): string {
  const { environment = process.env, platform = process.platform } = search;
  const home = environment['HOME'] ?? environment['USERPROFILE'] ?? homedir();
  if (platform === 'win32') return join(environment['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'ssl-compile');
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'ssl-compile');
  const xdg = environment['XDG_CACHE_HOME'];
  // The XDG specification has relative values ignored.
  return join(xdg?.startsWith('/') ? xdg : join(home, '.cache'), 'ssl-compile');
}

/** What fetches a published data set to where it is looked for before all that lies in `root`. */
export function fetchCommand(name: string, root: string, search: DataSearch = {}): string {
  const place = /^[\w./:\\-]+$/.test(root) ? root : JSON.stringify(root);
  return `ssl-compile data ${name}${root === cacheDirectory(search) ? '' : ` --data ${place}`}`;
}
