import { describe, expect, it } from 'vitest';
import { present } from '../../../src/base/invariant.ts';
import { sizeOf, zeros } from '../../../src/base/tensor.ts';
import type { Op, OpSample } from '../../../src/ir/op.ts';
import type { SlidingWeights } from '../../../src/ir/sliding-weights.ts';
import { ops } from '../../../src/ops/index.ts';
import { denseReferencesOf, referencesOf } from '../../../src/sparsity/granularity/references.ts';
import type { MemoryReferences } from '../../../src/sparsity/granularity/references.ts';
import { uniformOf } from '../../ops/support.ts';

/** A window of `window` columns over one row. */
function row(columns: number, window: number, filters: number): SlidingWeights {
  return { groups: 1, groupFilters: filters, groupChannels: 1, input: [1, columns], output: [1, columns - window + 1], window: [1, window], stride: [1, 1], dilation: [1, 1], before: [0, 0] };
}

describe('memory references', () => {
  it('are fewer where products of a pair share outputs', () => {
    // One group of four activations a b c d. Two weights of one filter write ab, bc, cd; of two filters, a b c twice.
    expect(referencesOf(row(4, 2, 1), [1, 1])).toEqual({ weights: 2, activations: 4, outputs: 2 * 3, total: 12 });
    expect(referencesOf(row(4, 2, 2), [1, 0, 1, 0])).toEqual({ weights: 2, activations: 4, outputs: 2 * 6, total: 18 });
  });

  it('are read again for each group of activations, five weights in two groups', () => {
    const image: SlidingWeights = { ...row(8, 1, 5), output: [1, 8] };
    expect(referencesOf(image, [1, 1, 1, 1, 1])).toEqual({ weights: 2 * 5, activations: 8, outputs: 2 * 5 * 8, total: 98 });
  });

  it('of a channel whose weights are zero are none', () => {
    const image: SlidingWeights = { ...row(8, 1, 1), groupChannels: 3 };
    expect(referencesOf(image, [0, 1, 0])).toEqual(referencesOf(row(8, 1, 1), [1]));
    expect(referencesOf(image, [0, 0, 0]).total).toBe(0);
  });

  it('of a dense layer share nothing', () => {
    const slides = present(ops.get('dense')?.slides, 'slides')({ units: 6, bias: true }, [[1, 10]]);
    expect(denseReferencesOf(slides)).toEqual({ weights: 60, activations: 10, outputs: 120, total: 190 });
  });

  const weighted = [...ops.values()].filter(({ syntax }) => syntax?.weightAxes !== undefined);

  it.each(weighted)('of $name are what pairs one by one come to, outputs being where the op itself puts them', (op) => {
    for (let seed = 0; seed < 100; seed++) {
      const { found, expected } = counted(op, op.sample(uniformOf(seed)), seed);
      expect(found, `seed ${seed}`).toEqual(expected);
    }
  });

  it('are counted where windows are wider than images, and outputs of the end of a row and the start of the next meet', () => {
    const op = present(ops.get('conv'), 'conv');
    for (let seed = 0; seed < 100; seed++) {
      const random = uniformOf(seed);
      const upTo = (most: number): number => 1 + Math.floor(random() * most);
      const attrs = { filters: upTo(2), window: [upTo(3), upTo(7)], stride: [upTo(2), upTo(2)], padding: [upTo(3) + 1, upTo(4) + 5], dilation: [1, 1], groups: 1, bias: false };
      const { found, expected } = counted(op, { attrs, inputs: [[1, 1, upTo(4), upTo(9)], [attrs.filters, 1, ...attrs.window]], batch: { samples: 1, shards: 1 } }, seed);
      expect(found, `seed ${seed}`).toEqual(expected);
    }
  });
});

interface Counts {
  readonly some: MemoryReferences;
  readonly all: MemoryReferences;
}

/** Of weights of any density, and of all of them. */
function counted(op: Op, sample: OpSample, seed: number): { readonly found: Counts; readonly expected: Counts } {
  const slides = present(op.slides, 'slides')(sample.attrs, sample.inputs.slice(0, 1));
  const random = uniformOf(seed + 1000);
  const density = random();
  const weight = Float64Array.from({ length: sizeOf(sample.inputs[1] ?? []) }, () => (random() < density ? 1 : 0));
  const ones = weight.map(() => 1);
  return {
    found: { some: referencesOf(slides, weight), all: denseReferencesOf(slides) },
    expected: { some: pairByPair(op, sample, weight, slides), all: pairByPair(op, sample, ones, slides) },
  };
}

type Target = readonly [activation: number, output: number];

/** Which activation reaches which output through one weight: the op computed on activations that are their own numbers. */
function targetsOf(op: Op, { attrs, inputs, batch }: OpSample, element: number): readonly Target[] {
  const operands = inputs.map((shape) => zeros(shape));
  const [image, weight] = [present(operands[0], 'image'), present(operands[1], 'weight')];
  const ofSample = image.data.length / present(image.shape[0], 'samples');
  for (let i = 0; i < ofSample; i++) image.data[i] = i + 1;
  weight.data[element] = 1;
  const [result] = op.reference(attrs, operands, batch);
  return [...present(result, 'result').data.entries()].flatMap(([output, value]): Target[] => (value > 0 ? [[value - 1, output]] : []));
}

function pairByPair(op: Op, sample: OpSample, weight: Float64Array, { groups, groupFilters, groupChannels, input }: SlidingWeights): MemoryReferences {
  const targets = Array.from(weight, (_, element) => targetsOf(op, sample, element));
  const positions = weight.length / (groups * groupFilters * groupChannels);
  const plane = input[0] * input[1];
  const fours = (count: number): readonly number[] => Array.from({ length: Math.ceil(count / 4) }, (_, i) => 4 * i);
  let [weights, activations, outputs] = [0, 0, 0];
  for (let channel = 0; channel < groups * groupChannels; channel++) {
    const own = [...weight.keys()].filter((element) => {
      const [filter, ofGroup] = [Math.floor(element / positions / groupChannels), Math.floor(element / positions) % groupChannels];
      return weight[element] !== 0 && Math.floor(filter / groupFilters) * groupChannels + ofGroup === channel;
    });
    if (own.length > 0) activations += plane;
    for (const first of fours(plane)) {
      for (const from of fours(own.length)) {
        const group = own.slice(from, from + 4);
        const isHeld = (activation: number): boolean => activation >= channel * plane + first && activation < channel * plane + Math.min(first + 4, plane);
        const reached = group.flatMap((element) => (targets[element] ?? []).filter(([activation]) => isHeld(activation)).map(([, output]) => output));
        weights += group.length;
        outputs += 2 * new Set(reached).size;
      }
    }
  }
  return { weights, activations, outputs, total: weights + activations + outputs };
}
