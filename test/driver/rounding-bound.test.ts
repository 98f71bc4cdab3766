import { describe, expect, it } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { readBinding, writeBinding } from '../../src/ir/tensor-binding.ts';
import { fedName } from '../../src/ir/leaf.ts';
import type { Program, Value } from '../../src/ir/graph.ts';
import { boundedValues } from '../../src/driver/build/rounding-bound.ts';
import { singlePrecision } from '../../src/ir/error-bound.ts';
import { probeOf } from '../../src/driver/build/probe.ts';
import { randomInput } from '../../src/driver/build/random-input.ts';
import { startKernels } from '../../src/targets/start-kernels.ts';
import { lowerDeployed } from '../../src/lower/lower.ts';
import { ops } from '../../src/ops/index.ts';
import { softmax } from '../../src/ops/activations/softmax.ts';
import { softmaxBound } from '../../src/ops/support/softmax-bound.ts';
import { compaction, runPasses } from '../../src/passes/pipeline.ts';
import { timedTargets } from '../../src/targets/index.ts';
import { denseProgram, maskedProgram } from '../random/build.ts';
import { drawRecipe } from '../random/draw-recipe.ts';
import type { Recipe } from '../random/recipe.ts';
import { fixture, withValues } from '../sparsity/fixture.ts';

function inputOf({ graph }: Program): { readonly name: string; readonly value: ReturnType<typeof randomInput> } {
  const leaf = graph.nodes.find((node) => node.op === 'input');
  return { name: (leaf && fedName(leaf)) ?? '', value: randomInput(3, leaf?.results[0] ?? []) };
}

function boundsOf(program: Program, value: Value): { value: Float64Array; error: Float64Array } {
  const { name, value: input } = inputOf(program);
  const found = boundedValues(program, ops, new Map([[name, input]]), singlePrecision)(value);
  return { value: found.value.data, error: found.error.data };
}

const single = (seed: number): Recipe => {
  const recipe = drawRecipe(seed, ops);
  return { ...recipe, outputs: recipe.outputs.slice(0, 1) };
};

/** Every version of the code of every target. */
const codes = timedTargets.flatMap((target) => target.versions.filter(({ isHere }) => isHere()).map(({ name }) => ({ name: `${target.name}, ${name}`, target, version: name })));

describe('the rounding bound', () => {
  it.each(codes)('holds for every value of random networks: $name', async ({ target, version }) => {
    for (let seed = 1; seed <= 12; seed++) {
      const program = runPasses(maskedProgram(single(seed), ops), compaction, ops);
      const probe = probeOf(program, ops);
      const module = lowerDeployed(probe.program, ops, target.machine);
      const { heap, run } = await startKernels(target, module, version);
      const { inputs: [input], outputs } = module.bindings;
      if (input) writeBinding(input, heap, inputOf(program).value);
      run();
      for (const { value, binding: name } of probe.values) {
        const place = outputs.find((each) => each.name === name);
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
      const program = denseProgram(single(seed), ops);
      const output = present(program.graph.outputs[0], 'output').value;
      const { value, error } = boundsOf(program, output);
      const largest = value.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
      expect(Math.max(...error)).toBeLessThan(1e-3 * Math.max(largest, 1e-2));
    }
  });
});

describe('the rounding bound of a softmax', () => {
  const tensorOf = (data: readonly number[]) => ({ shape: [1, data.length], data: Float64Array.from(data) });
  const bounded = (logits: readonly number[], errors: readonly number[]): { value: readonly number[]; error: readonly number[] } => {
    const { value, error } = softmaxBound({}, [{ value: tensorOf(logits), error: tensorOf(errors) }], softmax.tolerance * singlePrecision.epsilon, singlePrecision);
    return { value: [...value.data], error: [...error.data] };
  };

  it.each([
    { logits: [1e9, -1e9, 3], errors: [1e3, 1e3, 1] },
    { logits: [1e9, 1e9 - 10], errors: [5e2, 5e2] },
    { logits: [1e6, 1e6 - 1, 2e5], errors: [0.5, 0.5, 0.1] },
    { logits: [3e38, -3e38], errors: [1e32, 1e32] },
    { logits: [0], errors: [1e30] },
    { logits: [0, -800, -1e4], errors: [0, 0, 0] },
  ])('is a number, and no more than a share can be off: $logits', ({ logits, errors }) => {
    const { value, error } = bounded(logits, errors);
    for (const [i, y] of value.entries()) {
      expect(error[i]).toBeGreaterThanOrEqual(0);
      expect(error[i]).toBeLessThanOrEqual(Math.max(y, 1 - y));
    }
  });

  it('holds all that logits within their errors can give, and not much more', () => {
    const [logits, errors] = [[2, -1, 0.5], [0.1, 0.02, 0.05]];
    const { value, error } = bounded(logits, errors);
    const reached = value.map(() => 0);
    for (const signs of [0, 1, 2, 3, 4, 5, 6, 7]) {
      const moved = logits.map((x, i) => x + (errors[i] ?? 0) * ((signs >> i) & 1 ? 1 : -1));
      const exponentials = moved.map(Math.exp);
      const sum = exponentials.reduce((a, b) => a + b);
      for (const [i, e] of exponentials.entries()) reached[i] = Math.max(reached[i] ?? 0, Math.abs(e / sum - (value[i] ?? NaN)));
    }
    for (const [i, most] of reached.entries()) {
      expect(error[i]).toBeGreaterThanOrEqual(most);
      expect(error[i]).toBeLessThanOrEqual(most * 1.01);
    }
  });

  it('is small enough to show a wrong logit', () => {
    const net = fixture([6]);
    const program = net.finish(net.layer('softmax', [net.dense('fc', net.input, 4)]));
    const output = program.graph.outputs[0]?.value ?? { node: 0, result: 0 };
    const right = boundsOf(program, output);
    const wrong = boundsOf(withValues(program, 'fc.bias', (i) => (i === 1 ? 1e-4 + (program.parameters.get('fc.bias')?.data[i] ?? 0) : undefined)), output);
    expect(right.value.some((y, i) => Math.abs(y - (wrong.value[i] ?? NaN)) > (right.error[i] ?? NaN))).toBe(true);
  });
});

describe('the rounding bound of a mean', () => {
  // Equal numbers are rounded alike at every step of their sum: nothing cancels.
  it.each([['of random numbers', (value: number) => value], ['of equal numbers', () => 0.1]])('grows with what is summed: %s', async (_, change) => {
    const extent = 60;
    const net = fixture([2, extent, extent]);
    const whole = [extent, extent];
    const program = net.finish(net.layer('avg_pool', [net.input], { window: whole, stride: whole, padding: [0, 0] }));
    const { name, value } = inputOf(program);
    const input = { shape: value.shape, data: value.data.map((each) => Math.fround(change(each))) };
    const output = present(program.graph.outputs[0], 'output').value;
    const bounds = boundedValues(program, ops, new Map([[name, input]]), singlePrecision)(output);
    for (const { name: code, target, version } of codes) {
      const module = lowerDeployed(program, ops, target.machine);
      const { heap, run } = await startKernels(target, module, version);
      const { inputs: [from], outputs: [to] } = module.bindings;
      writeBinding(present(from, 'input'), heap, input);
      run();
      for (const [i, found] of readBinding(present(to, 'output'), heap).data.entries()) {
        expect(Math.abs(found - (bounds.value.data[i] ?? NaN)), `code ${code}`).toBeLessThanOrEqual(bounds.error.data[i] ?? NaN);
      }
    }
  });
});

describe('numbers that f32 cannot hold', () => {
  it('may become zero', async () => {
    const net = fixture([3]);
    const program = net.finish(net.dense('fc', net.input, 2, { bias: false }));
    const tiny = withValues(program, 'fc.weight', (i) => 3e-43 + i * 1e-44);
    const output = tiny.graph.outputs[0]?.value ?? { node: 0, result: 0 };
    for (const { name: code, target, version } of codes) {
      const module = lowerDeployed(tiny, ops, target.machine);
      const { heap, run } = await startKernels(target, module, version);
      const { inputs: [from], outputs: [to] } = module.bindings;
      writeBinding(present(from, 'input'), heap, inputOf(tiny).value);
      run();
      const found = readBinding(present(to, 'output'), heap).data;
      const { value, error } = boundsOf(tiny, output);
      for (const [i, y] of value.entries()) expect(Math.abs(y - (found[i] ?? NaN)), `code ${code}`).toBeLessThanOrEqual(error[i] ?? NaN);
    }
  });
});
