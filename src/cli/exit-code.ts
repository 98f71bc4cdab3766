// What the process answers to its caller.

export const exitCode = {
  ok: 0,
  /** The user's input is wrong: a file, its contents, the data, the disk. */
  input: 1,
  /** The command line itself is wrong. */
  usage: 2,
  /** A bug of the compiler (EX_SOFTWARE of sysexits.h). */
  bug: 70,
  /** Ctrl-C: 128 and the number of SIGINT. */
  interrupted: 130,
} as const;

/** A command line that commander accepts and we do not. */
export class UsageError extends Error {
  override name = 'UsageError';
}
