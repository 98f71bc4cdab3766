// The command line as a process of its own, as a user starts it.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What `npm ci` has built, or else the sources, which start slower. */
function mainFile(): string {
  const built = join(root, 'dist', 'cli', 'main.js');
  return existsSync(built) ? built : join(root, 'src', 'cli', 'main.ts');
}

/** Runs `ssl-compile` with `args` to its end; milliseconds. Throws with what it said on standard error if it failed. */
export async function timeCommand(args: readonly string[]): Promise<number> {
  const start = performance.now();
  await runNode([mainFile(), ...args], {});
  return performance.now() - start;
}

/** Runs `ssl-compile` with `args` to its end; milliseconds, and bytes of its largest resident memory, all threads together. */
export async function measureCommand(args: readonly string[]): Promise<{ readonly ms: number; readonly resident: number }> {
  return inTemporaryFolder(async (folder) => {
    const report = join(folder, 'resident');
    const preload = new URL('./report-resident.mjs', import.meta.url).href;
    const start = performance.now();
    await runNode(['--import', preload, mainFile(), ...args], { SSL_BENCH_RESIDENT: report });
    return { ms: performance.now() - start, resident: Number(readFileSync(report, 'utf8')) };
  });
}

async function runNode(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<void> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...environment } });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`ssl-compile ${args.slice(1).join(' ')} ended with ${code}:\n${said}`);
}

/** A folder for the time of `work`. */
export async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'ssl-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
