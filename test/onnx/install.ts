// Installs the reader of protobuf and the runtime that ours are compared with, before the first test. vitest runs it once
// (`globalSetup`).

import { installLocked } from '../../bench/install.ts';

export function setup(): void {
  installLocked(import.meta.dirname);
}
