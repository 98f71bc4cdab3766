// The queue that a command line names; what is waited for is told on standard error.

import type { QueueRequest } from '../driver/sweep/queue/open-queue.ts';
import type { Shell } from './shell.ts';

export function queueRequest(url: string, name: string | undefined, shell: Shell): QueueRequest {
  return { url, name, environment: shell.environment, onTrouble: (trouble) => shell.err(trouble === undefined ? 'it goes on\n' : `${trouble}: waiting for it\n`) };
}
