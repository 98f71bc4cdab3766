// Installs gpu.js and the browser driver, which the tool itself does without, before the first browser test.
// vitest runs it once (`globalSetup`).

import { installLocked } from '../../bench/install.ts';

export function setup(): void {
  installLocked(import.meta.dirname);
}
