// The nests of random networks, scheduled one thread an element: what the printed kernels compute is what
// the float64 reference says. gpu.js itself runs such kernels in test/browser.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { present } from '../../../src/base/invariant.ts';
import { check } from '../../../src/check/check.ts';
import type { Program } from '../../../src/ir/graph.ts';
import type { ThreadBinding, ThreadModule } from '../../../src/ir/thread-kernel.ts';
import { lowerThreads } from '../../../src/lower/threads/lower-threads.ts';
import { mostBuffers } from '../../../src/lower/threads/thread-data.ts';
import { ops } from '../../../src/ops/index.ts';
import { runPasses, simplification } from '../../../src/passes/pipeline.ts';
import { startGpuNet } from '../../../src/runtime/gpujs-net.ts';
import { planModule } from '../../../src/targets/gpujs/plan.ts';
import { parse } from '../../../src/syntax/parse.ts';
import { initialParameters } from '../../../src/train/initialize.ts';
import { randomCase } from '../../random/checks.ts';
import { expectedOf } from '../../random/kernels.ts';
import { PlainGpu } from './plain-gpu.ts';

const seeds = Array.from({ length: 60 }, (_, i) => i + 1);

/** Places of all elements, in logical order. */
function placesOf({ offset, axes }: ThreadBinding): Int32Array {
  return Int32Array.from(axes.reduce<readonly number[]>((places, axis) => places.flatMap((place) => Array.from(axis, (at) => place + at)), [offset]));
}

/** The worst error of an output in units of what rounding explains. */
async function errorOf(program: Program, module: ThreadModule, seed: number): Promise<number> {
  const { inputs, error } = expectedOf(program, seed, ops);
  const { kernels, weights } = planModule(module);
  const ports = <Of extends ThreadBinding>(bindings: readonly Of[]) => bindings.map((binding) => ({ ...binding, addresses: placesOf(binding), what: binding.name }));
  const net = await startGpuNet({ GPU: PlainGpu, mode: 'plain' }, { name: 'random', build: '', batch: 2 }, kernels, weights, ports(module.inputs), ports(module.outputs));
  const answer = await net.run(present([...inputs.values()][0], 'input').data);
  const found = answer instanceof Float32Array ? [answer] : Object.values(answer);
  return Math.max(...found.map((output, i) => error(i, output)));
}

describe.each(seeds)('random network %i', (seed) => {
  const { masked, compacted } = randomCase(seed, ops);
  it.each([['dense', runPasses(masked, simplification, ops)], ['compacted', compacted]] as const)('%s', async (_, program) => {
    const module = lowerThreads(program, ops);
    expect(await errorOf(program, module, seed)).toBeLessThanOrEqual(1);
    for (const { operands, data } of module.kernels) expect(operands.length + data.length + 1).toBeLessThanOrEqual(mostBuffers);
    for (const { source } of planModule(module).kernels) expectPlain(source);
  });
});

it.each([
  ['lenet', ['conv_max_pool', 'conv_max_pool', 'dense', 'dense']],
  ['mlp', ['dense', 'dense', 'dense']],
])('%s is a chain of few kernels', (name, kernels) => {
  const text = readFileSync(new URL(`../../../examples/${name}.ssl`, import.meta.url), 'utf8');
  const { network } = present(check(parse({ name, text }).file, ops).model, name);
  const program = runPasses({ graph: network.graph, parameters: initialParameters(network, 1) }, simplification, ops);
  expect(lowerThreads(program, ops).kernels.map((kernel) => kernel.name)).toEqual(kernels);
});

/** Text that gpu.js takes: loops from zero to a literal, no arrows, no arrays, no names but ours. */
function expectPlain(source: string): void {
  expect(source).not.toMatch(/=>|\?\.|\?\?|\bwhile\b|\[\]|\.\.\./);
  for (const [loop] of source.matchAll(/for \(.*/g)) expect(loop).toMatch(/^for \(let (\w+) = 0; \1 < \d+; \1\+\+\) \{$/);
  const words = source.replace(/\d(\.\d+)?e[+-]?\d+/g, '0').match(/[A-Za-z_]\w*/g) ?? [];
  for (const word of words) expect(word).toMatch(/^(function|k\d+_[a-z_]+|v\d|d\d|let|for|if|else|return|this|thread|constants|Math|floor|max|min|exp|log|sqrt|abs|[xyz]|[a-z]+\d?_\d+)$/);
}
