// `vitest run`: everything but the browser, the package, Redis, PyTorch, TensorFlow.js and real ONNX files, each of which has a mode: `vitest run --mode browser`.

import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import type { TestUserConfig } from 'vitest/config';

const browser = ['test/browser/**/*.test.ts'];
/** Needs npm's registry. */
const packed = ['test/package/**/*.test.ts'];
/** Needs redis-server, and two packages of npm's registry. */
const redis = ['test/redis/**/*.test.ts'];

/** Needs Debian's python3-torch. */
const torch = ['test/torch/**/*.test.ts'];

/** Needs a package of npm's registry. */
const tfjs = ['test/tfjs/**/*.test.ts'];

/** Reads data that is not here, with packages of npm's registry to compare with. */
const onnx = ['test/onnx/data/**/*.test.ts'];

/** A busy machine is no failure: what takes a second alone may take many beside other work. */
const patience = { testTimeout: 30_000, hookTimeout: 30_000 };

function testsOf(mode: string): TestUserConfig {
  if (mode === 'browser') return { include: browser, globalSetup: ['test/gpujs/install.ts'] };
  if (mode === 'package') return { include: packed };
  if (mode === 'redis') return { include: redis, globalSetup: ['test/redis/install.ts'] };
  if (mode === 'torch') return { include: torch };
  if (mode === 'tfjs') return { include: tfjs, globalSetup: ['test/tfjs/install.ts'] };
  if (mode === 'onnx') return { include: onnx, globalSetup: ['test/onnx/install.ts'] };
  return { include: ['test/**/*.test.ts'], exclude: [...browser, ...packed, ...redis, ...torch, ...tfjs, ...onnx, '**/node_modules/**'] };
}

export default defineConfig(({ mode }) => ({
  test: {
    ...patience,
    // Vitest would leave a core to itself, and of two that is half.
    maxWorkers: availableParallelism(),
    ...testsOf(mode),
  },
}));
