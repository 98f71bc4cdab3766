// The folder of a worker, for runs that are under way. It goes with the worker; of one that was killed, with the next one.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeOf } from '../../../base/system-error.ts';
import { notWritable } from '../../files/atomic-file.ts';

const beginning = 'ssl-compile-worker-';

/** @throws DiagnosticError `run/not-writable` */
export function makeWorkFolder(within: string = tmpdir()): string {
  try {
    for (const name of readdirSync(within)) {
      const pid = new RegExp(`^${beginning}(\\d+)-`).exec(name)?.[1];
      if (pid !== undefined && isGone(Number(pid))) rmSync(join(within, name), { recursive: true, force: true });
    }
    return mkdtempSync(join(within, `${beginning}${process.pid}-`));
  } catch (error) {
    return notWritable(within, error);
  }
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
}
