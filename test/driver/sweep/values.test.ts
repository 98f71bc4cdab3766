import { describe, expect, it, test } from 'vitest';
import { DiagnosticError } from '../../../src/base/diagnostic.ts';
import { renderDiagnostic } from '../../../src/base/frame.ts';
import { readAxis, readValues } from '../../../src/driver/sweep/values.ts';

function faultOf(text: string, read: (given: string) => unknown = readAxis): string {
  try {
    read(text);
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics.map((each) => renderDiagnostic(each)).join('\n');
    throw error;
  }
  return 'no fault';
}

describe('values', () => {
  test.each<[string, readonly number[]]>([
    ['x=geom(1e-4, 1e-2, 3)', [1e-4, 1e-3, 1e-2]],
    ['x=geom(8,1,4)', [8, 4, 2, 1]],
    ['x=geom(0.0123456789, 1, 2)', [0.0123456789, 1]],
    ['x=lin(0, 1, 5)', [0, 0.25, 0.5, 0.75, 1]],
    ['x=lin(-1,1,3)', [-1, 0, 1]],
    ['x=lin(0, 1, 4)', [0, 0.333333, 0.666667, 1]],
    ['x=lin(3,3,1)', [3]],
    ['x = 1..4', [1, 2, 3, 4]],
    ['x=7..7', [7]],
    ['x=0.1, 2e-3,5', [0.1, 0.002, 5]],
  ])('%s', (text, values) => {
    expect(readAxis(text)).toEqual({ name: 'x', values });
  });

  it('of a ratio have that ratio', () => {
    const { values } = readAxis('x=geom(1e-4,1e-2,8)');
    expect(values).toHaveLength(8);
    for (const [i, value] of values.slice(1).entries()) expect(value / (values[i] ?? NaN)).toBeCloseTo(100 ** (1 / 7), 4);
  });
});

test('of an option of one name are written without it, and shown so', () => {
  const seeds = (text: string): readonly number[] => readValues(text, 'seed', '--seeds');
  expect(seeds(' 2..4')).toEqual([2, 3, 4]);
  expect(faultOf('3..1', seeds)).toMatchInlineSnapshot(`
    "error[sweep/none]: there are no values for \`seed\`
      --> --seeds:1:1
       |
     1 | 3..1
       | ^^^^
       = help: for example 1..3 or 1,2"
  `);
  expect(faultOf('', seeds)).toContain('there are no values for `seed`');
});

describe('what is none', () => {
  test.each([
    ['strength', 'sweep/form', 'expected NAME=VALUES'],
    ['=1', 'sweep/form', 'expected NAME=VALUES'],
    ['2x=1', 'sweep/form', 'expected NAME=VALUES'],
    ['x=', 'sweep/none', 'there are no values for `x`'],
    ['x=geom(1,2,0)', 'sweep/none', 'there are no values for `x`'],
    ['x=5..1', 'sweep/none', 'there are no values for `x`'],
    ['x=a', 'sweep/values', 'found `a`, expected a number'],
    ['x=1,,2', 'sweep/values', 'found nothing, expected a number'],
    ['x=1e999', 'sweep/values', 'found `1e999`, expected a number'],
    ['x=0x10', 'sweep/values', 'found `0x10`, expected a number'],
    ['x=1.5..3', 'sweep/values', 'found 1.5, expected a whole number'],
    ['x=1..1e12', 'sweep/values', 'expected at most'],
    ['x=geom(0,1,3)', 'sweep/values', 'found 0, expected a number above 0'],
    ['x=geom(1,-1,3)', 'sweep/values', 'found -1, expected a number above 0'],
    ['x=geom(1,2)', 'sweep/values', 'found 2 arguments, expected `geom(from, to, count)`'],
    ['x=lin(1,2,1)', 'sweep/values', 'found 1, expected 2 or more, from 1 to 2'],
    ['x=lin(1,2,-3)', 'sweep/values', 'found -3, expected how many'],
    ['x=log(1,2,3)', 'sweep/values', 'found `log`, expected `geom(from, to, count)`'],
    ['x=1,2,1', 'sweep/equal', '`x` is to be 1 twice'],
    ['x=lin(1,1,3)', 'sweep/equal', '`x` is to be 1 twice'],
  ])('%s', (text, code, message) => {
    const fault = faultOf(text);
    expect(fault).toContain(`[${code}]`);
    expect(fault).toContain(message);
  });

  it('is shown where it is', () => {
    expect(faultOf('strength=geom(1e-4, x, 8)')).toContain('--set:1:21');
  });
});
