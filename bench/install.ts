// Installs the peers, which the tool itself does without, the first time a suite needs them, and again when
// the pinned versions change.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Installs what the lock file of `folder` pins, unless just that is installed. Throws, with npm's own message on
 * stderr, if it cannot.
 * @param onInstall Called before there is anything to wait for.
 */
export function installLocked(folder: string, onInstall: () => void = () => {}): void {
  const wanted = readFileSync(join(folder, 'package-lock.json'), 'utf8');
  /** The lock file that was installed. */
  const stamp = join(folder, 'node_modules', '.installed-lock.json');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  onInstall();
  // Without install scripts: onnxruntime-node's would download CUDA libraries, gl's build for minutes, and nothing
  // here needs either.
  const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (npm.status !== 0) throw new Error(`npm ci in ${folder} failed`);
  writeFileSync(stamp, wanted);
}

/** The installed versions, by package name. */
export function installedVersions(packageNames: readonly string[]): Readonly<Record<string, string>> {
  const versionOf = (name: string): string =>
    (JSON.parse(readFileSync(join(import.meta.dirname, 'node_modules', name, 'package.json'), 'utf8')) as { version: string }).version;
  return Object.fromEntries(packageNames.map((name) => [name, versionOf(name)]));
}
