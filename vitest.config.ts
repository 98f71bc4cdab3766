// `vitest run`: everything but the browser. `vitest run --mode browser`: the browser alone.

import { defineConfig } from 'vitest/config';

const browser = ['test/browser/**/*.test.ts'];

/** A busy machine is no failure: what takes a second alone may take many beside other work. */
const patience = { testTimeout: 30_000, hookTimeout: 30_000 };

export default defineConfig(({ mode }) => ({
  test: {
    ...patience,
    ...(mode === 'browser' ? { include: browser, globalSetup: ['test/gpujs/install.ts'] } : { include: ['test/**/*.test.ts'], exclude: [...browser, '**/node_modules/**'] }),
  },
}));
