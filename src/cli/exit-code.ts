// What the process answers to its caller.

import { constants } from 'node:os';

export const exitCode = {
  ok: 0,
  /** The user's input is wrong: a file, its contents, the data, the disk. */
  input: 1,
  /** The command line itself is wrong. */
  usage: 2,
  /** A bug of the compiler (EX_SOFTWARE of sysexits.h). */
  bug: 70,
} as const;

/**
 * What asks a process to end: Ctrl-C, a supervisor (`kill`, `timeout`, `docker stop`), a terminal that goes away, and
 * Ctrl-Break on Windows.
 */
export const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const;
export type EndingSignal = (typeof endingSignals)[number];

/** As shells have it: 130 for SIGINT, 143 for SIGTERM, 129 for SIGHUP. */
export function exitCodeOf(signal: EndingSignal): number {
  return 128 + constants.signals[signal];
}

/** A command line that commander accepts and we do not. */
export class UsageError extends Error {
  override name = 'UsageError';
}
