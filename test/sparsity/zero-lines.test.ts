import { expect, it } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { ops } from '../../src/ops/index.ts';
import { zeroLines } from '../../src/sparsity/zero-lines.ts';
import { initialParameters } from '../../src/train/initialize.ts';
import { modelOf } from '../engine/fixture.ts';

it('counts zero rows and columns of each part of a weight, where training left them', () => {
  const { network } = modelOf(`network N(image: tensor[4, 6, 6]) {
    a = conv(image, filters = 6, window = 2, groups = 2)
    return dense(relu(a), units = 3)
  }`);
  const parameters = new Map([...initialParameters(network, 1)].map(([name, { shape, data }]) => [name, { shape, data: Float64Array.from(data, (value) => (name.endsWith('weight') ? 1 : value)) }]));
  const weightOf = (name: string): Float64Array => present(parameters.get(name), name).data;
  // a: filter 1; of the second convolution group, filters 3 to 5, the first column.
  weightOf('a.weight').fill(0, 8, 16);
  for (const filter of [3, 4, 5]) weightOf('a.weight')[filter * 8] = 0;
  // The output: input 7 of its 150.
  for (const unit of [0, 1, 2]) weightOf('output.weight')[unit * 150 + 7] = 0;
  expect(zeroLines({ graph: network.graph, parameters }, ops).map(({ weight, rows, columns }) => ({ weight, rows, columns }))).toEqual([
    { weight: 'a.weight', rows: { zero: 1, total: 6 }, columns: { zero: 1, total: 16 } },
    { weight: 'output.weight', rows: { zero: 0, total: 3 }, columns: { zero: 1, total: 150 } },
  ]);
});
