// The queue that a command line names; what it waits for is told on standard error.

import type { Board } from '../driver/sweep/queue/board.ts';
import type { Shell } from './shell.ts';

/** Fails with `queue/*`. */
export async function openBoard(url: string, name: string | undefined, shell: Shell): Promise<Board> {
  const { openQueue } = await import('../driver/sweep/queue/open-queue.ts');
  return openQueue({ url, name, environment: shell.environment, onTrouble: (trouble) => shell.err(trouble === undefined ? 'it is back\n' : `${trouble}: waiting for it\n`) });
}
