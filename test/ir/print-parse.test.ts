import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DiagnosticError } from '../../src/base/diagnostic.ts';
import type { Graph } from '../../src/ir/graph.ts';
import { parseGraph } from '../../src/ir/parse.ts';
import { printGraph } from '../../src/ir/print.ts';
import { randomGraph } from './random-graph.ts';

const text = `graph "Toy" batch 2 shards 1 {
  %0 = input {name: "image", role: "sample", shape: [2, 3]} : [2, 3]
  %1 = parameter {name: "fc.weight", shape: [2, 3]} "fc" : [2, 3]
  %4 = split_sign(%0) {taps: [[0, 1], []], tiny: -1e-7} "s" : [2, 3], [2, 3]
  %5 = add(%1, %4.1) : [2, 3]
  output "sum" = %5
  state %1 <- %5
}
`;

const parse = (source: string): Graph => parseGraph({ name: 'test', text: source });
const codeOf = (source: string): string => {
  try {
    parse(source);
    return 'none';
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    const [first] = error.diagnostics;
    return `${first?.code} at ${source.slice(first?.span?.start, first?.span?.end)}`;
  }
};

describe('graph text', () => {
  test('is canonical', () => expect(printGraph(parse(text))).toBe(text));

  test('round trip of any graph', () => {
    fc.assert(fc.property(randomGraph, (graph) => void expect(parse(printGraph(graph))).toEqual(graph)), { numRuns: 300 });
  });

  test('attributes are printed in the order of their names', () => {
    const shuffled = text.replace('{name: "image", role: "sample", shape: [2, 3]}', '{shape: [2, 3], role: "sample", name: "image"}');
    expect(printGraph(parse(shuffled))).toBe(text);
  });

  test.each([
    ['nothing', '', 'ir/syntax at '],
    ['an undefined value', text.replace('%4.1', '%4.2'), 'ir/unknown-value at %4.2'],
    ['a value defined later', text.replace('split_sign(%0)', 'split_sign(%5)'), 'ir/unknown-value at %5'],
    ['an id taken twice', text.replace('%4 =', '%1 ='), 'ir/duplicate-node at %1'],
    ['an attribute given twice', text.replace('tiny:', 'taps:'), 'ir/duplicate-attribute at taps'],
    ['a list in a list in a list', text.replace('[[0, 1]', '[[[0], 1]'), 'ir/syntax at ['],
    ['a mixed list', text.replace('[[0, 1]', '[0, [1]'), 'ir/syntax at ['],
    ['a fractional extent', text.replace('} : [2, 3]', '} : [2.5, 3]'), 'ir/syntax at 2.5'],
    ['a negative extent', text.replace('} : [2, 3]', '} : [-2, 3]'), 'ir/syntax at -2'],
    ['a bad escape', text.replace('"s"', '"\\q"'), 'ir/syntax at "\\q"'],
    ['text after the end', `${text}%1`, 'ir/syntax at %1'],
    ['a stray character', text.replace('<-', ';'), 'ir/syntax at ;'],
    ['a huge rank', text.replace('} : [2, 3]', `} : [${Array(40).fill(1).join(', ')}]`), 'ir/too-large at %1'],
  ])('%s is refused at its place', (_, source, expected) => expect(codeOf(source)).toBe(expected));
});
