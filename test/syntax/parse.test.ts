// Parsing any text, the limits, and what recovery leaves.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderDiagnostic } from '../../src/base/frame.ts';
import type { Expression } from '../../src/syntax/ast.ts';
import type { Span } from '../../src/base/span.ts';
import { parse, type Parsed } from '../../src/syntax/parse.ts';
import { fileText, wordSalad } from './arbitrary.ts';

function parsed(text: string): Parsed {
  return parse({ name: 'test.ssl', text });
}

function codes(text: string): string[] {
  return parsed(text).diagnostics.map((diagnostic) => diagnostic.code);
}

const network = (value: string): string => `network N(x: tensor[1]) { return ${value} }`;

/** Every span in a tree. */
function spansIn(value: unknown): Span[] {
  if (typeof value !== 'object' || value === null || 'text' in value && 'name' in value) return [];
  if ('start' in value && 'end' in value) return [value as Span];
  return Object.values(value).flatMap(spansIn);
}

describe('any text', () => {
  test('that is well formed has no diagnostics and spans that nest', () => {
    fc.assert(
      fc.property(fileText, (text) => {
        const { file, diagnostics } = parsed(text);
        expect(diagnostics).toEqual([]);
        for (const span of spansIn(file.declarations)) {
          expect(span.start).toBeLessThan(span.end);
          expect(text.slice(span.start, span.end)).toMatch(/^\S[^]*\S$|^\S$/);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('is parsed or refused, with diagnostics inside the text that render', () => {
    fc.assert(
      fc.property(wordSalad, (text) => {
        const { diagnostics } = parsed(text);
        for (const diagnostic of diagnostics) {
          expect(diagnostic.span?.start ?? 0).toBeGreaterThanOrEqual(0);
          expect(diagnostic.span?.end ?? 0).toBeLessThanOrEqual(text.length);
          expect(renderDiagnostic(diagnostic)).toContain(diagnostic.code);
        }
        expect(diagnostics.map((d) => d.span?.start ?? Infinity)).toEqual(
          diagnostics.map((d) => d.span?.start ?? Infinity).toSorted((a, b) => a - b),
        );
      }),
      { numRuns: 300 },
    );
  });
});

describe('limits', () => {
  test.each([
    ['parentheses', '('.repeat(300)],
    ['calls', 'f('.repeat(9000)],
    ['sums', `${'x + '.repeat(300)}x`],
    ['signs', `${'-'.repeat(300)}x`],
    ['powers', `${'x ** '.repeat(300)}x`],
    ['comparisons', `${'x == '.repeat(300)}x`],
    ['negations', `${'not '.repeat(300)}x`],
    ['conditions', `${'if '.repeat(300)}x`],
    ['counts', `${'repeat '.repeat(300)}x`],
    ['branches', `${'if x { x } else '.repeat(300)}{ x }`],
    ['bodies', `${'if x { x } else { '.repeat(300)}x${' }'.repeat(300)}`],
    ['repetitions', `${'repeat 2 with x = x { '.repeat(300)}x${' }'.repeat(300)}`],
    ['signs before repetitions', `${`${'-'.repeat(199)}repeat 2 with x = `.repeat(80)}x`],
    ['operators within brackets', `${'-['.repeat(150)}x${']'.repeat(150)}`],
  ])('too many nested %s', (_, value) => expect(codes(network(value))).toEqual(['syntax/too-deep']));

  test('nesting up to the limit', () => {
    expect(codes(network(`${'f(a = ['.repeat(98)}x${'])'.repeat(98)}`))).toEqual([]);
    expect(codes(network(`${'x + '.repeat(190)}x`))).toEqual([]);
    expect(codes(network(`${'repeat 2 with x = x { y = f(x) f('.repeat(66)}y${') }'.repeat(66)}`))).toEqual([]);
    expect(codes(network(`${'if x { x } else '.repeat(190)}{ x }`))).toEqual([]);
    // Each begins anew.
    expect(codes(network(`repeat 2 with x = x { ${'y = if x { x } else { x } '.repeat(300)} x }`))).toEqual([]);
  });

  test('mistakes in many lines are no nesting', () => {
    expect(new Set(codes(`network N(x: tensor[1]) {\n${'a == 1\n'.repeat(300)}return x\n}`))).toEqual(new Set(['syntax/expected']));
  });

  test('files of more than a mebibyte', () => {
    const [diagnostic, ...others] = parsed(' '.repeat(3 * 2 ** 20)).diagnostics;
    expect(others).toEqual([]);
    expect(diagnostic?.message).toBe('the file has 3.0 MiB; the limit is 1 MiB');
  });

  test('a thousand mistakes at once', () => {
    const { diagnostics } = parsed('§ '.repeat(1020));
    expect(diagnostics).toHaveLength(1001);
    expect(diagnostics.at(-1)?.message).toBe('20 more mistakes are not shown');
  });

  test('files of nothing', () => expect(parsed(' // only a comment').file.declarations).toEqual([]));
});

describe('recovery', () => {
  test('leaves the statements around a broken one', () => {
    const { file } = parsed('network N(x: tensor[1]) {\n a = f(x)\n b = = f(a)\n c = f(x, , 3)\n return c\n}\nsparsity { }');
    const [first] = file.declarations;
    expect(file.declarations.map((declaration) => declaration.kind)).toEqual(['network', 'sparsity']);
    expect(first?.kind === 'network' && first.statements.map((s) => s.kind === 'assignment' && s.name.text)).toEqual(['a', 'c', false]);
  });

  test('keeps a body where its value is missing, and what stands around a broken branch', () => {
    const { file, diagnostics } = parsed('network N(x: tensor[1]) {\n a = repeat 2 with y = x {\n z = f(y)\n }\n b = if a { x }\n c = if a { x } elif b { x } else { a }\n return c\n}');
    const [first] = file.declarations;
    expect(diagnostics).toHaveLength(3);
    expect(first?.kind === 'network' && first.statements.map((s) => s.kind === 'assignment' && `${s.name.text} ${s.value.kind}`)).toEqual(['a repeat', 'b if', 'c if', false]);
  });

  test('takes brackets that are left open before a block or an import for closed', () => {
    expect(codes('network N(x: tensor[1]) {\n a = f(x\n return a\n}\nblock g(x) {\n return x\n')).toEqual(['syntax/unclosed', 'syntax/unclosed']);
    expect(codes('block g(x) {\n return f(x)\n\nblock h(x) {\n return x\n}')).toEqual(['syntax/unclosed']);
  });

  test('reports a broken head once and reads the body', () => {
    expect(codes('train mnist { seed = }')).toEqual(['syntax/expected', 'syntax/expected']);
    expect(codes('network { return } train on mnist { seed = }')).toEqual(['syntax/expected', 'syntax/expected']);
  });

  test('fixes put right what they are attached to', () => {
    const text = "nework N(x: tensor[1]) { # why\n return f(x 'a') }";
    const edits = parsed(text).diagnostics.flatMap(({ fix }) => fix ?? []).toSorted((a, b) => a.span.start - b.span.start);
    const fixed = edits.toReversed().reduce((all, { span, replacement }) => all.slice(0, span.start) + replacement + all.slice(span.end), text);
    expect(fixed).toBe('network N(x: tensor[1]) { // why\n return f(x, "a") }');
    expect(codes(fixed)).toEqual([]);
  });
});

test.each(['0', '12', '0.5', '1e9', '1E9', '1.5e3', '5e-3', '12E+2'])('%s is a number', (image) => expect(codes(`const a = ${image}`)).toEqual([]));

test.each(['12px', '1e', '1e9px', '1.5.2e3', '1_000', '5.', '.5', '1e_9'])('%s is none', (image) => {
  expect(codes(`const a = ${image}`)).toContain('syntax/malformed-number');
});

test('a number beyond 64 bits is refused', () => expect(codes('const a = 1e999')).toEqual(['syntax/number-too-large']));

test('operators bind as they are said to', () => {
  const tree = (value: string): string => {
    const shown = (each: Expression): string => {
      if (each.kind === 'unary') return `(${each.operator} ${shown(each.operand)})`;
      if (each.kind === 'binary') return `(${shown(each.left)} ${each.operator} ${shown(each.right)})`;
      return each.span.source.text.slice(each.span.start, each.span.end);
    };
    const { file, diagnostics } = parsed(`const a = ${value}`);
    const [declaration] = file.declarations;
    return diagnostics.length > 0 ? diagnostics.map(({ code, help }) => `${code}: ${help}`).join() : declaration?.kind === 'const' ? shown(declaration.value) : '';
  };
  expect(tree('a or b and not c == d + e * -f ** -g ** h')).toBe('(a or (b and (not (c == (d + (e * (- (f ** (- (g ** h)))))))))))'.slice(0, -1));
  expect(tree('a - b - c or d or e')).toBe('((((a - b) - c) or d) or e)');
  expect(tree('a < b and c >= d == (e != f)')).toBe('syntax/chained-comparison: write `c >= d and d == (e != f)`');
  expect(tree('(a < b) == (c < d)')).toBe('((a < b) == (c < d))');
  expect(tree('not not a != b')).toBe('(not (not (a != b)))');
  expect(tree('a + not b')).toBe('syntax/loose-not: write `(not b)`');
  expect(tree('a and not b or - -c')).toBe('((a and (not b)) or (- (- c)))');
});

test('soft words name layers and settings', () => {
  expect(codes('network N(strength: tensor[1]) { labels = f(strength) tensor = labels labels ["a"] return tensor }')).toEqual([]);
  expect(codes('block as(with, from = times) { block = f(with) import = repeat 2 as as with with = block { with } return import }')).toEqual([]);
  expect(codes('import import, from from "x" const block = import block block(block) { return block }')).toEqual([]);
  expect(codes('sparsity times { times = 1 lasso times of times times times, from strength times times 2 }')).toEqual([]);
  expect(codes('sparsity { strength = 1 lasso labels of tensor strength strength labels 2 }')).toEqual([]);
});
