// A rule that is missing shows here, over the whole list of ops, and not when a network first meets the op.

import { describe, expect, test } from 'vitest';
import { attributeFault } from '../../src/ir/attributes.ts';
import { ops } from '../../src/ops/index.ts';
import { draw } from './support.ts';

describe('every op of the language, and all that elimination makes of one', () => {
  test.each([...ops.values()].filter(({ syntax, pruning }) => syntax || pruning.kind === 'weights').map((op) => [op.name, op] as const))('%s is run, and its error bounded', (_, op) => {
    expect(op.lowering.kind).not.toBe('leaf');
    expect(op.bound).toBeDefined();
    expect(op.bound === 'sums').toBe(op.pruning.kind === 'weights');
  });

  test.each([...ops.values()].flatMap((op) => (op.syntax ? [[op.name, op, op.syntax] as const] : [])))('%s is trained, and written with its own attributes', (_, op, syntax) => {
    expect(op.training.kind === 'constant').toBe(syntax.operands.length === 0);
    expect(syntax.example.startsWith(`${op.name}(`)).toBe(true);
    const { attributes } = op;
    const written = syntax.params.map(({ name }) => name).toSorted();
    // What passes alone write may be left out.
    const required = Object.keys(attributes).filter((name) => !attributes[name]?.optional);
    expect(syntax.attrs ? [] : written).toEqual(syntax.attrs ? [] : required.toSorted());
  });
});

test.each([...ops])('samples of %s have its attributes and infer', (_, op) => {
  for (let seed = 0; seed < 20; seed++) {
    const { attrs, inputs, batch } = draw(op, seed);
    expect(attributeFault(op.attributes, attrs)).toBeUndefined();
    expect(op.infer(attrs, inputs, batch).length).toBeGreaterThan(0);
  }
});

describe('what a record says of its attributes', () => {
  const schema = [...ops.values()].find(({ name }) => name === 'dense')?.attributes ?? {};
  test.each([
    [{ units: 3, bias: true }, undefined],
    [{ units: 3 }, 'attribute bias is not a flag'],
    [{ units: [3], bias: true }, 'attribute units is not a number'],
    [{ units: 3, bias: true, padding: [0, 0] }, 'there is no attribute padding'],
  ])('%j: %s', (attrs, fault) => {
    expect(attributeFault(schema, attrs)).toBe(fault);
  });
});
