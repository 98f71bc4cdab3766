import { describe, expect, test } from 'vitest';
import { DiagnosticError } from '../../src/base/diagnostic.ts';
import type { Diagnostic } from '../../src/base/diagnostic.ts';
import { sizeOf } from '../../src/base/tensor.ts';
import type { Tensor } from '../../src/base/tensor.ts';
import { fitWeights } from '../../src/driver/weights/fit-weights.ts';
import type { Fit } from '../../src/driver/weights/fit-weights.ts';
import { checkSource } from '../../src/driver/model/source.ts';
import { tensorsInMemory } from '../../src/driver/weights/tensor-source.ts';
import { ops } from '../../src/ops/index.ts';

const text = `network Net(image: tensor[1, 4, 4]) {
  conv1 = conv(image, filters = 2, window = 3, bias = false)
  bn1   = relu(batch_norm(conv1))
  return dense(bn1, units = 3)
}
`;
const { network } = checkSource({ name: 'net.ssl', text }, ops).model;

type Named = Record<string, readonly number[]>;

const conv: Named = { 'conv1.weight': [2, 1, 3, 3] };
const dense: Named = { 'output.weight': [3, 8], 'output.bias': [3] };
const ours: Named = { ...conv, 'bn1.gamma': [2], 'bn1.beta': [2], 'bn1.mean': [2], 'bn1.variance': [2], ...dense };
const torch: Named = { ...conv, 'bn1.weight': [2], 'bn1.bias': [2], 'bn1.running_mean': [2], 'bn1.running_var': [2], 'bn1.num_batches_tracked': [], ...dense };

function behind(prefix: string, names: Named): Named {
  return Object.fromEntries(Object.entries(names).map(([name, shape]) => [prefix + name, shape]));
}

function without(names: Named, ...gone: readonly string[]): Named {
  return Object.fromEntries(Object.entries(names).filter(([name]) => !gone.includes(name)));
}

/** Each tensor is filled with the position of its name, from 1, but for the values given. */
function fit(names: Named, values: Record<string, ArrayLike<number>> = {}): Fit {
  const tensors = Object.entries(names).map(([name, shape], i): [string, Tensor] => [name, { shape, data: Float64Array.from(values[name] ?? new Float64Array(sizeOf(shape)).fill(i + 1)) }]);
  return fitWeights(tensorsInMemory('w', new Map(tensors)), network);
}

function faults(work: () => unknown): readonly Diagnostic[] {
  try {
    work();
    return [];
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics;
    throw error;
  }
}

const told = (diagnostics: readonly Diagnostic[]): readonly string[] => diagnostics.map(({ code, message, help }) => `${code}: ${message}${help === undefined ? '' : ` = ${help}`}`);

describe('names', () => {
  test('of ours say nothing', () => {
    expect(fit(ours).notices).toEqual([]);
  });

  test('of PyTorch are the same parameters, and counters are counted', () => {
    const { parameters, notices } = fit(torch);
    expect([...parameters].map(([name, { data }]) => [name, data[0]])).toEqual([
      ['conv1.weight', 1],
      ['bn1.gamma', 2],
      ['bn1.beta', 3],
      ['bn1.mean', 4],
      ['bn1.variance', 5],
      ['output.weight', 7],
      ['output.bias', 8],
    ]);
    expect(told(notices)).toEqual(['fit/unread: w holds 1 tensor that Net does not read: "bn1.num_batches_tracked"']);
    expect(notices[0]?.severity).toBe('warning');
  });

  test.each(['module.', '_orig_mod.', 'model.', 'module._orig_mod.model.net.'])('stand behind %s', (prefix) => {
    const { parameters, notices } = fit(behind(prefix, torch));
    expect(parameters).toEqual(fit(torch).parameters);
    expect(notices[0]?.message).toBe(`the tensors of Net in w stand behind "${prefix}", which is left out of their names`);
  });

  test('behind a prefix of all parameters, beside others', () => {
    const { notices } = fit({ ...behind('model.', ours), 'step': [], 'ema.decay': [1] });
    expect(told(notices)).toEqual(['fit/prefix: the tensors of Net in w stand behind "model.", which is left out of their names', 'fit/unread: w holds 2 tensors that Net does not read: "step", "ema.decay"']);
  });

  test('without a prefix go before those with one', () => {
    const { parameters, notices } = fit({ ...behind('ema.', torch), ...ours });
    expect(parameters.get('conv1.weight')?.data[0]).toBe(9);
    expect(notices[0]?.message).toContain('w holds 8 tensors that Net does not read: "ema.conv1.weight"');
  });

  test('behind two prefixes are nobody knows whose', () => {
    expect(told(faults(() => fit({ ...behind('model.', torch), ...behind('ema.', torch) })))).toEqual([expect.stringContaining('fit/prefixes: w holds Net several times, behind "model.", "ema."')]);
  });

  test('with a prefix that only some have are not guessed at', () => {
    const found = faults(() => fit({ ...conv, ...behind('module.', without(torch, 'conv1.weight')) }));
    expect(found.filter(({ code }) => code === 'fit/missing')).toHaveLength(6);
    expect(told(found)).toContain('fit/missing: w lacks "bn1.mean" of shape [2] = the "module.bn1.running_mean" in it may be it: names begin with the same, or with nothing');
    expect(told(found)).toContain('fit/unknown: w holds "module.output.bias", which Net does not have');
  });

  test('both ours and of PyTorch are too many', () => {
    expect(told(faults(() => fit({ ...ours, 'bn1.weight': [2] })))).toEqual([expect.stringContaining('fit/twice: w holds both "bn1.gamma" and "bn1.weight", which are names of "bn1.gamma"')]);
  });
});

describe('what does not fit', () => {
  test('a misspelt name is missing and unknown', () => {
    const found = faults(() => fit({ ...without(ours, 'output.bias'), 'output.bais': [3] }));
    expect(told(found)).toEqual([
      'fit/missing: w lacks "output.bias" of shape [3] = did you mean the "output.bais" in it? It must be called "output.bias"',
      'fit/unknown: w holds "output.bais", which Net does not have',
    ]);
    expect(found.map(({ severity }) => severity)).toEqual(['error', 'warning']);
  });

  test('a bias that the network does not have is told with what it means', () => {
    const { notices } = fit({ ...ours, 'conv1.bias': [2], 'head.bias': [2] });
    expect(told(notices)).toEqual([
      'fit/left-out: w holds "conv1.bias", but conv1 has no bias to take it = where these weights come from, conv1 computed with it: see that the .ssl file describes the same network',
      'fit/unread: w holds 1 tensor that Net does not read: "head.bias"',
    ]);
  });

  test('axes that stand as Keras keeps them', () => {
    const keras = { ...ours, 'conv1.weight': [3, 3, 1, 2], 'output.weight': [8, 3] };
    expect(told(faults(() => fit(keras)))).toEqual([
      'fit/shape: w holds "conv1.weight" of shape [3, 3, 1, 2], expected [2, 1, 3, 3] = its axes stand as Keras keeps them: convert it in Python by `w = w.transpose(3, 2, 0, 1).copy()`',
      'fit/shape: w holds "output.weight" of shape [8, 3], expected [3, 8] = its axes stand as Keras keeps them, and it reads [2, 2, 2] flattened: convert it in Python by `w = w.reshape(2, 2, 2, 3).transpose(3, 2, 0, 1).reshape(3, -1).copy()`',
    ]);
    const named = { ...without(ours, 'conv1.weight'), 'conv1/kernel:0': [3, 3, 1, 2] };
    expect(told(faults(() => fit(named)))[0]).toContain('"conv1/kernel:0" in it is such a tensor by its name, but must be called "conv1.weight"; its axes stand as Keras keeps them');
  });

  test('nothing at all', () => {
    const found = faults(() => fit({ 'a.weight': [2, 3], 'b': [] }));
    expect(found[0]?.message).toBe('w holds the weights of another network than Net');
    expect(found.filter(({ code }) => code === 'fit/missing')).toHaveLength(7);
  });

  test('no tensors', () => {
    expect(faults(() => fit({}))[0]?.code).toBe('fit/another-network');
  });
});

describe('numbers', () => {
  test.each<[string, string, ArrayLike<number>, string]>([
    ['NaN', 'output.weight', Float64Array.from({ length: 24 }, (_, i) => (i === 11 ? NaN : 0)), 'fit/not-finite: w holds NaN in "output.weight" at [1, 3], expected finite numbers'],
    ['an infinity', 'bn1.beta', [0, -Infinity], 'fit/not-finite: w holds -Infinity in "bn1.beta" at [1], expected finite numbers'],
    ['more than 32 bits hold', 'conv1.weight', new Float64Array(18).fill(-1e39, 17), 'fit/overflow: w holds -1e+39 in "conv1.weight" at [1, 0, 2, 2], more than 32 bits hold'],
    ['what rounds to an infinity', 'bn1.mean', [3.402823567797337e38, 0], 'fit/overflow: w holds 3.402823567797337e+38 in "bn1.mean" at [0], more than 32 bits hold'],
    ['a negative variance', 'bn1.variance', [1, -1e-3], 'fit/range: w holds -0.001 in "bn1.variance" at [1], expected numbers from 0'],
    ['a variance of minus infinity', 'bn1.variance', [1, -Infinity], 'fit/not-finite: w holds -Infinity in "bn1.variance" at [1], expected finite numbers'],
  ])('%s', (_, name, values, message) => {
    const found = faults(() => fit(ours, { [name]: values }));
    expect(found.map((fault) => `${fault.code}: ${fault.message}`)).toEqual([message]);
    expect(found[0]?.help).not.toBeUndefined();
  });

  test('each bad tensor is told', () => {
    expect(faults(() => fit(ours, { 'bn1.gamma': [NaN, 1], 'bn1.beta': [1e300, 1], 'bn1.variance': [-1, -2] })).map(({ code }) => code)).toEqual(['fit/not-finite', 'fit/overflow', 'fit/range']);
  });

  test('the largest of 32 bits, zeros of either sign and subnormal ones are numbers', () => {
    expect(fit(ours, { 'bn1.mean': [3.4028234663852886e38, -1e-45], 'bn1.variance': [-0, 0] }).notices).toEqual([]);
  });
});
