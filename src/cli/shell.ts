// Everything a command sees of the world but files: where it writes, and what surrounds it. Tests give
// their own; main.ts gives the process's.

export interface Shell {
  /** Results: standard output. */
  readonly out: (text: string) => void;
  /** Diagnostics: standard error. */
  readonly err: (text: string) => void;
  /** Somebody watches: standard error is a terminal. */
  readonly interactive: boolean;
  /** One line that replaces the one before it; does nothing where nobody watches. */
  readonly progress: (line: string) => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /**
   * Work that Ctrl-C asks to stop, by the signal, and that does so soon. Ctrl-C at any other time, or a second one,
   * ends the process at once.
   */
  readonly interruptible: <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>;
}
