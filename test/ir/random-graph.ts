// Random graphs of any op names, for properties that need no shapes: well referenced, not well typed.

import fc from 'fast-check';
import type { AttrValue, Graph, Node, Value } from '../../src/ir/graph.ts';

const number = fc.double();
const attrValue: fc.Arbitrary<AttrValue> = fc.oneof(
  number,
  fc.integer(),
  fc.boolean(),
  fc.string({ unit: 'binary' }),
  fc.array(number, { maxLength: 4 }),
  fc.array(fc.array(fc.nat(), { maxLength: 4 }), { maxLength: 3 }),
);
const word = fc.oneof(fc.constantFrom('shape', '__proto__', 'constructor', 'true', 'graph', 'output'), fc.stringMatching(/^[a-z_][a-z0-9_]{0,6}$/));
const shape = fc.array(fc.nat({ max: 1000 }), { maxLength: 5 });

interface Draft {
  readonly op: string;
  readonly attrs: readonly (readonly [string, AttrValue])[];
  readonly inputs: readonly number[];
  readonly results: readonly (readonly number[])[];
  readonly layer: string | undefined;
}

const draft: fc.Arbitrary<Draft> = fc.record({
  op: word,
  attrs: fc.uniqueArray(fc.tuple(word, attrValue), { selector: ([name]) => name, maxLength: 3 }),
  inputs: fc.array(fc.nat(), { maxLength: 3 }),
  results: fc.array(shape, { minLength: 1, maxLength: 3 }),
  layer: fc.option(fc.string({ unit: 'binary' }), { nil: undefined }),
});

/** Draws one of the values defined so far. */
const pick = (values: readonly Value[], at: number): Value[] => {
  const value = values[at % Math.max(values.length, 1)];
  return value ? [value] : [];
};

export const randomGraph: fc.Arbitrary<Graph> = fc
  .record({
    name: fc.string({ unit: 'binary' }),
    samples: fc.integer({ min: 1, max: 64 }),
    drafts: fc.array(draft, { maxLength: 8 }),
    outputs: fc.array(fc.tuple(fc.string(), fc.nat()), { maxLength: 3 }),
    state: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 2 }),
    stride: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ name, samples, drafts, outputs, state, stride }) => {
    const nodes: Node[] = [];
    const values: Value[] = [];
    for (const [index, { op, attrs, inputs, results, layer }] of drafts.entries()) {
      const id = index * stride;
      nodes.push({ id, op, attrs: Object.fromEntries(attrs), inputs: inputs.flatMap((at) => pick(values, at)), results, ...(layer !== undefined && { layer }) });
      values.push(...results.map((_, result) => ({ node: id, result })));
    }
    return {
      name,
      batch: { samples, shards: 1 },
      nodes,
      outputs: outputs.flatMap(([output, at]) => pick(values, at).map((value) => ({ name: output, value }))),
      state: state.flatMap(([from, to]) => pick(values, from).flatMap((input) => pick(values, to).map((output) => ({ input, output })))),
    };
  });
