// Random networks emitted for gpu.js, with how far an answer is from the float64 reference.

import { runtimeTexts } from '../../src/driver/build/runtime-texts.ts';
import { emitGpujs } from '../../src/emit/emit-gpujs.ts';
import type { EmittedModule } from '../../src/emit/emit-module.ts';
import { lowerThreads } from '../../src/lower/lower-threads.ts';
import { ops } from '../../src/ops/index.ts';
import { caseOf } from '../random/checks.ts';
import { drawRecipe } from '../random/draw-recipe.ts';
import { expectedOf } from '../random/kernels.ts';

export interface RandomGpujsCase {
  readonly emitted: EmittedModule;
  readonly input: Float64Array;
  /** In units of what rounding explains; above 1 is too much. */
  readonly error: (found: ArrayLike<number>) => number;
}

export async function randomGpujsCase(seed: number): Promise<RandomGpujsCase> {
  const { compacted } = caseOf(drawRecipe(seed, ops), ops);
  const { input, error } = expectedOf(compacted, seed, ops);
  const emitted = await emitGpujs({ module: lowerThreads(compacted, ops), name: 'random', file: `random${seed}`, layout: 'chw', meta: {}, runtime: runtimeTexts() });
  return { emitted, input: input.data, error: (found) => error(0, found) };
}
