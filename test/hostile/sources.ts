// Sources that nobody writes by hand, made to be slow: every kind of token, name and statement, repeated up to a
// size. Each is checked and formatted by the tests at a small size, and timed by `npm run hostile` at 1 MiB.

import { MOST_CHARACTERS, oneTooMany } from '../../src/syntax/limits.ts';

export interface HostileSource {
  readonly name: string;
  /** @param size Bytes at most. */
  readonly make: (size: number) => Uint8Array;
}

/** As long as may be: of at most a mebibyte, and of as many words as are read. */
export function largestRead(make: HostileSource['make']): Uint8Array {
  const decoder = new TextDecoder();
  let [least, most] = [0, MOST_CHARACTERS];
  if (!oneTooMany(decoder.decode(make(most)))) return make(most);
  while (most - least > most / 50) {
    const middle = Math.floor((least + most) / 2);
    if (oneTooMany(decoder.decode(make(middle)))) most = middle;
    else least = middle;
  }
  return make(least);
}

type Piece = string | ((index: number) => string);

const utf8 = new TextEncoder();

/** As often as fits. */
function repeated(piece: Piece, size: number): string {
  const pieces: string[] = [];
  let left = size;
  for (let i = 0; ; i++) {
    const next = typeof piece === 'string' ? piece : piece(i);
    left -= next.length;
    if (left < 0) return pieces.join('');
    pieces.push(next);
  }
}

/** `before`, then pieces, then `after`. */
const source = (name: string, before: string, piece: Piece, after = ''): HostileSource => ({
  name,
  make: (size) => utf8.encode(`${before}${repeated(piece, size - before.length - after.length)}${after}`).slice(0, size),
});

/** Pieces that each read the next, and the last of them the first. */
const cycle = (name: string, before: string, piece: (from: number, to: number) => string, after: string): HostileSource => ({
  name,
  make: (size) => {
    const count = Math.floor((size - before.length - after.length) / piece(100_000, 100_001).length);
    return utf8.encode(`${before}${Array.from({ length: count }, (_, i) => piece(i, (i + 1) % count)).join('')}${after}`);
  },
});

/** Two runs of pieces of half the size each. */
const twoPart = (name: string, before: string, first: Piece, between: string, second: Piece, after: string): HostileSource => ({
  name,
  make: (size) => {
    const half = (size - before.length - between.length - after.length) / 2;
    return utf8.encode(`${before}${repeated(first, half)}${between}${repeated(second, half)}${after}`);
  },
});

const network = 'network N(image: tensor[4]) {\n';
const imageNetwork = 'network N(image: tensor[1, 4, 4]) {\n';
const small = `${network}  fc1 = dense(image, units = 2)\n  return fc1\n}\n`;
const end = '  return image\n}\n';

/** Names of one length that differ everywhere. */
const bits = (i: number, length = 20): string => `x${Math.imul(i + 1, 2_654_435_761).toString(2).replaceAll('-', '').padStart(length, '0').replaceAll('0', 'o').replaceAll('1', 'i')}`;

export const hostileSources: readonly HostileSource[] = [
  // One kind of token
  ...['}', '{', '(', ')', '[', ']', '"', "'", '`', ',', ';', '=', ':', '.', '-', '*', '** ', '#', '/', '/*', '\\', '@', '0', 'a', '_', '\n', '\r\n', ' ', '\t', '\0', '\u{FEFF}', 'é', '\u{1F600}', '\u202E', '\u2028'].map((token) => source(`${JSON.stringify(token)} alone`, '', token)),
  ...['} ', '{ }', '()', '[]', '"" ', "'' ", '1 ', 'a ', 'a, ', '= = ', '0.', '.5 ', '1px ', '"\\q" ', '// x\n', '/**/', '# x\n', 'const ', 'network ', 'train on ', 'lasso ', 'return ', 'if ', 'else ', 'else if ', 'repeat ', 'not ', 'a == ', 'a < ', 'a and ', '!', '&& ', '| ', 'import ', 'block ', 'with ', 'import a from "b"\n'].map((token) => source(`${JSON.stringify(token)} again and again`, '', token)),
  source('closers on lines', '', '}\n'),
  source('closers within a network', network, '}\n'),
  source('closed too often', small, ')\n'),
  source('mixed brackets', network, 'x = relu([)]\n', end),
  source('brackets left open', network, (i) => `x${i} = relu(image\n`, end),
  source('blocks left open', '', 'train on digits {\n'),
  source('invalid UTF-8', '', 'a'),
  // Long words
  source('one identifier', '', 'a'),
  source('one string', 'train on "', 'a', '" {}'),
  source('a string of escapes', `${small}train on "`, '\\n', '" { baseline { epochs = 1, rate = 1 } }'),
  source('a string of unknown escapes', `${small}train on "`, '\\q', '" { baseline { epochs = 1, rate = 1 } }'),
  source('one number', 'const a = 1', '0'),
  source('one number with a fraction', 'const a = 1.', '3'),
  source('numbers too large', '', (i) => `const a${i} = 1e999\n`),
  source('one comment', '//', 'x'),
  source('one block comment', '/*', 'x', '*/'),
  source('a long layer name', `${network}  `, 'x', ` = dense(image, units = 2)\n${end}`),
  twoPart('a long name above short ones', network, 'x', ' = dense(image, units = 2)\n', (i) => `y${i}=relu(image)\n`, end),
  source('a long unknown name', `${network}  a = relu(`, 'x', `)\n${end}`),
  source('a long pattern', `${small}sparsity { lasso neurons of `, 'f*', ' strength 1 }'),
  source('a long dotted pattern', `${small}sparsity { lasso neurons of a`, '.a', ' strength 1 }'),
  // Expressions
  source('signs', 'const a = ', '-', '1'),
  source('powers', 'const a = 1', '**1'),
  source('a sum', 'const a = 1', '+1'),
  source('nested parentheses', 'const a = ', '(', '1'),
  source('deep lists', 'const a = ', '[', '1'),
  source('many deep lists', 'const a = [', `${'['.repeat(150)}1${']'.repeat(150)},`, ']'),
  source('a long list', 'const a = [', '1,', ']'),
  source('a long list of words', 'const a = [', 'b,', ']'),
  source('long lists on lines', '', (i) => `const a${i} = [${'1, '.repeat(100)}]\n`),
  source('a list that grows', 'const a0 = [1, 1]\n', (i) => `const a${i + 1} = [a${i}, a${i}]\n`, `${small}sparsity { weighting = a20 }`),
  source('a list that grows to be shown', `const a0 = [1, 1]\n${Array.from({ length: 20 }, (_, i) => `const a${i + 1} = [a${i}, a${i}]`).join('\n')}\n`, (i) => `const b${i} = -a20\n`),
  source('many arguments', `${network}  a = relu(`, 'image, ', `)\n${end}`),
  source('many named arguments', `${network}  a = relu(`, 'input = image, ', `)\n${end}`),
  source('many unknown arguments', `${network}  a = relu(`, (i) => `${bits(i)} = 1, `, `)\n${end}`),
  source('calls without names', `${network}  a = `, 'f()', `\n${end}`),
  // Constants
  source('constants in a chain', 'const a0 = 1\n', (i) => `const a${i + 1} = a${i}\n`),
  cycle('constants in a cycle', '', (from, to) => `const a${from} = a${to}\n`, ''),
  source('cycles of two constants', '', (i) => `const a${i} = b${i}\nconst b${i} = a${i}\n`),
  source('constants that read later ones', '', (i) => `const a${i} = z\n`, 'const z = 1\n'),
  source('unknown constants', '', (i) => `const a${i} = ${bits(i)}\n`),
  source('one constant again and again', '', 'const a = 1\n'),
  source('divisions by zero', '', (i) => `const a${i} = 1 / 0\n`),
  // Networks
  source('layers', `${network}  a0 = relu(image)\n`, (i) => `  a${i + 1} = relu(a${i})\n`, end),
  source('layers that are read', `${network}  image2 = relu(image)\n`, (i) => `  a${i} = relu(${i === 0 ? 'image2' : `a${i - 1}`})\n`, '  return image2\n}\n'),
  source('wide layers', imageNetwork, (i) => `  a${i} = conv(image, filters = 1000, window = 3)\n`, end),
  source('a deep network of dense layers', `${network}  a0 = dense(image, units = 4)\n`, (i) => `  a${i + 1} = dense(a${i}, units = 4)\n`, '  return a0\n}\n'),
  source('a wide sum', `${network}  a0 = relu(image)\n`, (i) => `  a${i + 1} = add(a${i}, image)\n`, end),
  source('one layer again and again', network, 'x = relu(image)\n', end),
  source('reassigned layers', network, 'image = relu(image)\n', end),
  source('a=a on lines', '', 'a=a\n'),
  source('a=a within a network', network, 'a=a\n', end),
  source('other names of layers', network, (i) => `a${i}=image\n`, end),
  cycle('one cycle of layers', network, (from, to) => `a${from}=relu(a${to})\n`, end),
  source('cycles of layers', network, (i) => `a${i}=relu(b${i})\nb${i}=relu(a${i})\n`, end),
  source('forward references', network, (i) => `a${i}=relu(a${i + 1})\n`, end),
  source('unknown layers', network, (i) => `y${i} = relu(${bits(i)})\n`, end),
  twoPart('unknown beside known layers', network, (i) => `${bits(i)} = relu(image)\n`, '', (i) => `y${i} = relu(${bits(i + 1_000_000)})\n`, end),
  source('unknown operations', network, (i) => `y${i} = ${bits(i)}(image)\n`, end),
  source('nested calls of one name', network, 'relu(relu(relu(relu(image))))\n', end),
  source('calls within one statement', `${network}  a = f(`, 'relu(image), ', `)\n${end}`),
  source('wrong values', imageNetwork, (i) => `y${i} = conv(image, filters = 0.5, window = "a")\n`, end),
  source('wrong shapes', imageNetwork, (i) => `y${i} = conv(image, filters = 1, window = 9)\n`, end),
  source('huge integers', imageNetwork, (i) => `y${i} = conv(image, filters = 99999999999999999999, window = 1073741824)\n`, end),
  source('inputs', 'network N(', (i) => `a${i}: tensor[1], `, ') { return a0 }'),
  source('extents', 'network N(a: tensor[', '1, ', ']) { return a }'),
  source('labels', `${network}  labels [`, (i) => `"${i}", `, `]\n${end}`),
  source('one label again and again', `${network}  labels [`, '"a", ', `]\n${end}`),
  source('labels statements', network, 'labels ["a"]\n', end),
  source('returns', network, 'return image\n', '}\n'),
  source('networks', '', (i) => `network N${i}(image: tensor[1]) { return image }\n`),
  source('misspelt words', '', (i) => `nework N${i}(image: tensor[1]) { retrun image }\n`),
  source('missing commas', `${network}  a = relu(`, 'image ', `)\n${end}`),
  source('missing values', network, 'a =\n', end),
  source('statements of nonsense', network, 'a b c\n', end),
  source('declarations of nonsense', '', 'const 1 = = 2\n'),
  source('heads of nonsense', '', 'network (x tensor 1) { }\n'),
  source('semicolons', network, (i) => `a${i} = relu(image);\n`, end),
  // Blocks, choices and repetitions
  source('blocks', '', (i) => `block b${i}(x, y = 1) { return relu(x) }\n`),
  source('one block again and again', '', 'block b(x) { return x }\n'),
  source('parameters of a block', 'block b(', (i) => `a${i} = 1, `, ') { return a0 }'),
  source('statements of a block', 'block b(x) {\n', (i) => `a${i} = relu(x)\n`, 'return x\n}\n'),
  source('blocks without a return', '', (i) => `block b${i}(x) { y = relu(x) }\n`),
  source('blocks left open at each return', '', (i) => `block b${i}(x) {\n return relu(x\n`),
  source('imports', '', (i) => `import a${i} from "b${i}.ssl"\n`),
  source('names of an import', 'import a', ', a', ' from "b.ssl"'),
  source('late imports', small, 'import a from "b.ssl"\n'),
  source('choices', network, (i) => `a${i} = if 1 < 2 { relu(image) } else { image }\n`, end),
  source('one choice of many', `${network}a = `, 'if 1 < 2 { image } else ', `{ image }\n${end}`),
  source('nested choices', `${network}a = `, 'if 1 < 2 { image } else { '),
  source('choices without an else', network, (i) => `a${i} = if 1 < 2 { image }\n`, end),
  source('choices with elif', network, (i) => `a${i} = if 1 < 2 { image } elif 2 < 3 { image } else { image }\n`, end),
  source('choices without braces', network, (i) => `a${i} = if 1 < 2: image else: image\n`, end),
  source('repetitions', network, (i) => `a${i} = repeat 2 as i with x = image { relu(x) }\n`, end),
  source('nested repetitions', `${network}a = `, 'repeat 2 with x = image { y = relu(x) '),
  // What a short text becomes
  source('repetitions that multiply', `${network}  a = `, 'repeat 20000 with x = image { ', `relu(x) ${'}'.repeat(100)}\n${end}`),
  source('repetitions that grow with their turn', network, (i) => `  a${i} = repeat 20000 as i with x = image { repeat i + 1 as j with y = x { repeat j + 1 with z = y { relu(z) } } }\n`, end),
  source('repetitions of nothing', network, (i) => `  a${i} = repeat 20000 with x = image { repeat 20000 with y = x { y } }\n`, end),
  source('blocks that double', '', (i) => `block b${i}(x) { return b${i + 1}(b${i + 1}(x)) }\n`, `${network}  return b0(image)\n}\n`),
  source('blocks that double a constant', '', (i) => `block b${i}(x, n) { return b${i + 1}(x, 2 * n) }\n`, `${network}  return b0(image, 1)\n}\n`),
  source('a chain of blocks', '', (i) => `block b${i}(x) { return b${i + 1}(x) }\n`, `${network}  return b0(image)\n}\n`),
  source('a cycle of blocks', 'block b0(x) { return relu(x) }\n', (i) => `block c${i}(x) { return c${(i * 7) % 11}(x) }\n`, `${network}  return b0(image)\n}\n`),
  source('one block used again and again', `block b(x) { return dense(x, units = 4) }\n${network}  a0 = b(image)\n`, (i) => `  a${i + 1} = b(a${i})\n`, '  return a0\n}\n'),
  source('a fault in every turn', `${network}  a = repeat 20000 with x = image {\n`, (i) => `    a${i} = relu(${bits(i)})\n`, `    relu(x)\n  }\n${end}`),
  source('a long name in every turn', `${network}  `, 'x', ` = repeat 20000 with x = image { relu(x) }\n${end}`),
  source('parameters of a use', 'block b(x', (i) => `, a${i} = 1`, `) { return relu(x) }\n${network}  a = repeat 20000 as i with x = image { b(x) }\n${end}`),
  source('a constant in every turn', `${network}  a = repeat 20000 as i with x = image { dense(x, units = 1`, ' + i', `) }\n${end}`),
  source('repetitions of repetitions', `${network}a = `, 'repeat '),
  source('repetitions that carry repetitions', `${network}a = `, 'repeat 2 with x = '),
  source('repetitions that carry nothing', network, (i) => `a${i} = repeat 2 { relu(image) }\n`, end),
  source('repetitions without a value', network, (i) => `a${i} = repeat 2 with x = image { y = relu(x) }\n`, end),
  source('lines of a body', `${network}a = repeat 2 with x = image {\n`, (i) => `a${i} = relu(x)\n`, `x\n}\n${end}`),
  source('values of a body', `${network}a = repeat 2 with x = image {\n`, 'relu(x)\n', `x\n}\n${end}`),
  source('bodies within arguments', `${network}a = relu(`, 'if 1 < 2 { image } else { image }, ', `)\n${end}`),
  source('loops of other languages', network, 'for i in range(3) { relu(image) }\n', end),
  source('comparisons that chain', '', (i) => `const a${i} = 1 < 2 < 3\n`),
  source('one chain of comparisons', 'const a = 1', ' < 1'),
  source('equations for assignments', network, (i) => `a${i} == relu(image)\n`, end),
  // Penalties
  source('named penalties', small, (i) => `sparsity s${i} { lasso neurons of fc1 strength 1 }\n`),
  source('one named penalty again and again', small, 'sparsity s { }\n'),
  source('multipliers', `${small}sparsity { lasso neurons of fc1`, ', fc1 times 2', ' strength 1 }'),
  source('structures with arguments', `${small}sparsity { lasso blocks(rows = 2)`, ', blocks(rows = 2, columns = 2)', ' of fc1 strength 1 }'),
  source('arguments of a structure', `${small}sparsity { lasso blocks(`, 'rows = 2, ', ') of fc1 strength 1 }'),
  source('penalties', `${small}sparsity {\n`, 'lasso neurons of fc1 strength 1\n', '}\n'),
  source('penalties of nothing', `${small}sparsity {\n`, (i) => `lasso neurons of ${bits(i)} strength 1\n`, '}\n'),
  source('penalties of unknown structures', `${small}sparsity {\n`, (i) => `lasso ${bits(i)} of fc1 strength 1\n`, '}\n'),
  source('a penalty of many structures', `${small}sparsity { lasso neurons`, ', neurons', ' of fc1 strength 1 }\n'),
  source('a penalty of many layers', `${small}sparsity { lasso neurons of fc1`, ', fc1', ' strength 1 }\n'),
  twoPart('patterns over layers', `${network}  a0 = dense(image, units = 4)\n`, (i) => `  a${i + 1} = dense(a${i}, units = 4)\n`, '  return a0\n}\nsparsity {\n', (i) => `lasso neurons of *${i}* strength 1\n`, '}\n'),
  twoPart('patterns of thirty stars', `${network}  a0 = dense(image, units = 4)\n`, (i) => `  aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa${i} = dense(image, units = 4)\n`, '  return a0\n}\nsparsity {\n', (i) => `lasso neurons of ${'a*'.repeat(30)}${i}b strength 1\n`, '}\n'),
  twoPart('names over layers', `${network}  a0 = dense(image, units = 4)\n`, (i) => `  a${i + 1} = dense(a${i}, units = 4)\n`, '  return a0\n}\nsparsity {\n', (i) => `lasso neurons of a${i} strength 1\n`, '}\n'),
  source('settings of sparsity', `${small}sparsity {\n`, (i) => `s${i} = 1\n`, '}\n'),
  source('clauses', `${small}sparsity { lasso neurons of fc1 strength 1`, (i) => ` c${i} 1`, ' }\n'),
  // Training
  source('settings', 'train on digits {\n', (i) => `s${i} = 1\n`, '}\n'),
  source('settings of a phase', `${small}train on digits { baseline {\n`, (i) => `s${i} = 1\n`, '} }\n'),
  source('one setting again and again', `${small}train on digits { baseline {\n`, 'epochs = 1\n', '} }\n'),
  source('phases', `${small}train on digits {\n`, (i) => `p${i} { epochs = 1 }\n`, '}\n'),
  source('one phase again and again', `${small}train on digits {\n`, 'baseline { epochs = 1, rate = 1 }\n', '}\n'),
  source('empty phases', `${small}train on digits {\n`, 'baseline{}', '}\n'),
  source('steps of a rate', `${small}train on digits { baseline { epochs = 1, rate = step(1, at = [`, (i) => `0.${i}, `, ']) } }\n'),
  // Comments and lines
  source('comments on lines', small, '// x\n'),
  source('comments within a network', network, '// x\n', end),
  source('comments after statements', network, (i) => `a${i} = relu(image) // x\n`, end),
  source('comments between blank lines', network, '\n\n// x\n', end),
  source('comments within an argument list', `${network}  a = relu(`, '/* x */ ', `image)\n${end}`),
  source('comments between tokens', network, (i) => `a${i} /* x */ = /* y */ relu(image)\n`, end),
  source('blank lines', network, '\n', end),
  source('carriage returns', network, (i) => `a${i} = relu(image)\r\n`, end),
  source('one long line', network, (i) => `a${i} = relu(image) `, end),
  source('wrong names on one line', network, (i) => `a${i} = relu(${bits(i)}) `, end),
].map((each) => (each.name === 'invalid UTF-8' ? { ...each, make: (size: number): Uint8Array => new Uint8Array(size).fill(0xff) } : each));
