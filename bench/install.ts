// Installs the peers, which the tool itself does without, the first time a suite needs them.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));

function manifestPath(packageName: string): string {
  return fileURLToPath(new URL(`./node_modules/${packageName}/package.json`, import.meta.url));
}

/** Throws with npm's own message on stderr if they cannot be installed. */
export function ensureInstalled(packageNames: readonly string[], progress: (line: string) => void): void {
  if (packageNames.every((name) => existsSync(manifestPath(name)))) return;
  progress('installing the peers (once; about 500 MB)');
  // Without install scripts: onnxruntime-node's would download CUDA libraries, its CPU library is in the package.
  const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (npm.status !== 0) throw new Error('the peers could not be installed');
}

/** The installed versions, by package name. */
export function installedVersions(packageNames: readonly string[]): Readonly<Record<string, string>> {
  const versionOf = (name: string): string =>
    (JSON.parse(readFileSync(manifestPath(name), 'utf8')) as { version: string }).version;
  return Object.fromEntries(packageNames.map((name) => [name, versionOf(name)]));
}
