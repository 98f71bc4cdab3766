import { describe, expect, test } from 'vitest';
import { DiagnosticError } from '../../src/base/diagnostic.ts';
import { jsTarget } from '../../src/targets/js/target.ts';
import { buildModule } from '../../src/driver/build/build.ts';
import { checkSource } from '../../src/driver/model/source.ts';
import { ops } from '../../src/ops/index.ts';
import { initialParameters } from '../../src/train/initialize.ts';

/** A batch norm that is folded, one behind relu that cannot be, a dense layer. */
const source = {
  name: 'net.ssl',
  text: `network Net(image: tensor[1, 4, 4]) {
  conv1 = conv(image, filters = 2, window = 3, bias = false)
  bn1   = relu(batch_norm(conv1))
  bn2   = batch_norm(bn1)
  pool  = max_pool(bn2, window = 2)
  fc    = dense(pool, units = 3)
  return fc
}
`,
};
const { model } = checkSource(source, ops);
const weights = initialParameters(model.network, 1);

async function faultsOf(values: Record<string, readonly number[]>, dense = false): Promise<readonly string[]> {
  const parameters = new Map([...weights].map(([name, { shape, data }]) => [name, { shape, data: values[name] ? Float64Array.from(data, (_, i) => values[name]?.[i] ?? 0) : data }]));
  try {
    await buildModule({ model, weights: { file: 'w', hash: '', parameters, notices: [] } }, { target: jsTarget, dense, batch: 1, layout: 'chw', inline: true, threads: false }, ops);
    return [];
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return error.diagnostics.map(({ code, message, help }) => `${code}: ${message}${help === undefined ? ' without a cure' : ''}`);
  }
}

const huge = 3e38;

describe.each([false, true])('a build refuses what 32 bits do not hold (dense: %s)', (dense) => {
  test('after folding', async () => {
    const found = await faultsOf({ 'bn1.gamma': [1, huge], 'bn1.variance': [1, 1e-5] }, dense);
    expect(found).toEqual([expect.stringMatching(/^fit\/folded: the map behind it makes .*e\+4\d of the number in "conv1\.weight" at \[1, 0, 0, 0\], more than 32 bits hold$/)]);
  });

  test('after folding, in the bias', async () => {
    expect(await faultsOf({ 'bn1.mean': [huge, 0], 'bn1.variance': [1e-5, 1] }, dense)).toEqual([expect.stringMatching(/^fit\/folded: .* in "conv1\.bias" at \[0\], more than 32 bits hold$/)]);
  });

  test('where nothing folds', async () => {
    expect(await faultsOf({ 'bn2.gamma': [1, huge], 'bn2.variance': [1, 0] }, dense)).toEqual([expect.stringMatching(/^fit\/scale: bn2 multiplies channel 1 by 9.*e\+40 and adds 0, more than 32 bits hold$/)]);
    expect(await faultsOf({ 'bn2.mean': [1e37, 0], 'bn2.gamma': [1e3, 1] }, dense)).toEqual([expect.stringMatching(/^fit\/scale: bn2 multiplies channel 0 by 9.* and adds -9.*e\+39, more than 32 bits hold$/)]);
  });

  test('in what layers answer', async () => {
    expect(await faultsOf({ 'fc.weight': [huge, huge], 'bn2.gamma': [1e3, 1e3] }, dense)).toEqual([expect.stringMatching(/^fit\/answers: fc answers a random input with .*e\+4\d, more than 32 bits hold$/)]);
  });
});

test('a scale beyond 32 bits is no fault where folding takes it back', async () => {
  expect(await faultsOf({ 'bn1.gamma': [huge, 1], 'bn1.variance': [1e-5, 1], 'conv1.weight': [1e-39, 1e-39, 1e-39] })).toEqual([]);
});
