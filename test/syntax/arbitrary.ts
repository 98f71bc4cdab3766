// Random .ssl files, as words with random space and comments between them.

import fc from 'fast-check';

type Words = readonly string[];

const names = ['x', 'conv1', 'image', 'labels', 'tensor', 'strength', '__proto__', 'constructor', 'a_rather_long_name_of_a_layer'];
const name = fc.constantFrom(...names);
const literal = fc.constantFrom('1', '0.5', '5e-3', '12E+2', '1e9', '1.5E2', '"text"', '"a \\"b\\" // c"', 'true', 'false');

const commaList = (item: fc.Arbitrary<Words>, min: number): fc.Arbitrary<Words> =>
  fc.tuple(fc.array(item, { minLength: min, maxLength: 4 }), fc.boolean()).map(([items, trailing]) =>
    items.flatMap((words, i) => (i < items.length - 1 || trailing ? [...words, ','] : words)),
  );

export const expressionWords: fc.Arbitrary<Words> = fc.letrec<{ value: Words }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(name, literal).map((word) => [word]),
    fc
      .tuple(
        name,
        fc.array(tie('value'), { maxLength: 2 }),
        fc.array(fc.tuple(name, tie('value')), { maxLength: 3 }),
        fc.boolean(),
      )
      .map(([callee, positional, named, trailing]) => {
        const args = [...positional, ...named.map(([key, value]) => [key, '=', ...value])];
        const list = args.flatMap((words, i) => (i < args.length - 1 || trailing ? [...words, ','] : words));
        return [callee, '(', ...list, ')'];
      }),
    fc.tuple(tie('value'), fc.constantFrom('+', '-', '*', '/', '%', '**'), tie('value')).map(([a, sign, b]) => [...a, sign, ...b]),
    tie('value').map((value) => ['-', ...value]),
    tie('value').map((value) => ['(', ...value, ')']),
    commaList(tie('value'), 0).map((items) => ['[', ...items, ']']),
  ),
})).value;

const assignment = fc.tuple(name, expressionWords).map(([key, value]) => [key, '=', ...value]);
const constant = assignment.map((words) => ['const', ...words]);
const parameter = fc.tuple(name, commaList(expressionWords, 0)).map(([key, items]) => [key, ':', 'tensor', '[', ...items, ']']);
const statement = fc.oneof(
  { weight: 4, arbitrary: assignment },
  { weight: 1, arbitrary: commaList(expressionWords, 0).map((items) => ['labels', '[', ...items, ']']) },
);
const network = fc
  .tuple(name, commaList(parameter, 1), fc.array(statement, { maxLength: 4 }), expressionWords)
  .map(([title, inputs, body, value]) => ['network', title, '(', ...inputs, ')', '{', ...body.flat(), 'return', ...value, '}']);

const separated = (words: Words[]): Words => words.flatMap((item, i) => (i === 0 ? item : [',', ...item]));
const patterns = fc.array(fc.constantFrom('conv1', 'conv*', '*', 'stage2.*.conv1', '**.fc'), { minLength: 1, maxLength: 3 });
const lasso = fc
  .tuple(fc.array(name, { minLength: 1, maxLength: 3 }), patterns, expressionWords, fc.array(fc.tuple(name, literal), { maxLength: 2 }))
  .map(([structures, layers, value, clauses]) => [
    'lasso', ...separated(structures.map((word) => [word])), 'of', ...separated(layers.map((word) => [word])),
    'strength', ...value, ...clauses.flat(),
  ]);
const sparsity = fc.array(fc.oneof(lasso, assignment), { maxLength: 4 }).map((body) => ['sparsity', '{', ...body.flat(), '}']);

const entries = (item: fc.Arbitrary<Words>): fc.Arbitrary<Words> =>
  fc.array(fc.tuple(item, fc.boolean()), { maxLength: 4 }).map((items) => items.flatMap(([words, comma]) => (comma ? [...words, ','] : words)));
const phase = fc.tuple(name, entries(assignment)).map(([key, body]) => [key, '{', ...body, '}']);
const train = fc
  .tuple(fc.constantFrom('mnist', '"path/to/data"'), entries(fc.oneof(phase, assignment)))
  .map(([dataset, body]) => ['train', 'on', dataset, '{', ...body, '}']);

const fileWords: fc.Arbitrary<Words> = fc
  .tuple(fc.array(constant, { maxLength: 3 }), fc.option(network), fc.option(sparsity), fc.option(train))
  .map(([constants, ...blocks]) => [...constants.flat(), ...blocks.flatMap((block) => block ?? [])]);

const gap = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(' ', ' ', ' ', '\n', '\n  ', '\n\n', '\t', '\r\n', '\n\n\n   ') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ' // one\n', '\n// two\n', '\n\n// three \n\n', ' /* four */', ' /* five */ ', '\n/* six */\n', '\n\n/* seven */ ',
      ' /* eight\n  lines */ ', '\n/* nine\n lines */\n', ' // ten\n// eleven\n', ' /* twelve */ // thirteen\n', ' /* fourteen */\n',
    ),
  },
);

/** Text of a file that parses. */
export const fileText: fc.Arbitrary<string> = fileWords.chain((words) =>
  fc.array(gap, { minLength: words.length + 1, maxLength: words.length + 1 }).map((gaps) =>
    gaps.map((space, i) => `${space}${words[i] ?? ''}`).join(''),
  ),
);

/** Any words in any order: what parsers must survive. */
export const wordSalad: fc.Arbitrary<string> = fc
  .array(
    fc.constantFrom(
      ...names, 'network', 'nework', 'sparsity', 'train', 'on', 'return', 'retrun', 'lasso', 'of', 'const', 'true', '(', ')', '[', ']', '{',
      '}', ',', ':', '=', '+', '-', '*', '**', '.', '1', '.5', '5.', '12px', '"a"', '"open', "'b'", ';', '§', '// c\n', '/* d */', '\n', '\n  ',
    ),
    { maxLength: 60 },
  )
  .map((words) => words.join(' '));
