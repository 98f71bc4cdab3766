// A sweep that is killed at random moments, itself or one of its workers, and called again until it is done.

import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const main = join(import.meta.dirname, '../../../src/cli/main.ts');

export interface Killed {
  /** What was killed, and after how many milliseconds. */
  readonly kills: readonly string[];
  /** How often the command was called. */
  readonly calls: number;
  readonly code: number | null;
  readonly err: string;
}

/**
 * @param args Of `sweep`.
 * @param kills What to kill, in this order.
 * @param within Milliseconds: each comes at a random moment of so many after the one before. What has ended before is not killed.
 */
export async function killSweep(args: readonly string[], kills: readonly ('sweep' | 'worker')[], within: number, environment: NodeJS.ProcessEnv = process.env): Promise<Killed> {
  const done: string[] = [];
  const left = [...kills];
  for (let calls = 1; ; calls++) {
    const child = spawn(process.execPath, [main, 'sweep', ...args], { stdio: ['ignore', 'ignore', 'pipe'], env: environment });
    let err = '';
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    let isOver = false;
    const ended = new Promise<number | null>((resolve) => {
      child.on('close', (code) => {
        isOver = true;
        resolve(code);
      });
    });
    for (let what = left[0]; what !== undefined && child.pid !== undefined; what = left[0]) {
      const after = Math.random() * within;
      await Promise.race([sleep(after), ended]);
      const victim = what === 'sweep' ? child.pid : await workerOf(child.pid, () => isOver);
      if (victim === undefined || isOver) break;
      process.kill(victim, 'SIGKILL');
      done.push(`${what} after ${after.toFixed(0)} ms`);
      left.shift();
      if (what === 'sweep') break;
    }
    const code = await ended;
    if (code !== null) return { kills: done, calls, code, err };
  }
}

/** Waits for one. */
async function workerOf(pid: number, isOver: () => boolean): Promise<number | undefined> {
  for (;;) {
    const file = `/proc/${pid}/task/${pid}/children`;
    if (isOver() || !existsSync(file)) return undefined;
    const workers = readFileSync(file, 'utf8').trim().split(/\s+/).map(Number).filter((each) => each > 0);
    const worker = workers[Math.floor(Math.random() * workers.length)];
    if (worker !== undefined) return worker;
    await sleep(20);
  }
}
