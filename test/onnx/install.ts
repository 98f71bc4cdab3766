// Installs the reader of protobuf that ours is compared with, before the first test on real files. vitest runs it once
// (`globalSetup`).

import { installLocked } from '../../bench/install.ts';

export function setup(): void {
  installLocked(import.meta.dirname);
}
