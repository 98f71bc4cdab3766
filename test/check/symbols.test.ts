// What an editor asks: what a name stands for, where it is defined, and of what shape it is.

import { expect, test } from 'vitest';
import { formatShape } from '../../src/base/tensor.ts';
import { check } from '../../src/check/check.ts';
import { ops } from '../../src/ops/index.ts';
import { parse } from '../../src/syntax/parse.ts';

/** `name@place kind -> place of its definition [shape]`, a line each. */
function symbolsOf(text: string): readonly string[] {
  return check(parse({ name: 'net.ssl', text }).file, ops).symbols.map(({ span, kind, definition, shape }) => {
    const name = text.slice(span.start, span.end);
    return [`${name}@${span.start}`, kind, ...(definition ? [`-> ${definition.start}`] : []), ...(shape ? [formatShape(shape)] : [])].join(' ');
  });
}

test('a name is what it stands for, also where a layer is misspelt', () => {
  expect(symbolsOf('const w = 4 network N(x: tensor[1, 8, 8]) { c = conv(x, w, 3) d = relu(cc) return dense(c, w) }')).toEqual([
    'w@6 constant -> 6',
    'x@22 input -> 22 [1, 8, 8]',
    'c@44 layer -> 44 [4, 6, 6]',
    'conv@48 operation',
    'x@53 input -> 22 [1, 8, 8]',
    'w@56 constant -> 6',
    'd@62 layer -> 62',
    'relu@66 operation',
    'dense@82 operation',
    'c@88 layer -> 44 [4, 6, 6]',
    'w@91 constant -> 6',
  ]);
});

test('a file that does not parse has the symbols of what could be read', () => {
  expect(symbolsOf('network N(x: tensor[4]) { a = dense(x, 2) b = ')).toContain('a@26 layer -> 26 [2]');
});
