import { expect, test } from 'vitest';
import { tensor } from '../../src/base/tensor.ts';
import { ops } from '../../src/ops/index.ts';
import { gradientPoints } from '../../src/train/gradient-points.ts';
import { adam, denseAttrs, networkOf, sgd } from './networks.ts';

const network = networkOf([1], 2, (image, layer) => layer('norm', 'batch_norm', [layer('fc', 'dense', [image], denseAttrs(2, false))], { epsilon: 1e-5, momentum: 0.1 }));
const pair = (a: number, b: number, shape: readonly number[] = [2]) => tensor(shape, Float32Array.of(a, b));
const held = new Map([
  ['fc.weight', pair(1, 2, [2, 1])],
  ['fc.weight.momentum', pair(4, -8, [2, 1])],
  ...['gamma', 'beta', 'mean', 'variance'].map((suffix) => [`norm.${suffix}`, pair(3, 5)] as const),
  ...['gamma', 'beta'].map((suffix) => [`norm.${suffix}.momentum`, pair(0, 2)] as const),
]);
const pointsOf = (optimizer: Parameters<typeof gradientPoints>[1]): unknown => Object.fromEntries([...gradientPoints(network, optimizer, held, ops)].map(([name, { data }]) => [name, [...data]]));

const statistics = { 'norm.mean': [3, 5], 'norm.variance': [3, 5] };

test('with the momentum of Nesterov, where it leads; running statistics are not moved', () => {
  expect(pointsOf(sgd({ momentum: 0.5, nesterov: true }))).toEqual({ 'fc.weight': [3, -2], 'norm.gamma': [3, 6], 'norm.beta': [3, 6], ...statistics });
});

test.each([['sgd', sgd({ momentum: 0.5 })], ['adam', adam()]])('of %s, the parameters', (_, optimizer) => {
  expect(pointsOf(optimizer)).toEqual({ 'fc.weight': [1, 2], 'norm.gamma': [3, 5], 'norm.beta': [3, 5], ...statistics });
});
