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

test('a name in a block stands for one thing in every use; its shape is told where it is the same', () => {
  const text = 'block b(x, n) { y = dense(x, n) return relu(y) } network N(i: tensor[4]) { a = b(i, 3) return b(a, 3) }';
  expect(symbolsOf(text)).toEqual([
    'b@6 block -> 6',
    'x@8 parameter -> 8',
    'n@11 parameter -> 11',
    'y@16 layer -> 16 [3]',
    'dense@20 operation',
    'x@26 parameter -> 8',
    'n@29 parameter -> 11',
    'relu@39 operation',
    'y@44 layer -> 16 [3]',
    'i@59 input -> 59 [4]',
    'a@75 layer -> 75 [3]',
    'b@79 block -> 6',
    'i@81 input -> 59 [4]',
    'b@94 block -> 6',
    'a@96 layer -> 75 [3]',
  ]);
});

test('turns, branches and imports have symbols too, and a block that nobody uses', () => {
  const other = parse({ name: 'o.ssl', text: 'const w = 2 block f(x) { return relu(x) }' }).file;
  const { file } = parse({ name: 'net.ssl', text: 'import f, w from "o.ssl" block g(x) { return f(x) } network N(i: tensor[4]) { r = repeat w as k with x = i { f(x) } return dense(r, if w == 2 { w } else { 1 }) }' });
  const { symbols } = check(file, ops, { imported: new Map([['o.ssl', other]]) });
  const named = symbols.map(({ span, kind, definition }) => `${span.source.text.slice(span.start, span.end)} ${kind} ${definition?.source.name ?? ''}`);
  expect(named).toContain('f block o.ssl');
  expect(named).toContain('w constant o.ssl');
  expect(named).toContain('k constant net.ssl');
  expect(symbols.filter(({ span }) => span.source.name === 'o.ssl').length).toBeGreaterThan(3);
  expect(named.filter((each) => each === 'f block o.ssl')).toHaveLength(4);
});

test('so do names in branches that are not taken', () => {
  const text = 'const k = 1 network N(i: tensor[4]) { a = if k == 2 { y = relu(i) dense(y, k) } else { i } return dense(relu(i), 2) }';
  expect(symbolsOf(text).slice(4, 11)).toEqual(['y@54 layer -> 54', 'relu@58 operation', 'i@63 input -> 22', 'dense@66 operation', 'y@72 layer -> 54', 'k@75 constant -> 6', 'i@87 input -> 22 [4]']);
});
