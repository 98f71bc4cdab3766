// Installs BullMQ and the Redis client, which the tool itself does without, before the first test with Redis. vitest runs it once
// (`globalSetup`).

import { installLocked } from '../../bench/install.ts';

export function setup(): void {
  installLocked(import.meta.dirname);
}
