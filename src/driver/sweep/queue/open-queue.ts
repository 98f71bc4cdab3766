// The board that a user names.

import { fileURLToPath } from 'node:url';
import { packageFolder } from '../../files/package-folder.ts';
import type { Board } from './board.ts';
import { loadPackages } from './packages.ts';
import { readPlace } from './queue-place.ts';
import { openBoard } from './redis-board.ts';

export interface QueueRequest {
  readonly url: string;
  readonly name?: string | undefined;
  /** Environment variables; those of the process unless given. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** Told what is waited for, and undefined when that is over. */
  readonly onTrouble: (trouble: string | undefined) => void;
}

/** Fails with `queue/*`. */
export async function openQueue({ url, name, environment, onTrouble }: QueueRequest): Promise<Board> {
  const place = readPlace(url, name, environment);
  // The user's own, or those beside a compiler that is installed for the whole machine.
  const packages = loadPackages([process.cwd(), fileURLToPath(packageFolder())]);
  return openBoard({ place, packages, onTrouble });
}
