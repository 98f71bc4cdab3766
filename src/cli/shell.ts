// Everything a command sees of the world but files: where it writes, and what surrounds it. Tests give
// their own; main.ts gives the process's.

import type { EndingSignal } from './exit-code.ts';

export interface Shell {
  /** Results: standard output. */
  readonly out: (text: string) => void;
  /** Diagnostics: standard error. */
  readonly err: (text: string) => void;
  /** Somebody watches: standard error is a terminal. */
  readonly interactive: boolean;
  /** A line or several that replace those before; does nothing where nobody watches. */
  readonly progress: (text: string) => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /**
   * Work that a signal asks to stop and that does so soon. A signal at any other time, or a second one, ends the
   * process at once.
   */
  readonly interruptible: <T>(work: (stop: AbortSignal) => Promise<T>) => Promise<Worked<T>>;
}

export interface Worked<T> {
  readonly result: T;
  /** What has asked the work to stop. */
  readonly signal?: EndingSignal | undefined;
}
