// A training step computes the same bits whatever its shared memory holds before: nothing is read that was not written,
// and no zeros are wanted where other values lie.

import { expect, test } from 'vitest';
import { present } from '../../../src/base/invariant.ts';
import { livesOf } from '../../../src/lower/memory/lives.ts';
import { planModuleMemory } from '../../../src/lower/memory/module-memory.ts';
import { applyPlan, planTraining, type KernelPlan } from '../../../src/lower/lower.ts';
import { ops } from '../../../src/ops/index.ts';
import { evaluationGraph } from '../../../src/train/evaluation-graph.ts';
import { start, targets } from '../harness.ts';
import type { Engine } from '../harness.ts';
import { networks, trainingCase } from '../training-cases.ts';

const wasm = present(targets[0], 'engine');
const batch = { samples: 6, shards: 3 };

/** Writes no numbers into every value that asks nothing of its memory. */
function spoil({ programs }: KernelPlan, memory: Float32Array): number {
  const { placeOf } = planModuleMemory(programs);
  let spoilt = 0;
  for (const planned of programs) {
    for (const { program, home, size, first: born, padding, inParts } of livesOf(planned)) {
      if (born === -Infinity || padding !== undefined) continue;
      const { first, partStride = 0 } = placeOf(program, home);
      for (let part = 0; part < (inParts ? batch.shards : 1); part++) memory.fill(NaN, first + part * partStride, first + part * partStride + size);
      spoilt += size;
    }
  }
  return spoilt;
}

test.each(Object.keys(networks))('%s', { timeout: 60_000 }, (name) => {
  const network = present(networks[name], name);
  const { graph, feeds } = trainingCase(network, 'proximal', batch, 5);
  const plan = planTraining({ step: graph, evaluate: evaluationGraph(network, batch, ops) }, ops, wasm.machine);
  const module = applyPlan(plan);
  const answers = (engine: Engine): readonly unknown[] => {
    const running = start(module, engine);
    running.write(feeds);
    for (const program of ['step', 'evaluate', 'step']) running.run(program);
    return [...module.bindings.inputs, ...module.bindings.outputs].map((binding) => running.read(binding.name).data);
  };
  let spoilt = 0;
  const onSpoilt = answers({
    ...wasm,
    start: (each) => {
      const kernels = wasm.start(each);
      spoilt = spoil(plan, kernels.memory);
      return kernels;
    },
  });
  expect(spoilt).toBeGreaterThan(0);
  expect(onSpoilt).toEqual(answers(wasm));
});
