// Everything a command sees of the world but files: where it writes, and what surrounds it. Tests give
// their own; main.ts gives the process's.

export interface Shell {
  /** Results: standard output. */
  readonly out: (text: string) => void;
  /** Diagnostics: standard error. */
  readonly err: (text: string) => void;
  /** One line that replaces the one before it; does nothing unless standard error is a terminal. */
  readonly progress: (line: string) => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /**
   * Aborted by Ctrl-C. Whoever asks for it promises to stop soon and to throw Interrupted; as long as nobody
   * has asked, Ctrl-C ends the process at once.
   */
  readonly interruption: () => AbortSignal;
}
