// The shell of this process.

import { reasonOf } from '../base/system-error.ts';
import { endingSignals, exitCode, exitCodeOf } from './exit-code.ts';
import type { EndingSignal } from './exit-code.ts';
import type { Shell } from './shell.ts';

/** Also what lies below. */
const eraseLine = '\r\u001b[J';
const lineUp = '\u001b[1A';

export function processShell(): Shell {
  const { stdout, stderr } = process;
  /** The work that is being done, if it can be asked to stop. */
  let current: { readonly stop: AbortController; signal?: EndingSignal } | undefined;
  /** Lines of progress. */
  let shown = 0;
  for (const signal of endingSignals) {
    process.on(signal, () => {
      // The second one is meant.
      if (!current || current.stop.signal.aborted) process.exit(exitCodeOf(signal));
      current.signal = signal;
      current.stop.abort();
    });
  }
  const clear = (): void => {
    if (shown > 0) stderr.write(lineUp.repeat(shown - 1) + eraseLine);
    shown = 0;
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
    progress: (text) => {
      if (!stderr.isTTY) return;
      clear();
      if (text === '') return;
      // A terminal of unknown size says 0. What has scrolled away cannot be replaced.
      const lines = text.split('\n').slice(0, (stderr.rows || 24) - 1);
      stderr.write(lines.map((line) => line.slice(0, (stderr.columns || 80) - 1)).join('\n'));
      shown = lines.length;
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
