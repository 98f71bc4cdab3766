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
   * Aborted by Ctrl-C. Whoever asks for it promises to stop soon and to answer 130; as long as nobody has asked,
   * Ctrl-C ends the process at once.
   */
  readonly interruption: () => AbortSignal;
}
