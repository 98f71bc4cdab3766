// `vitest run`: everything but the browser. `vitest run --mode browser`: the browser alone.

import { defineConfig } from 'vitest/config';

const browser = ['test/browser/**/*.test.ts'];

export default defineConfig(({ mode }) => ({
  test: mode === 'browser' ? { include: browser, globalSetup: ['test/gpujs/install.ts'] } : { include: ['test/**/*.test.ts'], exclude: [...browser, '**/node_modules/**'] },
}));
