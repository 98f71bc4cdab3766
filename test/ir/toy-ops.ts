// A few ops for the tests of src/ir, which stands below src/ops.

import type { Shape } from '../../src/base/tensor.ts';
import { sizeOf, tensor } from '../../src/base/tensor.ts';
import { number, numbers, optional, text } from '../../src/ir/attributes.ts';
import type { Attrs } from '../../src/ir/graph.ts';
import type { F64Tensor, Op, OpRegistry } from '../../src/ir/op.ts';
import { ShapeError } from '../../src/ir/op.ts';

type Toy = Pick<Op, 'name' | 'infer' | 'reference'>;

const leafAttributes = { name: optional(text), role: optional(text), shape: numbers, value: optional(number) };

const leaf = (name: string): Toy => ({
  name,
  infer: (attrs: Attrs) => [attrs['shape'] as Shape],
  reference: (attrs: Attrs) => [tensor(attrs['shape'] as Shape, new Float64Array(sizeOf(attrs['shape'] as Shape)).fill(Number(attrs['value'])))],
});

const same = (inputs: readonly Shape[]): Shape => {
  const [first = [], second = first] = inputs;
  if (sizeOf(first) !== sizeOf(second)) throw new ShapeError('operands differ');
  return first;
};

const map = (x: F64Tensor | undefined, f: (value: number, at: number) => number): F64Tensor =>
  tensor(x?.shape ?? [], (x?.data ?? new Float64Array(1)).map(f));

const toys: readonly Toy[] = [
  leaf('input'),
  leaf('parameter'),
  leaf('constant'),
  { name: 'add', infer: (_, inputs) => [same(inputs)], reference: (_, [a, b]) => [map(a, (v, i) => v + (b?.data[i] ?? 0))] },
  {
    name: 'split_sign',
    infer: (_, inputs) => [same(inputs), same(inputs)],
    reference: (_, [x]) => [map(x, (v) => Math.max(v, 0)), map(x, (v) => Math.min(v, 0))],
  },
];

export const toyOps: OpRegistry = new Map(
  toys.map((toy) => [toy.name, { ...toy, doc: '', attributes: toy.name === 'add' || toy.name === 'split_sign' ? {} : leafAttributes, training: { kind: 'constant' }, pruning: { kind: 'opaque' }, lowering: { kind: 'leaf' }, sample: () => ({ attrs: {}, inputs: [], batch: { samples: 1, shards: 1 } }), tolerance: 1 }]),
);
