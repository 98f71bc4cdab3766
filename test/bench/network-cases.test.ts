import { expect, test } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { compact } from '../../src/driver/build/compact.ts';
import { ops } from '../../src/ops/index.ts';
import { keptFlops, plainFlops, plainNetwork } from '../../bench/plain-network.ts';
import type { PlainConv, PlainNetwork } from '../../bench/plain-network.ts';
import { caseProgram, networkCases, withoutLrn } from '../../bench/suites/network-cases.ts';

const caseOf = (name: string): ReturnType<typeof caseProgram> => caseProgram(present(networkCases.find((each) => each.name === name), name));
const plainOf = (name: string): PlainNetwork => plainNetwork(compact(caseOf(name), ops));
const convsOf = ({ layers }: PlainNetwork): readonly PlainConv[] => layers.filter((layer) => layer.op === 'conv');

/** Shape fibers that some filter reads. */
function columnsOf({ weights, filters }: PlainConv): number {
  const fibers = weights.length / filters;
  return new Set([...weights.keys()].filter((at) => weights[at] !== 0).map((at) => at % fibers)).size;
}

test.each([
  ['convnet/dense', [32, 32, 64], [75, 800, 800]],
  ['convnet/2', [16, 23, 63], [75, 326, 519]],
  ['convnet/3', [22, 32, 63], [75, 458, 722]],
] as const)('%s has the rows and columns of Table 3', (name, rows, columns) => {
  const convs = convsOf(plainOf(name));
  expect(convs.map(({ filters }) => filters)).toEqual(rows);
  expect(convs.map(columnsOf)).toEqual(columns);
});

test('peers multiply by the zeros of fibers, our modules do not', () => {
  const compacted = compact(caseOf('convnet/2'), ops);
  const plain = plainNetwork(compacted);
  const skipped = 2 * (16 * 25 - 326) * 23 * 256 + 2 * (23 * 25 - 519) * 63 * 64;
  expect(plainFlops(plain) - keptFlops(compacted)).toBe(skipped);
});

test('what reaches over the edge is said in places', () => {
  const pools = plainOf('convnet/dense').layers.filter(({ op }) => op === 'max_pool' || op === 'avg_pool');
  expect(pools).toMatchObject(Array.from({ length: 3 }, () => ({ padding: [0, 0, 0, 0], overhang: [1, 1] })));
});

test('a relu belongs to the layer before it, where nobody else reads that', () => {
  const { layers } = plainOf('resnet20/dense');
  expect(layers.filter(({ op }) => op === 'activation')).toEqual([]);
  expect(layers.filter((layer) => layer.op === 'add' && layer.activation === 'relu')).toHaveLength(9);
  expect(plainOf('convnet/dense').layers.map((layer) => ('activation' in layer ? `${layer.op} ${layer.activation}` : layer.op))).toEqual(
    ['affine', 'conv none', 'max_pool', 'activation relu', 'lrn', 'conv relu', 'avg_pool', 'lrn', 'conv relu', 'avg_pool', 'flatten', 'dense none'],
  );
});

test('ResNet-20 with 14 layers has lost three units whole', () => {
  // Two projections stand beside them.
  expect(convsOf(plainOf('resnet20/dense'))).toHaveLength(19 + 2);
  expect(convsOf(plainOf('resnet20/14'))).toHaveLength(13 + 2);
});

test('without its response normalisations ConvNet is else the same', () => {
  const program = caseOf('convnet/2');
  const [whole, without] = [program, withoutLrn(program)].map((each) => plainNetwork(compact(each, ops)));
  expect(without?.layers.map(({ op }) => op)).toEqual(whole?.layers.map(({ op }) => op).filter((op) => op !== 'lrn'));
});
