// The shell of this process.

import { reasonOf } from '../driver/system-error.ts';
import { exitCode } from './exit-code.ts';
import type { Shell } from './shell.ts';

const eraseLine = '\r\u001b[2K';

export function processShell(): Shell {
  const { stdout, stderr } = process;
  /** Of the work that is being done, if it can be asked to stop. */
  let current: AbortController | undefined;
  let shown = false;
  process.on('SIGINT', () => {
    // The second Ctrl-C is meant.
    if (!current || current.signal.aborted) process.exit(exitCode.interrupted);
    current.abort();
  });
  const clear = (): void => {
    if (shown) stderr.write(eraseLine);
    shown = false;
  };
  const broken = (error: NodeJS.ErrnoException): void => {
    // A reader that has seen enough (`| head`) is no fault, and nobody is left to hear of it.
    if (error.code === 'EPIPE') return;
    stderr.write(`error[file/not-writable]: cannot write standard output: ${reasonOf(error)}\n`);
    process.exit(exitCode.input);
  };
  stdout.on('error', broken);
  stderr.on('error', () => {});
  return {
    out: (text) => {
      clear();
      if (stdout.writable) stdout.write(text);
    },
    err: (text) => {
      clear();
      if (stderr.writable) stderr.write(text);
    },
    interactive: stderr.isTTY,
    progress: (line) => {
      if (!stderr.isTTY) return;
      clear();
      if (line === '') return;
      // A terminal of unknown width says 0.
      stderr.write(line.slice(0, (stderr.columns || 80) - 1));
      shown = true;
    },
    environment: process.env,
    interruptible: async (work) => {
      current = new AbortController();
      try {
        return await work(current.signal);
      } finally {
        current = undefined;
      }
    },
  };
}
