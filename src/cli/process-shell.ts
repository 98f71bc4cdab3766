// The shell of this process.

import { reasonOf } from '../base/system-error.ts';
import { endingSignals, exitCode, exitCodeOf } from './exit-code.ts';
import type { EndingSignal } from './exit-code.ts';
import type { Shell } from './shell.ts';

const eraseLine = '\r\u001b[2K';

export function processShell(): Shell {
  const { stdout, stderr } = process;
  /** The work that is being done, if it can be asked to stop. */
  let current: { readonly stop: AbortController; signal?: EndingSignal } | undefined;
  let shown = false;
  for (const signal of endingSignals) {
    process.on(signal, () => {
      // The second one is meant.
      if (!current || current.stop.signal.aborted) process.exit(exitCodeOf(signal));
      current.signal = signal;
      current.stop.abort();
    });
  }
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
      const began: NonNullable<typeof current> = { stop: new AbortController() };
      current = began;
      try {
        return { result: await work(began.stop.signal), signal: began.signal };
      } finally {
        current = undefined;
      }
    },
  };
}
