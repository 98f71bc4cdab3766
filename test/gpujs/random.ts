// Random networks emitted for gpu.js, as a check of test/random: how far an answer is from the float64 reference.

import { present } from '../../src/base/invariant.ts';
import { runtimeFunctions } from '../../src/driver/build/runtime-functions.ts';
import { emitGpujs } from '../../src/targets/gpujs/emit.ts';
import type { EmittedModule } from '../../src/emit/emit-module.ts';
import { lowerThreads } from '../../src/lower/threads/lower-threads.ts';
import { ops } from '../../src/ops/index.ts';
import type { Check, RandomCase } from '../random/checks.ts';
import { drawRecipe } from '../random/draw-recipe.ts';
import type { Trial } from '../random/failure.ts';
import { expectedOf } from '../random/kernels.ts';

/** The compacted network of a seed on a machine that runs modules of gpu.js, in units of what rounding explains. */
export function gpujsTrial(seed: number, run: (emitted: EmittedModule, input: Float64Array) => Promise<readonly ArrayLike<number>[]>): Trial {
  // A browser keeps a module that it has loaded, so none is named as another.
  let tried = 0;
  const check: Check<RandomCase> = {
    name: 'gpujs',
    bound: 1,
    difference: async ({ compacted }, registry) => {
      const { inputs, error } = expectedOf(compacted, seed, registry);
      const emitted = await emitGpujs({ module: lowerThreads(compacted, registry), name: 'random', file: `random${seed}_${tried++}`, layout: 'chw', meta: {}, runtime: await runtimeFunctions() });
      const outputs = await run(emitted, present([...inputs.values()][0], 'input').data);
      return Math.max(...compacted.graph.outputs.map((_, i) => error(i, outputs[i] ?? [])));
    },
  };
  return { recipe: drawRecipe(seed, ops), checks: [check], ops, again: (again) => `node test/browser/random.ts --graphs 1 --seed ${again}` };
}
