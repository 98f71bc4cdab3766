// Installs TensorFlow.js, which the tool itself does without, before the first test that compares with it. vitest runs it once
// (`globalSetup`).

import { installLocked } from '../../bench/install.ts';

export function setup(): void {
  installLocked(import.meta.dirname);
}
