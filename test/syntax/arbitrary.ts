// Random .ssl files, as words with random space and comments between them.

import fc from 'fast-check';

type Words = readonly string[];

const softWords = ['import', 'from', 'block', 'as', 'with', 'times', 'labels', 'tensor', 'strength'];
const names = ['x', 'conv1', 'image', ...softWords, '__proto__', 'constructor', 'a_rather_long_name_of_a_layer'];
const name = fc.constantFrom(...names);
const literal = fc.constantFrom('1', '0.5', '5e-3', '12E+2', '1e9', '1.5E2', '"text"', '"a \\"b\\" // c"', 'true', 'false');

const commaList = (item: fc.Arbitrary<Words>, min: number): fc.Arbitrary<Words> =>
  fc.tuple(fc.array(item, { minLength: min, maxLength: 4 }), fc.boolean()).map(([items, trailing]) =>
    items.flatMap((words, i) => (i < items.length - 1 || trailing ? [...words, ','] : words)),
  );

export const expressionWords: fc.Arbitrary<Words> = fc.letrec<{ value: Words; body: Words }>((tie) => ({
  body: fc
    .tuple(fc.array(fc.tuple(name, tie('value')), { maxLength: 1 }), tie('value'))
    // A value that began with a sign or a bracket would go on with the line above it.
    .map(([assignments, value]) => ['{', ...assignments.flatMap(([key, each]) => [key, '=', ...each]), ...(assignments.length > 0 ? ['f', '(', ...value, ')'] : value), '}']),
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 4, arbitrary: fc.oneof(name, literal).map((word) => [word]) },
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
    fc.tuple(tie('value'), fc.constantFrom('+', '-', '*', '/', '%', '**', 'and', 'or'), tie('value')).map(([a, sign, b]) => [...a, sign, ...b]),
    // Comparisons do not chain, nor does `not` stand anywhere.
    fc.tuple(tie('value'), fc.constantFrom('==', '!=', '<', '<=', '>', '>='), tie('value')).map(([a, sign, b]) => ['(', '(', ...a, ')', sign, '(', ...b, ')', ')']),
    tie('value').map((value) => ['(', 'not', '(', ...value, ')', ')']),
    tie('value').map((value) => ['-', ...value]),
    fc
      .tuple(fc.array(fc.tuple(tie('value'), tie('body')), { minLength: 1, maxLength: 2 }), tie('body'))
      .map(([branches, otherwise]) => [...branches.flatMap(([condition, body]) => ['if', ...condition, ...body, 'else']), ...otherwise]),
    fc
      .tuple(tie('value'), fc.option(name), name, tie('value'), tie('body'))
      .map(([count, index, carried, initial, body]) => ['repeat', ...count, ...(index === null ? [] : ['as', index]), 'with', carried, '=', ...initial, ...body]),
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
const block = fc
  .tuple(name, commaList(fc.tuple(name, fc.option(expressionWords)).map(([key, value]) => (value ? [key, '=', ...value] : [key])), 1), fc.array(assignment, { maxLength: 3 }), expressionWords)
  .map(([title, parameters, body, value]) => ['block', title, '(', ...parameters, ')', '{', ...body.flat(), 'return', ...value, '}']);
const network = fc
  .tuple(name, commaList(parameter, 1), fc.array(statement, { maxLength: 4 }), fc.array(expressionWords, { minLength: 1, maxLength: 3 }))
  .map(([title, inputs, body, values]) => ['network', title, '(', ...inputs, ')', '{', ...body.flat(), 'return', ...values.flatMap((value, i) => (i === 0 ? value : [',', ...value])), '}']);

const separated = (words: Words[]): Words => words.flatMap((item, i) => (i === 0 ? item : [',', ...item]));
const pattern = fc.constantFrom('conv1', 'conv*', '*', 'stage2.*.conv1', '**.fc');
const patterns = fc.array(
  fc.tuple(pattern, fc.option(expressionWords)).map(([word, multiplier]) => (multiplier ? [word, 'times', ...multiplier] : [word])),
  { minLength: 1, maxLength: 3 },
);
const structure = fc
  .tuple(name, fc.option(commaList(fc.tuple(name, expressionWords).map(([key, value]) => [key, '=', ...value]), 0)))
  .map(([word, args]) => (args ? [word, '(', ...args, ')'] : [word]));
const lasso = fc
  .tuple(fc.array(structure, { minLength: 1, maxLength: 3 }), patterns, expressionWords, fc.array(fc.tuple(name, literal), { maxLength: 2 }))
  .map(([structures, layers, value, clauses]) => [
    'lasso', ...separated(structures), 'of', ...separated(layers), 'strength', ...value, ...clauses.flat(),
  ]);
const sparsity = fc
  .tuple(fc.option(name), fc.array(fc.oneof(lasso, assignment), { maxLength: 4 }))
  .map(([title, body]) => ['sparsity', ...(title === null ? [] : [title]), '{', ...body.flat(), '}']);
const imported = fc
  .array(name, { minLength: 1, maxLength: 3 })
  .map((words) => ['import', ...separated(words.map((word) => [word])), 'from', '"blocks.ssl"']);

const entries = (item: fc.Arbitrary<Words>): fc.Arbitrary<Words> =>
  fc.array(fc.tuple(item, fc.boolean()), { maxLength: 4 }).map((items) => items.flatMap(([words, comma]) => (comma ? [...words, ','] : words)));
const phase = fc.tuple(name, entries(assignment)).map(([key, body]) => [key, '{', ...body, '}']);
const train = fc
  .tuple(fc.constantFrom('mnist', '"path/to/data"'), entries(fc.oneof(phase, assignment)))
  .map(([dataset, body]) => ['train', 'on', dataset, '{', ...body, '}']);

const fileWords: fc.Arbitrary<Words> = fc
  .tuple(fc.array(imported, { maxLength: 2 }), fc.array(fc.oneof(constant, block), { maxLength: 3 }), fc.option(network), fc.option(sparsity), fc.option(train))
  .map(([imports, constants, ...blocks]) => [...imports.flat(), ...constants.flat(), ...blocks.flatMap((each) => each ?? [])]);

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
      ...names, 'if', 'else', 'repeat', 'repaet', 'and', 'or', 'not', '==', '<', '!=', '&&', 'for', 'elif', 'network', 'nework', 'sparsity', 'train', 'on', 'return', 'retrun', 'lasso', 'of', 'const', 'true', '(', ')', '[', ']', '{',
      '}', ',', ':', '=', '+', '-', '*', '**', '.', '1', '.5', '5.', '12px', '"a"', '"open', "'b'", ';', '§', '// c\n', '/* d */', '\n', '\n  ',
    ),
    { maxLength: 60 },
  )
  .map((words) => words.join(' '));
