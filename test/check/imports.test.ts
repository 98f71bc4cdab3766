// Programs of several sources, given as texts by path: what they mean, and what is said of imports that are none.

import { expect, test } from 'vitest';
import { renderDiagnostic } from '../../src/base/frame.ts';
import type { Source } from '../../src/base/span.ts';
import { check } from '../../src/check/check.ts';
import type { Checked } from '../../src/check/check.ts';
import { parseProgram } from '../../src/check/program/imports.ts';
import { ops } from '../../src/ops/index.ts';

type Texts = Readonly<Record<string, string>>;

function checkTexts(main: string, others: Texts): Checked {
  const read = (path: string): Source | { readonly why: string } => {
    const text = others[path];
    return text === undefined ? { why: 'there is no such file' } : { name: path, text };
  };
  const program = parseProgram({ name: 'net.ssl', text: main }, read);
  const { diagnostics, symbols, model } = check(program.main, ops, { imported: program.imported });
  return { diagnostics: [...program.diagnostics, ...diagnostics], symbols, ...(model && { model }) };
}

const messagesOf = (main: string, others: Texts): readonly string[] => checkTexts(main, others).diagnostics.map(({ code, severity, message, help }) => `${severity} ${code}: ${message}${help === undefined ? '' : ` (${help})`}`);

const net = (imports: string, value = 'dense(image, units = 2)'): string => `${imports}\nnetwork Net(image: tensor[4]) { return ${value} }`;

test('blocks and constants come from other files, which import from others; paths are from the folder of the main file', () => {
  const { model, diagnostics } = checkTexts(net('import two, width from "./blocks/two.ssl"', 'two(image, units = width)'), {
    'blocks/two.ssl': 'import one from "blocks/one.ssl"\nconst width = 2\nconst hidden = 3\nblock two(x, units) {\n  a = one(x, hidden)\n  return one(a, units)\n}',
    'blocks/one.ssl': 'block one(x, units) { return relu(dense(x, units = units)) }',
  });
  expect(diagnostics).toEqual([]);
  expect(model?.network.parameters.map(({ name, shape }) => `${name} ${shape.join('x')}`)).toEqual(['output.a.weight 3x4', 'output.a.bias 3', 'output.weight 2x3', 'output.bias 2']);
  expect([...(model?.sources.imported.keys() ?? [])]).toEqual(['blocks/two.ssl', 'blocks/one.ssl']);
});

test('a fault in an imported block is shown there, with its use', () => {
  const { diagnostics } = checkTexts(net('import one from "one.ssl"', 'one(relu(image))'), { 'one.ssl': 'block one(x) {\n  return conv(x, filters = 3, window = 3)\n}' });
  expect(diagnostics.map(renderDiagnostic).join('\n\n')).toMatchInlineSnapshot(`
    "error[shape/mismatch]: conv takes images of shape [channels, rows, columns], not [4]
      --> one.ssl:2:10
       |
     2 |   return conv(x, filters = 3, window = 3)
       |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |               - this is [4]
      --> net.ssl:2:40
       |
     2 | network Net(image: tensor[4]) { return one(relu(image)) }
       |                                        --- \`one\` is used here, as \`output\`
       = help: it stands after a layer that gives a flat list of features; move it before that layer"
  `);
});

test('what an import cannot be', () => {
  const paths = ['/etc/one.ssl', '../one.ssl', 'a/../one.ssl', 'a\\\\one.ssl', 'C:/one.ssl', 'one', '', 'a//one.ssl', 'none.ssl'];
  const { diagnostics } = checkTexts(net(paths.map((path, i) => `import n${i} from "${path}"`).join('\n')), {});
  expect(diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message)).toEqual([
    'cannot import `none.ssl`: there is no such file',
    '`/etc/one.ssl` cannot be imported: it begins outside of the folder of the main file',
    '`../one.ssl` cannot be imported: it leaves the folder of the main file',
    '`a/../one.ssl` cannot be imported: it leaves the folder of the main file',
    '`a\\one.ssl` cannot be imported: its parts are parted by `/`, also on Windows',
    '`C:/one.ssl` cannot be imported: it begins outside of the folder of the main file',
    '`one` cannot be imported: it names no `.ssl` file',
    '`` cannot be imported: it names no file',
    '`a//one.ssl` cannot be imported: it names no file',
    'cannot import `none.ssl`: no such source is given',
  ]);
});

test('cycles, names that are not there, names that are there already, and what nobody uses', () => {
  expect(messagesOf(net('import a from "a.ssl"', 'a(image)'), { 'a.ssl': 'import b from "b.ssl" block a(x) { return b(x) }', 'b.ssl': 'import a from "a.ssl" block b(x) { return a(x) }' })).toEqual([
    'error import/cycle: these files import each other in a cycle: `a.ssl` <- `b.ssl` <- `a.ssl` (put what both need into a file of its own, which imports neither)',
  ]);
  expect(messagesOf(net('import a from "a.ssl"', 'a(image)'), { 'a.ssl': 'import a from "a.ssl"' })).toEqual([
    'error import/cycle: `a.ssl` imports itself (put what both need into a file of its own, which imports neither)',
  ]);
  const one = 'block one(x) { return dense(x, units = 2) } const two = 2';
  expect(messagesOf(net('import onee from "one.ssl"', 'onee(image)'), { 'one.ssl': one })).toEqual(['error import/no-name: `one.ssl` defines no `onee` (did you mean "one"?)']);
  expect(messagesOf(net('import one from "two.ssl"', 'one(image)'), { 'one.ssl': one, 'two.ssl': 'import one from "one.ssl" const a = 1' })).toEqual([
    'error import/not-its-own: `two.ssl` does not define `one` itself (import it from the file that defines it)',
    'warning import/unused: `one` is imported and never used',
  ]);
  expect(messagesOf(net('import one, two from "one.ssl"\nblock one(x) { return x }', 'one(image)'), { 'one.ssl': one })).toEqual([
    'warning import/unused: `two` is imported and never used',
    'error name/duplicate: `one` is defined twice',
  ]);
});

test('names are looked up where nobody uses them: in blocks of an import, and in its network', () => {
  const other = `const n = 2
block used(x) { return relu(x) }
block unused(x, width = n) { y = dense(x, units = widht) return dense(yy, width) }
network Own(image: tensor[4]) { a = dense(image, units = n) return dense(aa, units = 2) }`;
  expect(messagesOf(net('import used from "other.ssl"', 'dense(used(image), units = 2)'), { 'other.ssl': other })).toEqual([
    'error name/unknown-constant: unknown constant `widht` (did you mean "width"?)',
    'error name/unknown-layer: unknown layer `yy` (did you mean "y"?)',
    'error name/unknown-layer: unknown layer `aa` (did you mean "a"?)',
  ]);
});

test('a syntax error in an imported file is shown there', () => {
  const { diagnostics } = parseProgram({ name: 'net.ssl', text: net('import one from "one.ssl"', 'one(image)') }, (path) => ({ name: path, text: 'block one(x) { return relu(x }' }));
  expect(diagnostics.map(({ span, code }) => [span?.source.name, code])).toEqual([['one.ssl', 'syntax/unclosed']]);
});

test('all files together are held to the limits of one', () => {
  const long = (): Source => ({ name: 'long.ssl', text: 'const a = 1\n'.repeat(3000) });
  const { diagnostics } = parseProgram({ name: 'net.ssl', text: net('import a from "a.ssl"\nimport b from "b.ssl"') }, long);
  expect(diagnostics.map(({ message }) => message)).toEqual(['with `b.ssl` the program has more than 20,000 names, numbers and signs']);
  const chain = (path: string): Source => ({ name: path, text: `import a from "${Number.parseInt(path, 10) + 1}.ssl"` });
  expect(parseProgram({ name: 'net.ssl', text: net('import a from "0.ssl"') }, chain).diagnostics.map(({ message }) => message)).toEqual(['with `99.ssl` the program has more than 100 files']);
});
