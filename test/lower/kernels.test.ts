// Modules as the kernel IR defines them: interpreted, with memory and the independence of tasks checked; and
// the same whenever they are made.

import { describe, expect, test } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { lowerDeployed, lowerTraining } from '../../src/lower/lower.ts';
import { ops } from '../../src/ops/index.ts';
import { wasmMachine } from '../../src/targets/wasm/machine.ts';
import { printWasm } from '../../src/targets/wasm/print.ts';
import { evaluationGraph } from '../../src/train/evaluation-graph.ts';
import { randomCase } from '../random/checks.ts';
import { kernelError } from '../random/kernels.ts';
import { interpreters } from './harness.ts';
import { randomTraining } from './random-training.ts';
import { stepError } from './training-error.ts';
import { networks, trainingCase } from './training-cases.ts';

const seeds = Array.from({ length: 6 }, (_, i) => 300 + i);

describe.each(interpreters)('$name', (engine) => {
  test('deployed networks stay in memory and within rounding', { timeout: 60_000 }, () => {
    for (const seed of seeds) {
      const { masked, compacted } = randomCase(seed, ops);
      for (const program of [masked, compacted]) expect(kernelError(program, seed, ops, engine), `seed ${seed}`).toBeLessThanOrEqual(1);
    }
  });

  test.each(Object.entries(networks).filter(([name]) => name !== 'many channels'))('tasks of training: %s', { timeout: 60_000 }, (_name, network) => {
    expect(stepError(network, 'proximal', { samples: 2, shards: 2 }, 2, engine)).toBeLessThanOrEqual(1e-3);
  });
});

test('lowering twice gives the same module', { timeout: 60_000 }, () => {
  for (const seed of seeds) {
    const { compacted } = randomCase(seed, ops);
    const { network, update, batch } = randomTraining(seed);
    const { graph } = trainingCase(network, update, batch, seed);
    const lowerings = [() => lowerDeployed(compacted, ops, wasmMachine), () => lowerTraining({ step: graph }, ops, wasmMachine)];
    for (const lower of lowerings) {
      const [first, second] = [lower(), lower()];
      expect(second.bindings).toEqual(first.bindings);
      expect(Buffer.compare(printWasm(second, { memory: 'own', stages: true }), printWasm(first, { memory: 'own', stages: true })), `seed ${seed}`).toBe(0);
    }
  }
});

test('a step and an evaluation of other batches do not share inputs', () => {
  const network = present(networks['conv, pool, dense'], 'network');
  const { graph } = trainingCase(network, 'plain', { samples: 4, shards: 2 }, 1);
  const evaluate = evaluationGraph(network, { samples: 8, shards: 2 }, ops);
  expect(() => lowerTraining({ step: graph, evaluate }, ops, wasmMachine)).toThrow(/"sample" has two shapes/);
});
