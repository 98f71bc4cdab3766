// Installs gpu.js and the browser driver, which the tool itself does without, before the first browser test.
// vitest runs it once (`globalSetup`).

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const folder = import.meta.dirname;
const lock = path.join(folder, 'package-lock.json');
/** The lock file that was installed. */
const stamp = path.join(folder, 'node_modules/.installed-lock.json');

export function setup(): void {
  const wanted = readFileSync(lock, 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  // Without install scripts: gl would build for minutes, and nothing here uses it.
  const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (npm.status !== 0) throw new Error('gpu.js and playwright-core could not be installed');
  writeFileSync(stamp, wanted);
}
