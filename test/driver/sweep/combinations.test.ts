import { describe, expect, it, test } from 'vitest';
import { DiagnosticError } from '../../../src/base/diagnostic.ts';
import type { Diagnostic } from '../../../src/base/diagnostic.ts';
import { present } from '../../../src/base/invariant.ts';
import { checkAxes, combinationsOf, countCombinations, programOf } from '../../../src/driver/sweep/combinations.ts';
import type { Axis } from '../../../src/driver/sweep/values.ts';
import type { SourceFile } from '../../../src/syntax/ast.ts';
import { parse } from '../../../src/syntax/parse.ts';

const text = `const strength = (0.1 + 0.2) * 2 // lambda
const width = 4
network Net(image: tensor[1, 6, 6]) {
  return dense(image, units = width)
}
train on digits {
  baseline { epochs = 1, rate = 0.1 } // seed = 5
  seed = width + 1
}
`;
const fileOf = (source: string): SourceFile => parse({ name: 'net.ssl', text: source }).file;
const file = fileOf(text);

function faultOf(call: () => void): Diagnostic {
  try {
    call();
  } catch (error) {
    if (error instanceof DiagnosticError) return present(error.diagnostics[0], 'diagnostic');
    throw error;
  }
  throw new Error('there is no fault');
}

test('the last of several is the fastest', () => {
  const axes = [{ name: 'a', values: [1, 2] }, { name: 'b', values: [3, 4, 5] }];
  expect([...combinationsOf(axes)].map(({ a, b }) => [a, b])).toEqual([[1, 3], [1, 4], [1, 5], [2, 3], [2, 4], [2, 5]]);
  expect(countCombinations(axes)).toBe(6);
});

describe('a program', () => {
  it('has the values in their places, and nothing else changed', () => {
    const program = programOf(file, { strength: 1e-7, seed: 9 });
    expect(program.text).toBe(text.replace('(0.1 + 0.2) * 2', '1e-7').replace('width + 1', '9'));
    expect(program.name).toBe('net.ssl with strength 1e-7, seed 9');
    expect(parse(program).diagnostics).toEqual([]);
  });

  test.each([
    ['lines', 'train on digits {\n  baseline { epochs = 1, rate = 0.1 }\n}\n', 'train on digits {\n  baseline { epochs = 1, rate = 0.1 }\n  seed = 3\n}\n'],
    ['a line', 'train on digits { baseline { epochs = 1, rate = 0.1 } }', 'train on digits { baseline { epochs = 1, rate = 0.1 } \n  seed = 3\n}'],
  ])('of %s gets a seed where it has none', (_, source, expected) => {
    const program = programOf(fileOf(source), { seed: 3 });
    expect(program.text).toBe(expected);
    expect(parse(program).diagnostics).toEqual([]);
  });

  test.each([
    ['const a = (1)', 'const a = -2.5'],
    ['const a = ((1 + 2))', 'const a = -2.5'],
    ['const a = -(1 + 2)', 'const a = -2.5'],
    ['const a =\n  3', 'const a = -2.5'],
  ])('%s', (source, expected) => {
    const program = programOf(fileOf(`${source}\n`), { a: -2.5 });
    expect(program.text.replaceAll(/\s+/g, ' ').trim()).toBe(expected);
  });
});

describe('what cannot be set', () => {
  test.each<[string, readonly Axis[], string, string]>([
    ['nothing', [], 'sweep/nothing-set', 'the file has `strength`, `width`'],
    ['a name that there is not', [{ name: 'lambda', values: [1] }], 'sweep/unknown-name', 'the file has `strength`, `width`; write `const lambda = 1e-3` at the top, and `lambda` where it counts: `lasso filters of conv1 strength lambda`'],
    ['a slip of the pen', [{ name: 'strenght', values: [1] }], 'sweep/unknown-name', 'did you mean "strength"?'],
    ['a name twice', [{ name: 'width', values: [1] }, { name: 'width', values: [2] }], 'sweep/set-twice', 'list all of its values'],
    ['no value', [{ name: 'width', values: [] }], 'sweep/none', ''],
    ['a value twice', [{ name: 'width', values: [1, 1] }], 'sweep/equal', 'list each value once'],
    ['half a seed', [{ name: 'seed', values: [0.5] }], 'sweep/no-seed', ''],
    ['a seed below zero', [{ name: 'seed', values: [-1] }], 'sweep/no-seed', ''],
  ])('%s', (_, axes, code, help) => {
    const fault = faultOf(() => checkAxes(axes, file));
    expect(fault.code).toBe(code);
    expect(fault.help ?? '').toContain(help);
  });
});
