import { describe, expect, it } from 'vitest';
import { answersNothing } from '../../src/driver/evaluation/finding.ts';
import type { RunErrors } from '../../src/driver/evaluation/finding.ts';
import { findingsOf } from '../../src/driver/evaluation/findings.ts';
import type { ParameterData } from '../../src/ir/graph.ts';
import { ops } from '../../src/ops/index.ts';
import { initialParameters } from '../../src/train/initialize.ts';
import { modelOf } from '../cli/support.ts';

const text = `network Net(image: tensor[1, 8, 8]) {
  conv1 = conv(image, filters = 4, window = 3)
  conv2 = relu(conv(conv1, filters = 6, window = 3, padding = 1))
  return softmax(dense(conv2, units = 3))
}
sparsity {
  lasso filters of conv1, conv2 strength 0.5
  lasso channels of conv2 strength 0.1
}
train on digits {
  baseline { epochs = 1, rate = 0.3 }
  sparsify { epochs = 1 }
  finetune { epochs = 1 }
}
`;

type Parameters = ReadonlyMap<string, ParameterData>;

function parametersOf(source: string, zero: (name: string, element: number) => boolean): Parameters {
  return new Map([...initialParameters(modelOf(source).network, 1)].map(([name, { shape, data }]) => [name, { shape, data: Float64Array.from(data, (value, i) => (zero(name, i) ? 0 : value + 0.01)) }]));
}

const nothing = (): boolean => false;
/** Filter 0 of conv1 and its bias. */
const oneFilter = (name: string, i: number): boolean => (name === 'conv1.weight' && i < 9) || (name === 'conv1.bias' && i === 0);
const errors = (baseline: number, finetune: number, chance = 0.9): RunErrors => ({ product: 'finetune', error: { baseline, finetune }, chance });
const find = (zero: (name: string, element: number) => boolean, found?: RunErrors, source = text): ReturnType<typeof findingsOf> => findingsOf(modelOf(source), parametersOf(source, zero), found, ops);

describe('a network that no longer sees its input', () => {
  it('names the layer, its penalty, and which way to turn it', () => {
    const found = find((name) => name.startsWith('conv2'), errors(0.02, 0.9));
    expect(found).toEqual([
      {
        code: 'result/dead-layer',
        message: 'every filter of conv2 is zero: the network no longer sees its input and answers the same to everything',
        help: 'lower the strength of `filters of conv2` (0.5), `channels of conv2` (0.1)',
      },
    ]);
    expect(answersNothing(found)).toBe(true);
  });

  it('is found where the border of a padded layer still makes a difference between positions', () => {
    expect(find((name) => name === 'conv1.weight')).toMatchObject([{ code: 'result/dead-layer', message: expect.stringMatching(/^no weight of conv1 reads what is left before it/), help: 'lower the strength of `filters of conv1` (0.5)' }]);
  });

  it('is found where two layers miss each other', () => {
    // conv1 keeps filters 0 and 1, conv2 channels 2 and 3.
    const crossed = (name: string, i: number): boolean => (name === 'conv1.weight' && i >= 18) || (name === 'conv2.weight' && Math.floor(i / 9) % 4 < 2);
    expect(find(crossed)).toMatchObject([{ message: expect.stringMatching(/^no weight of conv2 reads/), help: 'lower the strength of `filters of conv2` (0.5), `channels of conv2` (0.1)' }]);
  });

  it('is found at a layer without penalties, and behind a scale of zero', () => {
    expect(find((name) => name === 'output.dense.weight' || name === 'output.weight')).toMatchObject([{ code: 'result/dead-layer', help: expect.stringContaining('has no penalty') }]);
    const normed = text.replace('relu(conv(conv1', 'batch_norm(conv(conv1');
    expect(find((name) => name.endsWith('.gamma'), undefined, normed)).toMatchObject([{ code: 'result/dead-layer', help: expect.stringContaining('`filters of conv2` (0.5)') }]);
  });

  it('is not one with a filter left, or with a shortcut past the layer', () => {
    expect(find((name, i) => name === 'conv2.weight' && i >= 36)).toEqual([]);
    const shortcut = text.replace('conv2 = relu(conv(conv1, filters = 6, window = 3, padding = 1))', 'branch = conv(conv1, filters = 4, window = 3, padding = 1)\n  conv2 = add(branch, conv1)').replace('conv1, conv2 strength', 'conv1, branch strength').replace('channels of conv2', 'channels of branch');
    expect(find((name) => name.startsWith('branch'), undefined, shortcut)).toEqual([]);
  });
});

describe('penalties that removed nothing', () => {
  it('are to be raised, and by how much can be seen', () => {
    const [found, ...others] = find(nothing, errors(0.02, 0.02));
    expect(others).toEqual([]);
    expect(found).toMatchObject({ code: 'result/untouched', message: 'the penalties removed nothing: no group is zero' });
    expect(found?.help).toMatch(/^raise the strength of `filters of conv1` \(0\.5\), `filters of conv2` \(0\.5\), `channels of conv2` \(0\.1\); the smallest norm of a group is [\d.]+, among `filters of conv1`$/);
    expect(answersNothing(found ? [found] : [])).toBe(false);
  });

  it('are not blamed where they never acted', () => {
    expect(find(nothing)).toEqual([]);
    expect(find(nothing, errors(0.02, 0.02), text.replace(/ {2}sparsify.*\n/, ''))).toEqual([]);
    expect(find(oneFilter, errors(0.02, 0.02))).toEqual([]);
  });
});

describe('budgets', () => {
  it('are what is to be turned, where there is no strength', () => {
    const budgets = text.replace(/sparsity \{[^}]*\}/, 'sparsity {\n  admm filters of conv1, conv2 keep 50%\n  admm channels of conv2 keep 2\n}');
    expect(budgets).not.toBe(text);
    expect(find((name) => name.startsWith('conv2'), errors(0.02, 0.9), budgets)[0]?.help).toBe('keep more of `filters of conv2`, `channels of conv2`');
    expect(find(nothing, errors(0.02, 0.02), budgets)[0]?.help).toMatch(/^keep fewer of `filters of conv1`, `filters of conv2`, `channels of conv2`; the smallest norm/);
    expect(find(oneFilter, errors(0.02, 0.88), budgets)[0]?.help).toBe('let the penalties keep more, or lower the rate of finetune (0.3)');
  });
});

describe('errors of guessing', () => {
  it('at the end', () => {
    expect(find(oneFilter, errors(0.02, 0.88))).toEqual([
      {
        code: 'result/at-chance',
        message: 'after finetune the network is no better than guessing: its test error is 88.00%, and always answering the most frequent class has 90.00%',
        help: 'lower the strengths of the penalties, or lower the rate of finetune (0.3)',
      },
    ]);
  });

  it('from the beginning', () => {
    expect(find(oneFilter, errors(0.901, 0.9))).toMatchObject([
      { code: 'result/never-learned', message: 'baseline has not learned: its test error is 90.10%, and always answering the most frequent class has 90.00%', help: expect.stringMatching(/^the rate of baseline is 0\.3: lower it if .*raise it if/) },
    ]);
    // Strengths are no matter then.
    expect(find(nothing, errors(0.9, 0.9))).toHaveLength(1);
    // What begins with penalties, from given weights, has not failed to learn.
    expect(find(oneFilter, { product: 'finetune', error: { sparsify: 0.9, finetune: 0.9 }, chance: 0.9 }, text.replace(/ {2}baseline.*\n/, '').replaceAll('epochs = 1 }', 'epochs = 1, rate = 0.3 }'))).toMatchObject([{ code: 'result/at-chance' }]);
  });

  it('are measured by the classes of the test set, and only where there are several', () => {
    expect(find(oneFilter, errors(0.02, 0.1, 0.1))).toMatchObject([{ code: 'result/at-chance' }]);
    expect(find(oneFilter, errors(0.02, 0.05, 0.1))).toEqual([]);
    expect(find(oneFilter, errors(0, 0, 0))).toEqual([]);
    expect(find(oneFilter, errors(0.9, 0.02))).toEqual([]);
  });
});
