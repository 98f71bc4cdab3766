import { describe, expect, it } from 'vitest';
import { InternalError } from '../../src/base/invariant.ts';
import { readBinding, writeBinding } from '../../src/engine/tensor-binding.ts';
import { fedName } from '../../src/ir/leaf.ts';
import type { Program, Value } from '../../src/ir/graph.ts';
import { boundedValues } from '../../src/driver/rounding-bound.ts';
import { verifyPrograms } from '../../src/driver/equivalence.ts';
import { probeOf } from '../../src/driver/probe.ts';
import { randomInput } from '../../src/driver/random-input.ts';
import { startKernels } from '../../src/driver/start-kernels.ts';
import { lowerDeployed } from '../../src/lower/lower.ts';
import { ops } from '../../src/ops/index.ts';
import { compaction, runPasses } from '../../src/passes/pipeline.ts';
import { kernelTargets } from '../../src/targets/index.ts';
import { randomNetwork, withRandomZeros } from '../random/network.ts';

function inputOf({ graph }: Program): { readonly name: string; readonly value: ReturnType<typeof randomInput> } {
  const leaf = graph.nodes.find((node) => node.op === 'input');
  return { name: (leaf && fedName(leaf)) ?? '', value: randomInput(3, leaf?.results[0] ?? []) };
}

function boundsOf(program: Program, value: Value): { value: Float64Array; error: Float64Array } {
  const { name, value: input } = inputOf(program);
  const found = boundedValues(program, ops, new Map([[name, input]]))(value);
  return { value: found.value.data, error: found.error.data };
}

const single = (seed: number): Program | undefined => {
  const program = randomNetwork(seed, ops);
  return program.graph.outputs.length === 1 ? program : undefined;
};

describe('the rounding bound', () => {
  it.each(kernelTargets.map((target) => ({ name: target.name, target })))('holds for every value of random networks: $name', async ({ target }) => {
    for (let seed = 1; seed <= 12; seed++) {
      const network = single(seed);
      if (!network) continue;
      const program = runPasses(withRandomZeros(network, seed, ops), compaction, ops);
      const probe = probeOf(program, ops);
      const module = lowerDeployed(probe.program, ops, target.machine);
      const { heap, run } = await startKernels(target, module);
      const binding = (name: string) => module.bindings.find((each) => each.name === name);
      const input = binding('input');
      if (input) writeBinding(input, heap, inputOf(program).value);
      run();
      for (const { value, binding: name } of probe.values) {
        const place = binding(name);
        const found = place ? readBinding(place, heap).data : new Float32Array(0);
        const bounds = boundsOf(program, value);
        expect(found).toHaveLength(bounds.value.length);
        for (const [i, expected] of bounds.value.entries()) {
          expect(Math.abs((found[i] ?? NaN) - expected), `seed ${seed}, ${name}, element ${i}`).toBeLessThanOrEqual(bounds.error[i] as number);
        }
      }
    }
  });

  it('is a small part of the values', () => {
    for (let seed = 1; seed <= 12; seed++) {
      const program = single(seed);
      const output = program?.graph.outputs[0]?.value;
      if (!program || !output) continue;
      const { value, error } = boundsOf(program, output);
      const largest = value.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
      expect(Math.max(...error)).toBeLessThan(1e-3 * Math.max(largest, 1e-2));
    }
  });
});

describe('the equivalence check', () => {
  const program = (): Program => {
    const found = single(2) ?? single(3);
    if (!found) throw new Error('no network with one output');
    return withRandomZeros(found, 2, ops);
  };

  it('passes what the passes make', () => {
    const masked = program();
    const { samples, maxAbsDifference, maxAbsReference } = verifyPrograms(masked, runPasses(masked, compaction, ops), 1000, ops);
    expect(samples).toBe(4);
    expect(maxAbsDifference).toBeLessThanOrEqual(1e-12 * maxAbsReference);
  });

  it('refuses another function', () => {
    const masked = program();
    const changed = new Map([...masked.parameters].map(([name, { shape, data }]) => [name, { shape, data: data.map((weight) => weight * (1 + 1e-9)) }]));
    expect(() => verifyPrograms(masked, { graph: masked.graph, parameters: changed }, 1000, ops)).toThrow(InternalError);
  });
});
