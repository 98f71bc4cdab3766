// Formatting: idempotent, keeps comments and meaning; and what it looks like.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SourceFile } from '../../src/syntax/ast.ts';
import { format } from '../../src/syntax/format.ts';
import { readTokens } from '../../src/syntax/lex.ts';
import { parse } from '../../src/syntax/parse.ts';
import { fileText } from './arbitrary.ts';

function formatted(text: string): string {
  const result = format({ name: 'test.ssl', text });
  if (typeof result !== 'string') throw new Error(result.map((d) => d.message).join('\n'));
  return result;
}

/** Comments in no order: some move above the statement they interrupted. */
function comments(text: string): string[] {
  return readTokens({ name: 'test.ssl', text })
    .comments.map((comment) => comment.image.replace(/[ \t\r]+$/gm, ''))
    .toSorted();
}

function withoutSpans(file: SourceFile): unknown {
  return JSON.parse(JSON.stringify(file, (key, value: unknown) => (key === 'span' || key === 'source' ? undefined : value)));
}

describe('of any file', () => {
  test('formatting again changes nothing', () => {
    fc.assert(
      fc.property(fileText, (text) => {
        const once = formatted(text);
        expect(formatted(once)).toBe(once);
      }),
      { numRuns: 200 },
    );
  });

  test('comments stay', () => {
    fc.assert(
      fc.property(fileText, (text) => void expect(comments(formatted(text))).toEqual(comments(text))),
      { numRuns: 200 },
    );
  });

  test('the syntax tree stays', () => {
    const tree = (text: string): unknown => withoutSpans(parse({ name: 'test.ssl', text }).file);
    fc.assert(
      fc.property(fileText, (text) => void expect(tree(formatted(text))).toEqual(tree(text))),
      { numRuns: 200 },
    );
  });
});

describe('layout', () => {
  test('aligns lines that belong together', () => {
    expect(formatted('const a=1 const width=2\n\nconst b=3')).toBe('const a     = 1\nconst width = 2\n\nconst b = 3\n');
    expect(formatted('sparsity{lasso filters of a strength 1 lasso inputs,x of conv* strength 2 // two\n}')).toBe(
      ['sparsity {', '  lasso filters   of a     strength 1', '  lasso inputs, x of conv* strength 2 // two', '}', ''].join('\n'),
    );
  });

  test('breaks long calls at their arguments, keeping a chain of calls together', () => {
    const call = 'relu(conv(image, filters = 100, window = [5, 5], stride = 2, padding = 2, groups = 4, bias = false))';
    expect(formatted(`const short = f(\n1,\n2,)\nconst long = ${call}`)).toBe(
      [
        'const short = f(1, 2)',
        'const long  = relu(conv(',
        '  image,',
        '  filters = 100,',
        '  window = [5, 5],',
        '  stride = 2,',
        '  padding = 2,',
        '  groups = 4,',
        '  bias = false,',
        '))',
        '',
      ].join('\n'),
    );
  });

  test('breaks many outputs one a line', () => {
    const names = Array.from({ length: 12 }, (_, i) => `a_long_name_${i}`);
    expect(formatted('network N(x:tensor[1]){return a,b}')).toBe('network N(x: tensor[1]) {\n  return a, b\n}\n');
    expect(formatted(`network N(x:tensor[1]){return ${names.join(',')}}`)).toBe(`network N(x: tensor[1]) {\n  return ${names.join(',\n    ')}\n}\n`);
  });

  test('keeps a phase broken where its author broke it', () => {
    expect(formatted('train on mnist { a { x = 1, y = 2 }, b {\n x = 1, y = 2, } }')).toBe(
      ['train on mnist {', '  a { x = 1, y = 2 }', '  b {', '    x = 1', '    y = 2', '  }', '}', ''].join('\n'),
    );
  });

  test('bodies are on one line if they fit and name nothing, and all of a choice alike', () => {
    const long = 'conv(image, filters = 16, window = 3)';
    expect(formatted(`block f(x,n=1){ a=if n==1{\nx } else if not n<2 { g(x) }else{ h(x)} // why\nlonger=repeat 2 as i with x=a{ bb=g(x) c=if i==0{${long}}else{${long}} add(bb,c)} return a}`)).toBe(
      [
        'block f(x, n = 1) {',
        '  a      = if n == 1 { x } else if not n < 2 { g(x) } else { h(x) } // why',
        '  longer = repeat 2 as i with x = a {',
        '    bb = g(x)',
        '    c  = if i == 0 {',
        `      ${long}`,
        '    } else {',
        `      ${long}`,
        '    }',
        '    add(bb, c)',
        '  }',
        '  return a',
        '}',
        '',
      ].join('\n'),
    );
  });

  test('imports stand together, and a line of lasso with arguments moves no other', () => {
    const sparsity = ['sparsity fine {', '  lasso filters of conv1 strength 1', '  lasso blocks(rows = 4) of fc1 times 2, fc2 strength 1', '}', ''];
    expect(formatted(`import a,b from "x" import c from "y" ${sparsity.join('\n')}`)).toBe(`import a, b from "x"\nimport c from "y"\n\n${sparsity.join('\n')}`);
  });

  test('a choice that is too long is laid out the same the second time', () => {
    const wide = 'a_rather_long_name_of_a_layer';
    const once = formatted(`const a = ((b) >= ([if 1 { "text" + times } else if tensor { image } else { ${wide} }, 12, "text", ${wide}]))`);
    expect(formatted(once)).toBe(once);
  });

  test('keeps comments where they were, or above what they interrupt', () => {
    const text = [
      '// file',
      '',
      'const a = f(',
      '  /* first */ 1, // one',
      '  // second',
      '  2 /* two */,',
      ')',
      '',
      'sparsity { // open',
      '  x = 1 // x',
      '  // last',
      '}',
      '',
    ].join('\n');
    expect(formatted(text)).toBe(text);
    expect(formatted('const a = // why\n  1')).toBe('// why\nconst a = 1\n');
  });

  test('refuses what does not parse', () => {
    const result = format({ name: 'test.ssl', text: 'const a = ' });
    expect(typeof result === 'string' || result.map((d) => d.code)).toEqual(['syntax/expected']);
  });
});

const examples = join(import.meta.dirname, '../../examples');
test.each(readdirSync(examples, { recursive: true }).map(String).filter((name) => name.endsWith('.ssl')))('%s is formatted', (name) => {
  const text = readFileSync(join(examples, name), 'utf8');
  expect(format({ name, text })).toBe(text);
});
